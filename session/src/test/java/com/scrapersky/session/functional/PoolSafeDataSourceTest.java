package com.scrapersky.session.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.SessionFeatureRefusedException;
import com.scrapersky.session.testkit.LeakProbe;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a program sets on a pool-safe connection holds for that connection, and for nobody else. */
class PoolSafeDataSourceTest {

    @FunctionalInterface
    interface Program {
        void run(Connection connection) throws SQLException;
    }

    /** Runs {@code program} through a pooler, on another backend for each transaction, and looks at every backend afterwards. */
    private static void behind(Route route, Program program) throws Exception {
        try (DatabaseSessionFactory sessions = route.open()) {
            OtherBackends.during(route, sessions, () -> {
                try (Connection connection = sessions.dataSource().getConnection()) {
                    program.run(connection);
                }
            });
        }
    }

    /** Other tests count the questions about a database whose code sets nothing. */
    @AfterAll
    static void leaveNoCode() {
        Route.postgres().execute("drop function if exists become(text)", "drop schema if exists tenant_a cascade");
    }

    static String ask(Connection connection, String question) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(question);
                ResultSet row = statement.executeQuery()) {
            assertThat(row.next()).isTrue();
            return row.getString(1);
        }
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DIRECT")
    void aSettingHoldsForItsSession(Route route) throws Exception {
        behind(route, connection -> {
            execute(connection, "SET statement_timeout TO '7s'");
            for (int i = 0; i < 6; i++) {
                assertThat(ask(connection, "show statement_timeout")).isEqualTo("7s");
            }
            connection.setAutoCommit(false);
            execute(connection, "/* quiet */ set Search_Path to pg_catalog, public");
            connection.rollback();
            assertThat(ask(connection, "select current_setting('search_path')")).isEqualTo("\"$user\", public");
            Savepoint savepoint = connection.setSavepoint();
            execute(connection, "set application_name to 'x'");
            connection.rollback(savepoint);
            assertThat(ask(connection, "show application_name")).isNotEqualTo("x");
            connection.commit();
            execute(connection, "reset statement_timeout");
            connection.commit();
            assertThat(ask(connection, "show statement_timeout")).isEqualTo("0");
            connection.commit();
        });
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DIRECT")
    void isolationHoldsForEveryTransaction(Route route) throws Exception {
        behind(route, connection -> {
            connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            assertThat(ask(connection, "show transaction_isolation")).isEqualTo("serializable");
            connection.setAutoCommit(false);
            for (int i = 0; i < 4; i++) {
                assertThat(ask(connection, "show transaction_isolation")).isEqualTo("serializable");
                assertThat(ask(connection, "show default_transaction_isolation"))
                        .isEqualTo("serializable");
                connection.commit();
            }
            assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_SERIALIZABLE);
            connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            assertThat(ask(connection, "show transaction_isolation")).isEqualTo("read committed");
            connection.commit();
        });
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DIRECT")
    void schemaAndParametersTravelTogether(Route route) throws Exception {
        Route.postgres()
                .execute(
                        "drop schema if exists tenant_a cascade",
                        "create schema tenant_a",
                        "create table tenant_a.things (id serial primary key, name text, n int)");
        behind(route, connection -> {
            connection.setSchema("tenant_a");
            assertThat(connection.getSchema()).isEqualTo("tenant_a");
            try (PreparedStatement insert = connection.prepareStatement(
                    "insert into things (name, n) values (?, ?)", Statement.RETURN_GENERATED_KEYS)) {
                for (int i = 1; i <= 4; i++) {
                    insert.setString(1, "thing " + i);
                    insert.setInt(2, i);
                    assertThat(insert.executeUpdate()).isEqualTo(1);
                    try (ResultSet keys = insert.getGeneratedKeys()) {
                        assertThat(keys.next()).isTrue();
                        assertThat(keys.getInt(1)).isEqualTo(i);
                    }
                }
            }
            List<String> names = new ArrayList<>();
            connection.setAutoCommit(false);
            try (PreparedStatement select =
                    connection.prepareStatement("select name from things where n > ? order by n")) {
                select.setFetchSize(1);
                select.setInt(1, 1);
                try (ResultSet rows = select.executeQuery()) {
                    assertThat(rows.getStatement()).isSameAs(select);
                    while (rows.next()) {
                        names.add(rows.getString("name"));
                    }
                }
                assertThat(select.getConnection()).isSameAs(connection);
            }
            assertThat(names).containsExactly("thing 2", "thing 3", "thing 4");
            try (PreparedStatement insert = connection.prepareStatement("insert into things (name, n) values (?, ?)")) {
                for (int i = 10; i < 13; i++) {
                    insert.setString(1, "batch");
                    insert.setInt(2, i);
                    insert.addBatch();
                }
                assertThat(insert.executeBatch()).containsExactly(1, 1, 1);
            }
            connection.commit();
            assertThat(ask(connection, "select count(*) from things")).isEqualTo("7");
            connection.commit();
        });
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DIRECT")
    void aFunctionsSettingHoldsForItsSession(Route route) throws Exception {
        Route.postgres()
                .execute("create or replace function become(who text) returns text language plpgsql as"
                        + " $$begin perform set_config('app.who', who, false); set statement_timeout to 4321;"
                        + " return who; end$$");
        behind(route, connection -> {
            assertThat(ask(connection, "select become('ann')")).isEqualTo("ann");
            for (int i = 0; i < 4; i++) {
                assertThat(ask(connection, "select current_setting('app.who', true)"))
                        .isEqualTo("ann");
                assertThat(ask(connection, "show statement_timeout")).isEqualTo("4321ms");
            }
            connection.setAutoCommit(false);
            ask(connection, "select become('bob')");
            assertThat(ask(connection, "select current_setting('app.who', true)"))
                    .isEqualTo("bob");
            connection.rollback();
            assertThat(ask(connection, "select current_setting('app.who', true)"))
                    .isEqualTo("ann");
            ask(connection, "select become('cid')");
            connection.commit();
            assertThat(ask(connection, "select current_setting('app.who', true)"))
                    .isEqualTo("cid");
            connection.commit();
            execute(connection, "do $$begin execute 'set work_mem to 1234'; end$$");
            connection.commit();
            assertThat(ask(connection, "show work_mem")).isEqualTo("1234kB");
            connection.commit();
        });
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DIRECT")
    void whatNeedsASessionIsRefusedByName(Route route) throws Exception {
        behind(route, connection -> {
            assertThatExceptionOfType(SessionFeatureRefusedException.class)
                    .isThrownBy(() -> execute(connection, "listen jobs"))
                    .satisfies(refused -> assertThat(refused.feature()).isEqualTo(SessionFeature.NOTIFICATION));
            assertThatExceptionOfType(SessionFeatureRefusedException.class)
                    .isThrownBy(() -> ask(connection, "select pg_advisory_lock(1)"))
                    .withMessageContaining("pg_advisory_xact_lock");
            assertThat(ask(connection, "select 1")).isEqualTo("1");
            assertThat(ask(connection, "select 2")).isEqualTo("2");
        });
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DIRECT")
    void whatNeedsASessionMovesWhereThereIsOne(Route route) throws Exception {
        try (DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(
                                route.endpoint().url())
                        .sessionUrl(Route.postgres().url())
                        .build();
                LeakProbe probe = LeakProbe.before(route.pooler())) {
            DataSource dataSource = sessions.dataSource();
            try (Connection connection = dataSource.getConnection();
                    PreparedStatement before = connection.prepareStatement("select ?::int + 1")) {
                execute(connection, "set application_name to 'mover'");
                before.setInt(1, 41);
                execute(connection, "create temp table kept (id int)");
                try (ResultSet row = before.executeQuery()) {
                    assertThat(row.next()).isTrue();
                    assertThat(row.getInt(1)).isEqualTo(42);
                    assertThat(row.getStatement()).isSameAs(before);
                }
                assertThat(ask(connection, "show application_name")).isEqualTo("mover");
                assertThat(ask(connection, "select count(*) from kept")).isEqualTo("0");
                assertThat(ask(connection, "select pg_try_advisory_lock(77)")).isEqualTo("t");
            }
            assertThat(sessions.sessionMoves()).containsExactly(Map.entry(SessionFeature.TEMPORARY_OBJECT, 1L));
            probe.assertNothingLeaked();
        }
    }

    /** What DISCARD ALL leaves ends with its session: connections of dblink, the seed of random(). */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DIRECT")
    void whatCannotBeDiscardedIsNotMetByTheNextOne(Route route) throws Exception {
        Route.postgres().execute("create extension if not exists dblink");
        String link = "select dblink_connect('other', 'host=localhost dbname=x') from (select 1) one where false";
        try (DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(
                        route.endpoint().url())
                .sessionUrl(Route.postgres().url())
                .maximumSessionConnections(1)
                .build()) {
            String first = backendOf(sessions, "create temp table kept (id int)", "select 1");
            assertThat(backendOf(sessions, "listen jobs", "select 1")).isEqualTo(first);
            // Seen wherever it comes in the session.
            assertThat(backendOf(sessions, "listen jobs", "select setseed(0.5)"))
                    .isEqualTo(first);
            String second = backendOf(sessions, link, "select 1");
            assertThat(second).isNotEqualTo(first);
            assertThat(backendOf(sessions, "listen jobs", "select 1")).isNotIn(first, second);
        } finally {
            Route.postgres().execute("drop extension dblink");
        }
    }

    private static String backendOf(DatabaseSessionFactory sessions, String moving, String then) throws SQLException {
        try (Connection connection = sessions.dataSource().getConnection()) {
            execute(connection, moving);
            execute(connection, then);
            return ask(connection, "select pg_backend_pid()");
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DIRECT")
    void aNumberThatABackendHasDrawnIsNotAskedForElsewhere(Route route) throws Exception {
        Route.postgres().execute("create table numbered (id serial primary key)");
        try (DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(
                                route.endpoint().url())
                        .sessionUrl(Route.postgres().url())
                        .build();
                Connection connection = sessions.dataSource().getConnection()) {
            execute(connection, "insert into numbered default values");
            assertThatExceptionOfType(SessionFeatureRefusedException.class)
                    .isThrownBy(() -> ask(connection, "select currval('numbered_id_seq')"))
                    .satisfies(refused -> assertThat(refused.feature()).isEqualTo(SessionFeature.SEQUENCE_STATE));
            // On a session of its own it is asked for.
            execute(connection, "create temp table kept (id int)");
            execute(connection, "insert into numbered default values");
            assertThat(ask(connection, "select currval('numbered_id_seq')")).isEqualTo("2");
        } finally {
            Route.postgres().execute("drop table numbered");
        }
    }

    /** The time zone that Supavisor drops is told to transactions; these have none, and do without. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DIRECT")
    void whatRunsInNoTransactionNeedsNoTimeZone(Route route) throws Exception {
        Route.postgres().execute("create table vacuumed (id int, at timestamptz)");
        try {
            behind(route, connection -> {
                execute(connection, "set time zone 'Asia/Tokyo'");
                execute(connection, "vacuum vacuumed");
                execute(connection, "create index concurrently on vacuumed (id)");
                execute(connection, "reindex table concurrently vacuumed");
                assertThat(ask(connection, "show time zone")).isEqualTo("Asia/Tokyo");
                // Its literal is read in the time zone of the session.
                assertThatExceptionOfType(SessionFeatureRefusedException.class)
                        .isThrownBy(() -> execute(
                                connection,
                                "create index concurrently on vacuumed (id) where at > '2026-01-01 00:00'"));
                execute(connection, "set search_path to pg_catalog");
                assertThatExceptionOfType(SessionFeatureRefusedException.class)
                        .isThrownBy(() -> execute(connection, "vacuum vacuumed"));
            });
        } finally {
            Route.postgres().execute("drop table vacuumed");
        }
    }
}
