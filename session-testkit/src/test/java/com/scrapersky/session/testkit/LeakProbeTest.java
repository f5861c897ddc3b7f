package com.scrapersky.session.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.StringReader;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.PGConnection;
import org.postgresql.largeobject.LargeObjectManager;

/** Every leak that plain pgjdbc makes with {@code prepareThreshold=0}, each of which the probe has to find. */
class LeakProbeTest {

    private static final Map<String, String> UNNAMED = Map.of("prepareThreshold", "0");
    private static final int REPETITIONS = 20;

    private static PostgresLab postgres;
    private static final Map<Pooler, PoolerLab> POOLERS = new EnumMap<>(Pooler.class);

    /** Both PgBouncers, and the pooler that has to leak exactly as they do. */
    static List<Pooler> kinds() {
        return List.of(
                Pooler.PGBOUNCER_1_18,
                Pooler.PGBOUNCER_1_26,
                Pooler.HOSTILE_PGBOUNCER_1_18,
                Pooler.HOSTILE_PGBOUNCER_1_26);
    }

    private static boolean isPgBouncer126(Pooler kind) {
        return kind == Pooler.PGBOUNCER_1_26 || kind == Pooler.HOSTILE_PGBOUNCER_1_26;
    }

    @BeforeAll
    static void start() {
        postgres =
                PostgresLab.builder().setting("max_prepared_transactions", "5").start();
        postgres.execute(
                "create role visitor",
                "create table job (id bigint generated always as identity primary key, name text, tenant text)",
                "insert into job (name, tenant) values ('one', 'a'), ('two', 'b')",
                "create sequence ticket",
                "create function choose_language(name text) returns void language plpgsql as"
                        + " $$ begin perform set_config('lc_messages', name, false); set work_mem = '5MB'; end $$",
                "create policy own on job using (tenant = current_setting('shop.tenant', true))");
        for (Pooler kind : kinds()) {
            POOLERS.put(kind, kind.start(postgres, 3));
        }
    }

    @AfterAll
    static void stop() {
        POOLERS.values().forEach(PoolerLab::close);
        postgres.close();
    }

    /** What a program does on a connection. */
    interface Act {
        void on(Connection connection) throws Exception;
    }

    /**
     * What the probe has to find. PgBouncer 1.26 carries every setting over that the server reports to clients, and
     * PostgreSQL 18 reports these too.
     */
    record Expected(LeakKind kind, String name, String before, String after) {
        boolean isCarriedBy(Pooler kind) {
            return isPgBouncer126(kind)
                    && Set.of("search_path", "default_transaction_read_only", "session_authorization")
                            .contains(name);
        }
    }

    private static Arguments leak(String what, Act act, LeakKind kind, String name, String before, String after) {
        return Arguments.of(what, Map.of(), act, new Expected(kind, name, before, after));
    }

    private static Arguments sql(String text, LeakKind kind, String name, String before, String after) {
        return leak(text, connection -> execute(connection, text), kind, name, before, after);
    }

    static Stream<Arguments> leaks() {
        String path = "\"$user\", public";
        LeakKind setting = LeakKind.SETTING;
        return Stream.of(
                leak("setSchema", c -> c.setSchema("other"), setting, "search_path", path, "other"),
                leak(
                        "setTransactionIsolation",
                        c -> c.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE),
                        setting,
                        "default_transaction_isolation",
                        "read committed",
                        "serializable"),
                Arguments.of(
                        "setReadOnly under readOnlyMode=always",
                        Map.of("readOnlyMode", "always"),
                        (Act) c -> c.setReadOnly(true),
                        new Expected(setting, "default_transaction_read_only", "off", "on")),
                sql("set search_path = other", setting, "search_path", path, "other"),
                sql("/* a comment */ set statement_timeout = '5s'", setting, "statement_timeout", "0 ms", "5000 ms"),
                sql("select 1; set lock_timeout = 7", setting, "lock_timeout", "0 ms", "7 ms"),
                sql("do $$ begin set work_mem = '6MB'; end $$", setting, "work_mem", "4096 kB", "6144 kB"),
                sql("select choose_language('POSIX')", setting, "work_mem", "4096 kB", "5120 kB"),
                leak(
                        "SET in a transaction that commits",
                        c -> {
                            c.setAutoCommit(false);
                            execute(c, "set enable_seqscan = off");
                            c.commit();
                        },
                        setting,
                        "enable_seqscan",
                        "on",
                        "off"),
                sql("select set_config('row_security', 'off', false)", setting, "row_security", "on", "off"),
                sql(
                        "set session characteristics as transaction read only",
                        setting,
                        "default_transaction_read_only",
                        "off",
                        "on"),
                sql("set role visitor", LeakKind.ROLE, "role", "none", "visitor"),
                sql("set session authorization visitor", LeakKind.ROLE, "session_authorization", "postgres", "visitor"),
                sql(
                        "select set_config('request.jwt.claims', '{\"sub\":\"1\"}', false)",
                        LeakKind.CUSTOM_SETTING,
                        "request.jwt.claims",
                        null,
                        "{\"sub\":\"1\"}"),
                // The policy on the table reads it.
                leak(
                        "claim that a policy reads",
                        c -> parameter(c, "select set_config('shop.' || ?, 'b', false)", "tenant"),
                        LeakKind.CUSTOM_SETTING,
                        "shop.tenant",
                        null,
                        "b"),
                // Nothing but the statement itself names it.
                sql("set my_app.region to 'eu'", LeakKind.CUSTOM_SETTING, "my_app.region", null, "eu"),
                sql(
                        "prepare my_plan as select 1",
                        LeakKind.PREPARED_STATEMENT,
                        "my_plan",
                        null,
                        "prepare my_plan as select 1"),
                sql(
                        "declare my_cursor cursor with hold for select 1",
                        LeakKind.CURSOR,
                        "my_cursor",
                        null,
                        "declare my_cursor cursor with hold for select 1"),
                leak(
                        "holdable result set with a fetch size in SQL",
                        c -> {
                            c.setAutoCommit(false);
                            execute(c, "declare held scroll cursor with hold for select * from job");
                            c.commit();
                        },
                        LeakKind.CURSOR,
                        "held",
                        null,
                        "declare held scroll cursor with hold for select * from job"),
                sql("listen news", LeakKind.LISTEN, "news", null, "listening"),
                sql("select pg_advisory_lock(42)", LeakKind.ADVISORY_LOCK, "42", null, "ExclusiveLock"),
                sql("select pg_try_advisory_lock(-1)", LeakKind.ADVISORY_LOCK, "-1", null, "ExclusiveLock"),
                sql("select pg_advisory_lock_shared(4, 2)", LeakKind.ADVISORY_LOCK, "4, 2", null, "ShareLock"),
                sql("create temp table basket (id int)", LeakKind.TEMPORARY_OBJECT, "basket", null, "table"),
                sql(
                        "create temp table basket (id int) on commit delete rows",
                        LeakKind.TEMPORARY_OBJECT,
                        "basket",
                        null,
                        "table"),
                sql("create temp view goods as select 1", LeakKind.TEMPORARY_OBJECT, "goods", null, "view"),
                sql(
                        "create function pg_temp.twice(n int) returns int language sql as 'select 2 * n'",
                        LeakKind.TEMPORARY_OBJECT,
                        "twice(n integer)",
                        null,
                        "function"),
                leak(
                        "commit forgotten",
                        c -> {
                            c.setAutoCommit(false);
                            execute(c, "select 'unfinished'");
                        },
                        LeakKind.OPEN_TRANSACTION,
                        "(idle in transaction)",
                        null,
                        "open"));
    }

    static Stream<Arguments> leaksOnEach() {
        return kinds().stream().flatMap(kind -> leaks().map(leak -> with(kind, leak)));
    }

    private static Arguments with(Pooler kind, Arguments leak) {
        return Arguments.of(
                Stream.concat(Stream.of(kind), Stream.of(leak.get())).toArray());
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("leaksOnEach")
    void findsTheLeak(Pooler kind, String what, Map<String, String> properties, Act act, Expected expected)
            throws Exception {
        PoolerLab pooler = POOLERS.get(kind);
        try (Backends backends = Backends.of(pooler);
                Connection subject = connect(pooler, properties);
                LeakProbe probe = LeakProbe.before(backends)) {
            int victim = backends.pids().get(1);
            probe.during("harmless", () -> execute(subject, "select 1"));
            probe.during("guilty", () -> backends.on(victim, () -> act.on(subject)));
            probe.during(
                    "innocent",
                    () -> backends.onAnother(() -> {
                        try (Connection other = connect(pooler, Map.of())) {
                            execute(other, "select 1");
                        }
                    }));
            if (expected.isCarriedBy(kind)) {
                probe.assertNothingLeaked();
                return;
            }
            List<Leak> leaks = probe.leaks();
            assertThat(leaks).anySatisfy(leak -> {
                assertThat(leak)
                        .extracting(Leak::backend, Leak::kind, Leak::name, Leak::before, Leak::after)
                        .containsExactly(victim, expected.kind(), expected.name(), expected.before(), expected.after());
                // A transaction that is still open may have done its work in any step since it began.
                assertThat(leak.steps()).contains("guilty").doesNotContain("harmless");
                assertThat(leak.statement()).isNotBlank();
            });
            assertThat(leaks).extracting(Leak::backend).containsOnly(victim);
            assertThatThrownBy(probe::assertNothingLeaked)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining(pooler.name())
                    .hasMessageContaining("backend " + victim)
                    .hasMessageContaining(expected.name())
                    .hasMessageContaining("\"guilty\"")
                    .hasMessageContaining(expected.kind().remedy());
            backends.replaceAll();
        }
    }

    @Test
    void findsNamedStatementsOnlyWhereThePoolerDoesNotCarryThem() throws Exception {
        for (Pooler kind : kinds()) {
            PoolerLab pooler = POOLERS.get(kind);
            try (Backends backends = Backends.of(pooler);
                    LeakProbe probe = LeakProbe.before(backends);
                    Connection metadata = connect(pooler, Map.of());
                    Connection defaults = pooler.connect()) {
                defaults.setAutoCommit(false);
                // Begin, select and commit are named statements of pgjdbc; reading metadata is one with threshold 0
                // too.
                backends.onAnother(() -> text(defaults, "select 1"));
                defaults.commit();
                backends.onAnother(() -> {
                    try (PreparedStatement statement = metadata.prepareStatement("select name from job where id = ?")) {
                        statement.getMetaData();
                    }
                });
                if (!isPgBouncer126(kind)) {
                    assertThat(probe.leaks())
                            .extracting(Leak::kind)
                            .containsOnly(LeakKind.PREPARED_STATEMENT)
                            .hasSizeGreaterThan(1);
                    assertThat(probe.leaks()).extracting(Leak::after).contains("select name from job where id = $1");
                } else {
                    assertThat(probe.leaks()).isEmpty();
                }
                backends.replaceAll();
            }
        }
    }

    /** PgBouncer sets these for each client anew; so a client that sets them harms nobody. */
    @ParameterizedTest
    @MethodSource("kinds")
    void reportsNothingThatThePoolerReplays(Pooler kind) throws Exception {
        PoolerLab pooler = POOLERS.get(kind);
        try (Backends backends = Backends.of(pooler);
                LeakProbe probe = LeakProbe.before(backends);
                Connection subject = connect(pooler, Map.of("ApplicationName", "another name"))) {
            backends.onAnother(() -> execute(subject, "set time zone 'Asia/Tokyo'"));
            backends.onAnother(() -> subject.setClientInfo("ApplicationName", "a third name"));
            backends.onAnother(() -> execute(subject, "select now()"));
            probe.assertNothingLeaked();
        }
    }

    /** PgBouncer 1.18 replays what pgjdbc asks for, {@code ISO}, which leaves the order of day and month as it is. */
    @ParameterizedTest
    @EnumSource(
            value = Pooler.class,
            names = {"PGBOUNCER_1_18", "PGBOUNCER_1_26", "HOSTILE_PGBOUNCER_1_18", "HOSTILE_PGBOUNCER_1_26"})
    void reportsWhatThePoolerReplaysOnlyInPart(Pooler kind) throws Exception {
        PoolerLab pooler = POOLERS.get(kind);
        try (Backends backends = Backends.of(pooler);
                LeakProbe probe = LeakProbe.before(backends);
                Connection subject = connect(pooler, Map.of())) {
            backends.onAnother(() -> execute(subject, "set datestyle = 'ISO, DMY'"));
            if (!isPgBouncer126(kind)) {
                assertThat(probe.leaks())
                        .extracting(Leak::name, Leak::before, Leak::after)
                        .containsExactly(tuple("DateStyle", "ISO, MDY", "ISO, DMY"));
            } else {
                assertThat(probe.leaks()).isEmpty();
            }
            backends.replaceAll();
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void findsNothingAfterHarmlessWork(Pooler kind) throws Exception {
        PoolerLab pooler = POOLERS.get(kind);
        try (Backends backends = Backends.of(pooler);
                LeakProbe probe = LeakProbe.before(backends);
                Connection subject = connect(pooler, Map.of())) {
            for (int i = 0; i < REPETITIONS; i++) {
                for (Act act : harmless(i)) {
                    backends.onAnother(() -> {
                        act.on(subject);
                        if (!subject.getAutoCommit()) {
                            subject.commit();
                            subject.setAutoCommit(true);
                        }
                    });
                }
                assertThat(probe.leaks()).isEmpty();
            }
        }
    }

    /** The transaction-local forms. */
    private static List<Act> harmless(int i) {
        return List.of(
                c -> transaction(c, "set local search_path = other", "set local statement_timeout = '9s'"),
                c -> transaction(c, "select set_config('request.jwt.claims', '{}', true)", "select 1"),
                c -> transaction(c, "set local role visitor", "select current_user"),
                c -> transaction(c, "set transaction isolation level serializable", "select 1"),
                c -> {
                    c.setAutoCommit(false);
                    execute(c, "set search_path = other");
                    c.rollback();
                },
                c -> transaction(c, "select pg_advisory_xact_lock(7)"),
                c -> transaction(
                        c, "create temp table basket (id int) on commit drop", "insert into basket values (1)"),
                c -> transaction(c, "declare plain cursor for select * from job", "fetch all from plain"),
                c -> {
                    c.setAutoCommit(false);
                    try (Statement statement = c.createStatement()) {
                        statement.setFetchSize(1);
                        try (ResultSet rows = statement.executeQuery("select * from job")) {
                            rows.next();
                        }
                    }
                },
                c -> {
                    c.setAutoCommit(false);
                    LargeObjectManager objects = c.unwrap(PGConnection.class).getLargeObjectAPI();
                    objects.delete(objects.createLO());
                },
                c -> c.unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyIn("copy job (name) from stdin", new StringReader("copied\n")),
                c -> {
                    c.setAutoCommit(false);
                    c.rollback(c.setSavepoint());
                    execute(c, "insert into job (name) values ('saved') returning id");
                },
                c -> {
                    transaction(c, "select 1", "prepare transaction 'p" + i + "'");
                    execute(c, "commit prepared 'p" + i + "'");
                },
                c -> {
                    c.setReadOnly(true);
                    transaction(c, "select 1");
                    c.setReadOnly(false);
                },
                c -> execute(c, "notify news, 'hello'"),
                // Set and put back by hand, as frameworks do it.
                c -> transaction(c, "set work_mem = '7MB'", "set work_mem = '4MB'"),
                c -> parameter(c, "select name from job where tenant = ?", "a"));
    }

    @Test
    void comparesBackendsThatReplacedOthersWithAllThereWere() throws Exception {
        PoolerLab pooler = POOLERS.get(Pooler.PGBOUNCER_1_26);
        try (Backends backends = Backends.of(pooler);
                LeakProbe probe = LeakProbe.before(backends);
                Connection subject = connect(pooler, Map.of())) {
            backends.replaceAll();
            backends.onEach(() -> execute(subject, "select 1"));
            probe.assertNothingLeaked();
            backends.replaceAll();
            int victim = backends.onAnother(() -> {
                execute(subject, "set work_mem = '9MB'");
                return backends.lastPid();
            });
            assertThat(probe.leaks())
                    .extracting(Leak::backend, Leak::name, Leak::before, Leak::after)
                    .containsExactly(tuple(victim, "work_mem", "4096 kB", "9216 kB"));
            backends.replaceAll();
        }
    }

    @Test
    void reportsWhatATestTookAway() throws Exception {
        PoolerLab pooler = POOLERS.get(Pooler.PGBOUNCER_1_18);
        try (Backends backends = Backends.of(pooler);
                Connection subject = connect(pooler, Map.of())) {
            backends.onEach(() -> execute(subject, "set work_mem = '9MB'"));
            try (LeakProbe probe = LeakProbe.before(backends)) {
                backends.onAnother(() -> execute(subject, "discard all"));
                assertThat(probe.leaks())
                        .extracting(Leak::name, Leak::before, Leak::after)
                        .containsExactly(tuple("work_mem", "9216 kB", "4096 kB"));
            }
            backends.replaceAll();
        }
    }

    private static LeakProbe.Builder fresh(Backends backends) {
        backends.pids();
        backends.replaceAll();
        return LeakProbe.builder(backends);
    }

    private static Connection connect(PoolerLab pooler, Map<String, String> more) throws SQLException {
        Map<String, String> all = new HashMap<>(UNNAMED);
        all.putAll(more);
        return pooler.connect(all);
    }

    private static void transaction(Connection connection, String... statements) throws SQLException {
        connection.setAutoCommit(false);
        for (String sql : statements) {
            execute(connection, sql);
        }
        connection.commit();
        connection.setAutoCommit(true);
    }

    private static void parameter(Connection connection, String sql, String value) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, value);
            statement.execute();
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String text(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
