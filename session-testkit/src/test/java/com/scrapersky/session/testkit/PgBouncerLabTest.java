package com.scrapersky.session.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PgBouncerLabTest {

    private static final Map<String, String> THRESHOLD_0 = Map.of("prepareThreshold", "0");

    private static PostgresLab postgres;

    @BeforeAll
    static void startPostgres() {
        postgres = PostgresLab.start();
    }

    @AfterAll
    static void stopPostgres() {
        postgres.close();
    }

    @ParameterizedTest
    @EnumSource
    void isOfTheStatedVersion(PgBouncerVersion version) throws SQLException {
        try (PgBouncerLab lab = PgBouncerLab.builder(postgres).version(version).start();
                Connection connection = lab.connect()) {
            assertThat(lab.admin("SHOW VERSION"))
                    .singleElement()
                    .satisfies(row -> assertThat(row.get("version")).startsWith("PgBouncer " + version.number() + "."));
            assertThat(query(connection, "show server_version")).startsWith("18.");
        }
    }

    @ParameterizedTest
    @EnumSource
    void asksForThePasswordUnlessToldOtherwise(PgBouncerVersion version) throws SQLException {
        try (PgBouncerLab lab = PgBouncerLab.builder(postgres).version(version).start()) {
            assertThatThrownBy(() -> lab.connect(Map.of("password", "wrong")))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getMessage()).contains("authentication failed"));
            assertThat(lab.toString()).doesNotContain(lab.password());
        }
        try (PgBouncerLab lab = PgBouncerLab.builder(postgres)
                        .version(version)
                        .passwordAuthentication(false)
                        .start();
                Connection connection = lab.connect(Map.of("password", "anything"))) {
            assertThat(query(connection, "select 1")).isEqualTo("1");
        }
    }

    @ParameterizedTest
    @EnumSource
    void letsInWhatTheDatabaseLetsIn(PgBouncerVersion version) throws SQLException {
        postgres.execute("create role visitor" + version.ordinal() + " login password 'secret'");
        postgres.createDatabase("other" + version.ordinal());
        try (PgBouncerLab lab = PgBouncerLab.builder(postgres).version(version).start();
                Connection connection = DriverManager.getConnection(
                        "jdbc:postgresql://" + lab.host() + ":" + lab.port() + "/other" + version.ordinal(),
                        "visitor" + version.ordinal(),
                        "secret")) {
            assertThat(query(connection, "select current_user || ' in ' || current_database()"))
                    .isEqualTo("visitor" + version.ordinal() + " in other" + version.ordinal());
        }
    }

    @ParameterizedTest
    @EnumSource
    void reusesBackendsByItsMode(PgBouncerVersion version) throws SQLException {
        try (PgBouncerLab lab = PgBouncerLab.builder(postgres)
                        .version(version)
                        .poolSize(1)
                        .start();
                Connection one = lab.connect(THRESHOLD_0);
                Connection two = lab.connect(THRESHOLD_0)) {
            assertThat(query(one, "select pg_backend_pid()")).isEqualTo(query(two, "select pg_backend_pid()"));
        }
        try (PgBouncerLab lab = PgBouncerLab.builder(postgres)
                        .version(version)
                        .poolMode(PoolMode.SESSION)
                        .poolSize(2)
                        .start();
                Connection one = lab.connect();
                Connection two = lab.connect()) {
            assertThat(query(one, "select pg_backend_pid()")).isNotEqualTo(query(two, "select pg_backend_pid()"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void obeysTheAdminConsole(PgBouncerVersion version) throws Exception {
        try (PgBouncerLab lab = PgBouncerLab.builder(postgres)
                        .version(version)
                        .poolSize(1)
                        .start();
                Connection connection = lab.connect(THRESHOLD_0)) {
            String first = query(connection, "select pg_backend_pid()");
            lab.reconnect();
            String second = query(connection, "select pg_backend_pid()");
            assertThat(second).isNotEqualTo(first);

            lab.pause();
            CompletableFuture<String> waiting =
                    CompletableFuture.supplyAsync(() -> queryUnchecked(connection, "select pg_backend_pid()"));
            while (lab.admin("SHOW POOLS").stream().noneMatch(pool -> "1".equals(pool.get("cl_waiting")))) {
                Thread.onSpinWait();
            }
            assertThat(waiting).isNotDone();
            lab.resume();
            assertThat(waiting.get(10, TimeUnit.SECONDS)).isNotEqualTo(second);

            assertThatThrownBy(() -> lab.admin("NONSENSE")).hasMessageContaining("did not carry out NONSENSE");

            lab.killClients();
            assertThatThrownBy(() -> query(connection, "select 1")).isInstanceOf(SQLException.class);
            try (Connection anew = lab.connect()) {
                assertThat(query(anew, "select 1")).isEqualTo("1");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void comesBackAfterACrash(PgBouncerVersion version) throws SQLException {
        try (PgBouncerLab lab = PgBouncerLab.builder(postgres).version(version).start()) {
            Connection open = lab.connect();
            lab.crash();
            assertThat(lab.isRunning()).isFalse();
            assertThatThrownBy(() -> query(open, "select 1")).isInstanceOf(SQLException.class);
            assertThatThrownBy(lab::connect).isInstanceOf(SQLException.class);
            lab.restart();
            try (Connection anew = lab.connect()) {
                assertThat(query(anew, "select 1")).isEqualTo("1");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void answersNothingWhileFrozen(PgBouncerVersion version) throws SQLException {
        try (PgBouncerLab lab = PgBouncerLab.builder(postgres).version(version).start();
                Connection connection = lab.connect(Map.of("socketTimeout", "1"));
                Connection patient = lab.connect()) {
            lab.freeze();
            assertThatThrownBy(() -> query(connection, "select 1")).isInstanceOf(SQLException.class);
            lab.thaw();
            assertThat(query(patient, "select 1")).isEqualTo("1");
            // Also a frozen one must be stoppable.
            lab.freeze();
        }
    }

    /** One that checks rested backends, as it does by default, goes on with the one that it checked. */
    @ParameterizedTest
    @EnumSource
    void roundRobinChangesTheBackendAlsoAfterARest(PgBouncerVersion version) throws SQLException {
        PgBouncerLab.Builder builder =
                PgBouncerLab.builder(postgres).version(version).poolSize(3).roundRobin();
        try (PgBouncerLab changing = builder.setting("server_check_delay", "1").start();
                PgBouncerLab checking =
                        builder.setting("server_check_query", "select 1").start();
                Backends backends = Backends.of(changing);
                Backends checked = Backends.of(checking)) {
            backends.pids();
            checked.pids();
            while (checking.admin("SHOW POOLS").stream().noneMatch(pool -> "3".equals(pool.get("sv_used")))) {
                Thread.onSpinWait();
            }
            assertThat(backendsOfThree(changing)).hasSize(3);
            assertThat(backendsOfThree(checking)).hasSize(1);
        }
    }

    private static Set<String> backendsOfThree(PgBouncerLab lab) throws SQLException {
        Set<String> met = new HashSet<>();
        try (Connection connection = lab.connect(Map.of("prepareThreshold", "0", "assumeMinServerVersion", "12"))) {
            for (int transaction = 0; transaction < 3; transaction++) {
                met.add(query(connection, "select pg_backend_pid()"));
            }
        }
        return met;
    }

    @Test
    void passesItsSettingsOn() throws SQLException {
        try (PgBouncerLab lab = PgBouncerLab.builder(postgres)
                .poolSize(7)
                .setting("query_wait_timeout", "3")
                .start()) {
            assertThat(lab.admin("SHOW CONFIG"))
                    .anySatisfy(row -> assertThat(row)
                            .containsEntry("key", "query_wait_timeout")
                            .containsEntry("value", "3"))
                    .anySatisfy(row -> assertThat(row)
                            .containsEntry("key", "default_pool_size")
                            .containsEntry("value", "7"));
        }
    }

    @Test
    void saysWhatItsLogSaysWhenASettingIsWrong() {
        assertThatThrownBy(() -> PgBouncerLab.builder(postgres)
                        .setting("pool_mode", "nonsense")
                        .start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("pool_mode");
    }

    private static String queryUnchecked(Connection connection, String sql) {
        try {
            return query(connection, sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String query(Connection connection, String sql) throws SQLException {
        try (ResultSet rows = connection.createStatement().executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
