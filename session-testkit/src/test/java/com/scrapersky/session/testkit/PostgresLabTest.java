package com.scrapersky.session.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresLabTest {

    @Test
    void startsPostgres18WithItsOwnSettings() throws SQLException {
        try (PostgresLab lab = PostgresLab.builder()
                        .setting("search_path", "it's, public")
                        .maxConnections(17)
                        .start();
                Connection connection = lab.connect()) {
            assertThat(query(connection, "show server_version")).startsWith("18.");
            assertThat(query(connection, "show max_connections")).isEqualTo("17");
            assertThat(query(connection, "show search_path")).isEqualTo("it's, public");
            assertThat(query(connection, "select upper('äß')")).isEqualTo("Äß");
        }
    }

    @Test
    void asksForThePasswordUnlessToldOtherwise() throws SQLException {
        try (PostgresLab lab = PostgresLab.start()) {
            assertThatThrownBy(() -> DriverManager.getConnection(
                            "jdbc:postgresql://" + lab.host() + ":" + lab.port() + "/postgres", "postgres", "wrong"))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
            assertThat(lab.toString()).doesNotContain(lab.password());
        }
        try (PostgresLab lab =
                        PostgresLab.builder().passwordAuthentication(false).start();
                Connection connection = lab.connect(Map.of("password", "anything"))) {
            assertThat(query(connection, "select current_user")).isEqualTo("postgres");
        }
    }

    @Test
    void aStandbyFollowsAndCanBePromoted() throws SQLException {
        try (PostgresLab primary = PostgresLab.start()) {
            primary.execute("create table followed as select 1 as id");
            try (PostgresLab standby = primary.standby();
                    Connection following = standby.connect()) {
                primary.execute("insert into followed values (2)");
                standby.awaitCaughtUp(primary);
                assertThat(query(following, "select count(*) from followed")).isEqualTo("2");
                assertThat(query(following, "select pg_is_in_recovery()")).isEqualTo("t");
                assertThatThrownBy(() -> standby.execute("insert into followed values (3)"))
                        .hasMessageContaining("read-only");
                primary.crash();
                standby.promote();
                standby.execute("insert into followed values (3)");
                assertThat(query(following, "select count(*) from followed")).isEqualTo("3");
            }
        }
    }

    @Test
    void keepsItsFilesWhereItIsTold(@TempDir Path directory) throws IOException {
        // The server runs as another user than root, who has to get there.
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        String before = System.setProperty("sky.testkit.directory", directory.toString());
        try (PostgresLab lab = PostgresLab.start()) {
            assertThat(lab.isRunning()).isTrue();
            assertThat(directory)
                    .isDirectoryContaining(file -> file.getFileName().toString().startsWith("sky-postgres-"));
        } finally {
            if (before == null) {
                System.clearProperty("sky.testkit.directory");
            } else {
                System.setProperty("sky.testkit.directory", before);
            }
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void createsDatabases() throws SQLException {
        try (PostgresLab lab = PostgresLab.start()) {
            lab.createDatabase("an \"odd\" name");
            try (Connection connection = lab.connect()) {
                assertThat(query(connection, "select count(*) from pg_database where datname = 'an \"odd\" name'"))
                        .isEqualTo("1");
            }
        }
    }

    @Test
    void keepsPortAndDataOverARestart() throws SQLException {
        try (PostgresLab lab = PostgresLab.start()) {
            lab.execute("create table kept (id int)", "insert into kept values (1)");
            lab.stop();
            assertThat(lab.isRunning()).isFalse();
            assertThatThrownBy(lab::connect).isInstanceOf(SQLException.class);
            lab.restart();
            lab.execute("insert into kept values (2)");
            lab.restart();
            try (Connection connection = lab.connect()) {
                assertThat(query(connection, "select count(*) from kept")).isEqualTo("2");
            }
        }
    }

    @Test
    void recoversAfterACrashThatBreaksOpenConnections() throws SQLException {
        try (PostgresLab lab = PostgresLab.start()) {
            lab.execute("create table kept (id int)", "checkpoint");
            try (Connection open = lab.connect()) {
                query(open, "select 1");
                lab.crash();
                assertThatThrownBy(() -> query(open, "select 1")).isInstanceOf(SQLException.class);
            }
            lab.restart();
            lab.execute("insert into kept values (1)");
        }
    }

    @Test
    void standbyStreams() throws SQLException {
        try (PostgresLab primary = PostgresLab.builder()
                        .setting("synchronous_standby_names", "*")
                        .start();
                PostgresLab standby = PostgresLab.builder().standbyOf(primary).start();
                Connection connection = standby.connect()) {
            // The commit returns when the standby has applied it.
            primary.execute("set synchronous_commit = remote_apply", "create table arrived (id int)");
            assertThat(query(connection, "select count(*) from arrived")).isEqualTo("0");
            assertThat(query(connection, "select status from pg_stat_wal_receiver"))
                    .isEqualTo("streaming");
            assertThatThrownBy(() -> query(connection, "insert into arrived values (1) returning id"))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25006"));
        }
    }

    private static String query(Connection connection, String sql) throws SQLException {
        try (ResultSet rows = connection.createStatement().executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
