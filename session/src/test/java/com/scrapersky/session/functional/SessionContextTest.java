package com.scrapersky.session.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.DatabaseException;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.Pipeline;
import com.scrapersky.session.RawSql;
import com.scrapersky.session.Result;
import com.scrapersky.session.Row;
import com.scrapersky.session.SessionContext;
import com.scrapersky.session.SessionContext.Isolation;
import com.scrapersky.session.SessionFeatureRefusedException;
import com.scrapersky.session.SessionUsageException;
import com.scrapersky.session.StatementCancelledException;
import com.scrapersky.session.testkit.LeakProbe;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A context holds for its own sessions, directly and behind each pooler, and nothing of it is met by the next one. */
class SessionContextTest {

    private static final String OWN = "select body from context_notes order by body";

    @BeforeAll
    static void policies() throws SQLException {
        forgetNames(Route.LIKE_SUPAVISOR);
        leaveNothing();
        Route.postgres()
                .execute(
                        "create role context_reader",
                        "create role context_writer",
                        "create role context_stranger",
                        "alter role context_reader set statement_timeout = '700ms'",
                        "alter role context_reader set app.flavour = 'of the role'",
                        "alter role context_reader set lock_timeout = '3s'",
                        "create function context_user() returns text language sql stable as $$ select coalesce("
                                + " nullif(current_setting('request.jwt.claim.sub', true), ''),"
                                + " nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub') $$",
                        "create table context_notes (tenant text default context_user(), body text)",
                        "insert into context_notes values ('ann', 'ann 1'), ('ann', 'ann 2'), ('bob', 'bob 1')",
                        "alter table context_notes enable row level security",
                        "create policy own on context_notes using (tenant = context_user())",
                        "grant select on context_notes to context_reader, context_writer",
                        "grant insert, update, delete on context_notes to context_writer");
        Route.postgres()
                .execute(
                        "do $$ begin execute format('alter role context_reader in database %I set lock_timeout = ''4s''',"
                                + " current_database()); end $$");
    }

    /** A plain pgjdbc of another test may have left its name on backends; RESET ALL behind hidden code puts the server's back. */
    private static void forgetNames(Route route) throws SQLException {
        List<Connection> all = new ArrayList<>();
        try {
            for (int i = 0; i < Route.BACKENDS; i++) {
                Connection connection =
                        route.endpoint().connect(Map.of("assumeMinServerVersion", "12", "prepareThreshold", "0"));
                all.add(connection);
                connection.setAutoCommit(false);
                PoolSafeDataSourceTest.execute(connection, "reset application_name");
            }
            for (Connection connection : all) {
                connection.commit();
            }
        } finally {
            for (Connection connection : all) {
                connection.close();
            }
        }
    }

    @AfterAll
    static void leaveNothing() {
        Route.postgres()
                .execute(
                        "drop table if exists context_notes",
                        "drop function if exists context_user()",
                        "do $$ declare r text; begin foreach r in array array['context_reader', 'context_writer',"
                                + " 'context_stranger'] loop if exists (select 1 from pg_roles where rolname = r) then"
                                + " execute 'drop owned by ' || r; execute 'drop role ' || r; end if; end loop; end $$");
    }

    private static DatabaseSessionFactory open(Route route) {
        return DatabaseSessionFactory.builder(route.changing().url())
                .roles("context_reader", "context_writer")
                .build();
    }

    private static SessionContext reader(String user) {
        return SessionContext.builder()
                .role("context_reader")
                .claims(Map.of("sub", user))
                .build();
    }

    private static SessionContext writer(String user) {
        return SessionContext.builder()
                .role("context_writer")
                .claims("{\"sub\": \"" + user + "\"}")
                .build();
    }

    @FunctionalInterface
    interface Program {
        void run(DatabaseSessionFactory sessions) throws Exception;
    }

    /** Nothing may be left on any backend, nor be met by the next user of the same connection. */
    private static void on(Route route, Program program) throws Exception {
        try (DatabaseSessionFactory sessions = open(route)) {
            if (route.isDirect()) {
                program.run(sessions);
            } else {
                try (LeakProbe probe = LeakProbe.before(route.pooler())) {
                    program.run(sessions);
                    assertNoContext(sessions);
                    probe.assertNothingLeaked();
                    probe.assertBackendChanged();
                }
            }
            assertNoContext(sessions);
        }
    }

    private static void assertNoContext(DatabaseSessionFactory sessions) {
        for (int i = 0; i < 4; i++) {
            Row row = sessions.sql("select current_setting('role') as role,"
                            + " coalesce(current_setting('request.jwt.claims', true), '') as claims,"
                            + " current_setting('statement_timeout') as timeout, current_user = session_user as own")
                    .row();
            assertThat(row.getString("role")).isEqualTo("none");
            assertThat(row.getString("claims")).isEmpty();
            assertThat(row.getString("timeout")).isEqualTo("0");
            assertThat(row.get("own")).isEqualTo(true);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPipelineIsInTheContext(Route route) throws Exception {
        on(route, sessions -> {
            DatabaseSessionFactory ann = sessions.withContext(reader("ann"));
            DatabaseSessionFactory bob = sessions.withContext(writer("bob"));
            for (int i = 0; i < 4; i++) {
                assertThat(ann.<Result<List<String>>>pipeline(pipeline -> {
                                    pipeline.sql("select 1").rows();
                                    return pipeline.sql(OWN).list(String.class);
                                })
                                .get())
                        .containsExactly("ann 1", "ann 2");
                assertThat(bob.<List<String>, RuntimeException>read(session -> {
                            Pipeline pipeline = session.pipeline();
                            Result<List<String>> own = pipeline.sql(OWN).list(String.class);
                            pipeline.execute();
                            return own.get();
                        }))
                        .containsExactly("bob 1");
            }
            assertThat(bob.sql("insert into context_notes (body) values (:body)")
                            .batch(List.of(Map.of("body", "bob 2"), Map.of("body", "bob 3"))))
                    .containsExactly(1, 1);
            assertThat(bob.sql("delete from context_notes where body in ('bob 2', 'bob 3')")
                            .update())
                    .isEqualTo(2);
            assertThatThrownBy(() -> ann.pipeline(pipeline -> {
                        pipeline.sql("set local role context_stranger").update();
                        return pipeline.sql("select current_user").rows();
                    }))
                    .hasMessageContaining("context_stranger");
        });
    }

    @ParameterizedTest
    @EnumSource
    void everyWayIntoTheDatabaseIsInTheContext(Route route) throws Exception {
        on(route, sessions -> {
            DatabaseSessionFactory ann = sessions.withContext(reader("ann"));
            DatabaseSessionFactory bob = sessions.withContext(writer("bob"));
            for (int i = 0; i < 4; i++) {
                assertThat(ann.sql(OWN).list(String.class)).containsExactly("ann 1", "ann 2");
                assertThat(bob.sql(OWN).list(String.class)).containsExactly("bob 1");
            }
            assertThat(RawSql.executeRawSql(ann, OWN)).hasSize(2);
            assertThat(ann.<List<String>, RuntimeException>read(session -> {
                        session.sql("select 1").row();
                        return session.sql(OWN).list(String.class);
                    }))
                    .hasSize(2);
            try (Stream<Row> rows = ann.sql(OWN).pageSize(1).stream()) {
                assertThat(rows.map(row -> row.getString("body"))).containsExactly("ann 1", "ann 2");
            }
            assertThat(bob.sql("insert into context_notes (body) values (:body)")
                            .batch(List.of(Map.of("body", "bob 2"), Map.of("body", "bob 3"))))
                    .containsExactly(1, 1);
            try (var session = bob.openSession()) {
                session.sql("insert into context_notes (body) values (:body)")
                        .batch(List.of(Map.of("body", "bob 4"), Map.of("body", "bob 5")));
                assertThat(session.sql(OWN).list(String.class)).hasSize(5);
            }
            assertThat(bob.sql(OWN).list(String.class)).containsExactly("bob 1", "bob 2", "bob 3");
            assertThat(bob.sql("delete from context_notes where body > 'bob 1'").update())
                    .isEqualTo(2);
            assertThatExceptionOfType(DatabaseException.class)
                    .isThrownBy(() -> ann.sql("insert into context_notes (body) values ('x')")
                            .update())
                    .satisfies(refused -> assertThat(refused.sqlState()).contains("42501"));
        });
    }

    @ParameterizedTest
    @EnumSource
    void jdbcIsInTheContextToo(Route route) throws Exception {
        on(route, sessions -> {
            DataSource ann = sessions.withContext(writer("ann")).dataSource();
            for (boolean autoCommit : new boolean[] {true, false}) {
                try (Connection connection = ann.getConnection()) {
                    connection.setAutoCommit(autoCommit);
                    assertThat(bodies(connection)).containsExactly("ann 1", "ann 2");
                    try (PreparedStatement insert = connection.prepareStatement(
                            "insert into context_notes (body) values (?)", new String[] {"tenant"})) {
                        insert.setString(1, "ann 3");
                        assertThat(insert.executeUpdate()).isEqualTo(1);
                        try (ResultSet keys = insert.getGeneratedKeys()) {
                            assertThat(keys.next()).isTrue();
                            assertThat(keys.getString(1)).isEqualTo("ann");
                        }
                    }
                    try (Statement statement = connection.createStatement()) {
                        statement.addBatch("insert into context_notes (body) values ('ann 4')");
                        statement.addBatch("insert into context_notes (body) values ('ann 5')");
                        assertThat(statement.executeBatch()).containsExactly(1, 1);
                        assertThat(statement.executeUpdate("delete from context_notes where body > 'ann 2'"))
                                .isEqualTo(3);
                        assertThat(statement.execute("select '?', E'\\'?' /* ? */, '{\"a\": 1}'::jsonb ? 'a'"))
                                .isTrue();
                    }
                    try (var call = connection.prepareCall("{? = call context_user()}")) {
                        call.registerOutParameter(1, java.sql.Types.VARCHAR);
                        call.execute();
                        assertThat(call.getString(1)).isEqualTo("ann");
                    }
                    if (!autoCommit) {
                        connection.commit();
                    }
                }
            }
        });
    }

    private static List<String> bodies(Connection connection) throws SQLException {
        List<String> bodies = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(OWN)) {
            while (rows.next()) {
                bodies.add(rows.getString(1));
            }
        }
        return bodies;
    }

    /** A driver that splits a flight would run its second half as the login, which policies do not bind. */
    @ParameterizedTest
    @EnumSource
    void namedStatementsDoNotLeaveTheContext(Route route) throws Exception {
        on(route, sessions -> {
            try (Connection connection =
                            sessions.withContext(reader("ann")).dataSource().getConnection();
                    PreparedStatement select = connection.prepareStatement(
                            "select body, current_user from context_notes where body > ?")) {
                for (int i = 0; i < 12; i++) {
                    select.setObject(1, "a", java.sql.Types.OTHER);
                    try (ResultSet rows = select.executeQuery()) {
                        for (int row = 0; row < 2; row++) {
                            assertThat(rows.next()).isTrue();
                            assertThat(rows.getString(2)).isEqualTo("context_reader");
                        }
                        assertThat(rows.next()).isFalse();
                    }
                }
            }
        });
    }

    /** The driver puts a Sync behind 255 statements, and with it an end to what holds for the transaction. */
    @ParameterizedTest
    @EnumSource
    void aTextOfManyStatementsDoesNotLeaveTheContext(Route route) throws Exception {
        on(route, sessions -> {
            try (Connection connection =
                            sessions.withContext(reader("ann")).dataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                String last = null;
                boolean rows = statement.execute("select 1;".repeat(300) + "select current_user");
                while (rows) {
                    try (ResultSet result = statement.getResultSet()) {
                        assertThat(result.next()).isTrue();
                        last = result.getString(1);
                    }
                    rows = statement.getMoreResults();
                }
                assertThat(last).isEqualTo("context_reader");
                assertThatExceptionOfType(SQLException.class)
                        .isThrownBy(() -> statement.execute("select 1;".repeat(300) + "do $$ begin commit; end $$"))
                        .as("one that cannot be put into a transaction")
                        .satisfies(refused -> assertThat(refused.getSQLState()).isEqualTo("0A000"))
                        // Behind a pooler it is refused before for what it does inside.
                        .withMessageContaining(route.isDirect() ? "setAutoCommit(false)" : "outside of transactions");
                assertThat(bodies(connection)).hasSize(2);
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void twoTenantsAtOnceNeverSeeEachOther(Route route) throws Exception {
        on(route, sessions -> {
            Set<Integer> backends = ConcurrentHashMap.newKeySet();
            ExecutorService users = Executors.newFixedThreadPool(6);
            try {
                List<Future<Integer>> all = new ArrayList<>();
                for (int user = 0; user < 6; user++) {
                    String name = user % 2 == 0 ? "ann" : "bob";
                    int rows = user % 2 == 0 ? 2 : 1;
                    DatabaseSessionFactory own = sessions.withContext(user < 3 ? reader(name) : writer(name));
                    all.add(users.submit((Callable<Integer>) () -> {
                        int seen = 0;
                        for (int i = 0; i < 40; i++) {
                            List<Row> found = i % 2 == 0
                                    ? own.sql("select tenant, pg_backend_pid() pid from context_notes")
                                            .rows()
                                    : own.<List<Row>, RuntimeException>write(session -> {
                                        session.sql("select 1").row();
                                        return session.sql("select tenant, pg_backend_pid() pid from context_notes")
                                                .rows();
                                    });
                            assertThat(found)
                                    .hasSize(rows)
                                    .allSatisfy(row ->
                                            assertThat(row.getString("tenant")).isEqualTo(name));
                            found.forEach(row -> backends.add((Integer) row.get("pid")));
                            seen += found.size();
                        }
                        return seen;
                    }));
                }
                for (Future<Integer> one : all) {
                    assertThat(one.get()).isPositive();
                }
            } finally {
                users.shutdownNow();
            }
            assertThat(backends).as("backends that were met").hasSizeGreaterThan(1);
        });
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

    @ParameterizedTest
    @EnumSource(names = {"DIRECT", "PGBOUNCER_1_26"})
    void noErrorShowsAClaim(Route route) {
        SessionContext context = SessionContext.builder()
                .role("context_reader")
                .claims(Map.of("sub", "secret-of-ann"))
                .setting("app.token", "secret-token")
                .setting("statement_timeout", "secret-time")
                .build();
        assertThat(context.toString()).contains("context_reader").doesNotContain("secret");
        Set<String> said = new HashSet<>();
        try (DatabaseSessionFactory sessions = open(route)) {
            assertThatExceptionOfType(DatabaseException.class)
                    .isThrownBy(
                            () -> sessions.withContext(context).sql("select 1").row())
                    .satisfies(failure -> {
                        for (Throwable t = failure; t != null; t = t.getCause()) {
                            said.add(String.valueOf(t));
                        }
                    });
        }
        assertThat(said).isNotEmpty().allSatisfy(message -> assertThat(message).doesNotContain("secret"));
    }
}
