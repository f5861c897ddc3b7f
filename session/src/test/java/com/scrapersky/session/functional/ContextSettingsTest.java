package com.scrapersky.session.functional;

import static com.scrapersky.session.functional.SessionContextTest.OWN;
import static com.scrapersky.session.functional.SessionContextTest.on;
import static com.scrapersky.session.functional.SessionContextTest.open;
import static com.scrapersky.session.functional.SessionContextTest.reader;
import static com.scrapersky.session.functional.SessionContextTest.writer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.scrapersky.session.DatabaseException;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.SessionContext;
import com.scrapersky.session.SessionContext.Isolation;
import com.scrapersky.session.SessionFeatureRefusedException;
import com.scrapersky.session.SessionUsageException;
import com.scrapersky.session.StatementCancelledException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Where a context comes from, and what of it, of its role and of the program holds. */
class ContextSettingsTest {

    @BeforeAll
    static void policies() throws SQLException {
        SessionContextTest.policies();
    }

    @AfterAll
    static void leaveNothing() {
        SessionContextTest.leaveNothing();
    }

    @ParameterizedTest
    @EnumSource
    void theRolesOwnSettingsAreAppliedAndTheContextsWin(Route route) throws Exception {
        on(route, sessions -> {
            DatabaseSessionFactory ann = sessions.withContext(reader("ann"));
            assertThatExceptionOfType(StatementCancelledException.class)
                    .isThrownBy(() -> ann.sql("select pg_sleep(30)").row())
                    .satisfies(late -> assertThat(late.sqlState()).contains("57014"));
            assertThat(setting(ann, "lock_timeout"))
                    .as("of the role in this database")
                    .isEqualTo("4s");
            assertThat(setting(ann, "app.flavour")).isEqualTo("of the role");
            DatabaseSessionFactory patient = sessions.withContext(SessionContext.builder()
                    .role("context_reader")
                    .statementTimeout(Duration.ofSeconds(9))
                    .lockTimeout(Duration.ZERO)
                    .idleInTransactionTimeout(Duration.ofMinutes(1))
                    .applicationName("notes")
                    .setting("app.flavour", "of the context; 'quoted' \\ {}")
                    .build());
            assertThat(setting(patient, "statement_timeout")).isEqualTo("9s");
            assertThat(setting(patient, "lock_timeout")).isEqualTo("0");
            assertThat(setting(patient, "idle_in_transaction_session_timeout")).isEqualTo("1min");
            assertThat(setting(patient, "application_name")).isEqualTo("notes");
            assertThat(setting(patient, "app.flavour")).isEqualTo("of the context; 'quoted' \\ {}");
            try (Connection connection = patient.dataSource().getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("show app.flavour")) {
                assertThat(row.next()).isTrue();
                assertThat(row.getString(1)).isEqualTo("of the context; 'quoted' \\ {}");
            }
        });
    }

    private static String setting(DatabaseSessionFactory sessions, String name) {
        return sessions.sql("select current_setting(:name::text)")
                .param("name", name)
                .single(String.class);
    }

    @ParameterizedTest
    @EnumSource
    void aLegacyClaimOfSomebodyElseDoesNotImpersonate(Route route) throws Exception {
        try (DatabaseSessionFactory sessions = open(route)) {
            // As a client without this library would leave it, on one backend: in one transaction it is seen to be
            // there.
            try (var session = sessions.withContext(writer("ann")).openSession()) {
                session.sql("select set_config('request.jwt.claim.sub', 'bob', true)")
                        .row();
                assertThat(session.sql("select context_user()").single(String.class))
                        .isEqualTo("bob");
            }
            assertThat(sessions.withContext(writer("ann"))
                            .sql("select current_setting('request.jwt.claim.sub')")
                            .single(String.class))
                    .isEmpty();
            assertThat(sessions.withContext(SessionContext.builder()
                                    .role("context_writer")
                                    .build())
                            .sql(OWN)
                            .rows())
                    .as("without claims")
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void isolationAndReadOnlyComeWithTheTransaction(Route route) throws Exception {
        on(route, sessions -> {
            DatabaseSessionFactory strict = sessions.withContext(SessionContext.builder()
                    .role("context_writer")
                    .isolation(Isolation.SERIALIZABLE)
                    .readOnly(true)
                    .build());
            String question =
                    "select current_setting('transaction_isolation') || current_setting('transaction_read_only')";
            assertThat(strict.sql(question).single(String.class)).isEqualTo("serializableon");
            assertThat(strict.<String, RuntimeException>write(
                            session -> session.sql(question).single(String.class)))
                    .isEqualTo("serializableon");
            try (Connection connection = strict.dataSource().getConnection()) {
                connection.setAutoCommit(false);
                assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_SERIALIZABLE);
                assertThat(PoolSafeDataSourceTest.ask(connection, question)).isEqualTo("serializableon");
            }
            assertThatExceptionOfType(DatabaseException.class)
                    .isThrownBy(() -> strict.sql("delete from context_notes").update())
                    .satisfies(refused -> assertThat(refused.sqlState()).contains("25006"));
        });
    }

    @ParameterizedTest
    @EnumSource
    void whatAProgramSetsIsLaidOverTheContext(Route route) throws Exception {
        on(route, sessions -> {
            try (Connection connection = sessions.withContext(SessionContext.builder()
                                    .role("context_writer")
                                    .claims(Map.of("sub", "ann"))
                                    .statementTimeout(Duration.ofSeconds(8))
                                    .build())
                            .dataSource()
                            .getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("set statement_timeout = '3s'");
                assertThat(PoolSafeDataSourceTest.ask(connection, "show statement_timeout"))
                        .isEqualTo("3s");
                statement.execute("reset statement_timeout");
                assertThat(PoolSafeDataSourceTest.ask(connection, "show statement_timeout"))
                        .isEqualTo("8s");
                statement.execute("set role context_reader");
                assertThat(PoolSafeDataSourceTest.ask(connection, "select current_user"))
                        .isEqualTo("context_reader");
                for (String back : List.of("reset role", "reset all", "discard all")) {
                    statement.execute("set statement_timeout = '3s'");
                    statement.execute(back);
                    if (!back.equals("reset all")) {
                        assertThat(PoolSafeDataSourceTest.ask(connection, "select current_user"))
                                .as(back)
                                .isEqualTo("context_writer");
                    }
                    assertThat(PoolSafeDataSourceTest.ask(connection, "select context_user()"))
                            .isEqualTo("ann");
                }
                assertThat(PoolSafeDataSourceTest.ask(connection, "show statement_timeout"))
                        .isEqualTo("8s");
                connection.setAutoCommit(false);
                for (String escape : List.of(
                        "set role none",
                        "set role context_stranger",
                        "set local role \"context_stranger\"",
                        "SET SESSION ROLE TO 'postgres'",
                        "set role = postgres",
                        "select 1; set role postgres",
                        "set session authorization postgres",
                        "select set_config('role', 'postgres', true)",
                        "select pg_catalog.set_config('role', current_user || '', false)")) {
                    assertThatExceptionOfType(SQLException.class)
                            .as(escape)
                            .isThrownBy(() -> statement.execute(escape))
                            .satisfies(
                                    refused -> assertThat(refused.getSQLState()).isEqualTo("42501"))
                            .withMessageContaining("context_reader, context_writer")
                            .withMessageContaining("SessionContext.none()");
                }
                assertThat(PoolSafeDataSourceTest.ask(connection, "select current_user"))
                        .isEqualTo("context_writer");
                connection.commit();
                connection.setAutoCommit(true);
                assertThatExceptionOfType(SessionFeatureRefusedException.class)
                        .isThrownBy(() -> statement.execute("vacuum"));
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void aSettingInsideAFunctionEndsWithItsSession(Route route) throws Exception {
        Route.postgres()
                .execute("create or replace function context_mark(v text) returns text language plpgsql as"
                        + " $$ begin perform set_config('app.mark', v, false); return v; end $$");
        try {
            on(route, sessions -> {
                DatabaseSessionFactory ann = sessions.withContext(reader("ann"));
                try (Connection connection = ann.dataSource().getConnection()) {
                    assertThat(PoolSafeDataSourceTest.ask(connection, "select context_mark('hers')"))
                            .isEqualTo("hers");
                    for (int i = 0; i < 4; i++) {
                        assertThat(PoolSafeDataSourceTest.ask(connection, "select current_setting('app.mark', true)"))
                                .isEqualTo("hers");
                        assertThat(PoolSafeDataSourceTest.ask(connection, "select current_user"))
                                .isEqualTo("context_reader");
                    }
                }
                for (int i = 0; i < 4; i++) {
                    assertThat(sessions.sql("select coalesce(current_setting('app.mark', true), '')")
                                    .single(String.class))
                            .isEmpty();
                }
            });
        } finally {
            Route.postgres().execute("drop function context_mark(text)");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"DIRECT", "PGBOUNCER_1_18"})
    void theContextComesFromASupplier(Route route) {
        AtomicReference<SessionContext> current = new AtomicReference<>(reader("ann"));
        try (DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(
                        route.endpoint().url())
                .roles("context_reader")
                .context(current::get)
                .build()) {
            assertThat(sessions.sql(OWN).rows()).hasSize(2);
            current.set(reader("bob"));
            assertThat(sessions.sql(OWN).rows()).hasSize(1);
            assertThat(sessions.withContext(SessionContext.none()).sql(OWN).rows())
                    .as("the login owns the table")
                    .hasSize(3);
            current.set(SessionContext.none());
            assertThat(sessions.sql(OWN).rows()).hasSize(3);
            current.set(null);
            assertThatExceptionOfType(SessionUsageException.class)
                    .isThrownBy(() -> sessions.sql(OWN).rows())
                    .withMessageContaining("null")
                    .withMessageContaining("SessionContext.none()");
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> sessions.dataSource().getConnection())
                    .withMessageContaining("SessionContext.none()");
            current.set(writer("ann"));
            assertThatExceptionOfType(SessionUsageException.class)
                    .isThrownBy(() -> sessions.openSession())
                    .withMessageContaining("\"context_writer\"")
                    .withMessageContaining("roles(…)");
            assertThatExceptionOfType(SessionUsageException.class)
                    .isThrownBy(() -> sessions.withContext(writer("ann")));
        }
    }
}
