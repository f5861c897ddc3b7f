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
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
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
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A context holds for its own sessions, directly and behind each pooler, and nothing of it is met by the next one. */
class SessionContextTest {

    static final String OWN = "select body from context_notes order by body";

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

    static DatabaseSessionFactory open(Route route) {
        return DatabaseSessionFactory.builder(route.changing().url())
                .roles("context_reader", "context_writer")
                .build();
    }

    static SessionContext reader(String user) {
        return SessionContext.builder()
                .role("context_reader")
                .claims(Map.of("sub", user))
                .build();
    }

    static SessionContext writer(String user) {
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
    static void on(Route route, Program program) throws Exception {
        try (DatabaseSessionFactory sessions = open(route)) {
            OtherBackends.during(route, sessions, () -> {
                program.run(sessions);
                assertNoContext(sessions);
            });
            assertNoContext(sessions);
        }
    }

    static void assertNoContext(DatabaseSessionFactory sessions) {
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

    static List<String> bodies(Connection connection) throws SQLException {
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
