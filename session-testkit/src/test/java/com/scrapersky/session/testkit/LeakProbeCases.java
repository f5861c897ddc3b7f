package com.scrapersky.session.testkit;

import java.io.StringReader;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.postgresql.PGConnection;
import org.postgresql.largeobject.LargeObjectManager;

/** What plain pgjdbc leaves behind with {@code prepareThreshold=0}, and what leaves nothing. */
final class LeakProbeCases {

    private LeakProbeCases() {}

    /** What a program does on a connection. */
    interface Act {
        void on(Connection connection) throws Exception;
    }

    /**
     * What the probe has to find. Every pooler but Supavisor sets a client's time zone and application name anew on each
     * backend; PgBouncer 1.26 does that with every setting that the server reports to clients, and PostgreSQL 18 reports these
     * too.
     */
    record Expected(LeakKind kind, String name, String before, String after) {
        boolean isCarriedBy(Pooler pooler) {
            return Set.of("TimeZone", "application_name").contains(name) && pooler != Pooler.HOSTILE_SUPAVISOR
                    || isPgBouncer126(pooler)
                            && Set.of("search_path", "default_transaction_read_only", "session_authorization")
                                    .contains(name);
        }
    }

    static boolean isPgBouncer126(Pooler pooler) {
        return pooler == Pooler.PGBOUNCER_1_26 || pooler == Pooler.HOSTILE_PGBOUNCER_1_26;
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
                sql("set time zone 'Asia/Tokyo'", setting, "TimeZone", "Europe/Berlin", "Asia/Tokyo"),
                leak(
                        "setClientInfo",
                        c -> c.setClientInfo("ApplicationName", "billing"),
                        setting,
                        "application_name",
                        "Supavisor",
                        "billing"),
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

    /** The transaction-local forms. */
    static List<Act> harmless(int i) {
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

    static void transaction(Connection connection, String... statements) throws SQLException {
        connection.setAutoCommit(false);
        for (String sql : statements) {
            execute(connection, sql);
        }
        connection.commit();
        connection.setAutoCommit(true);
    }

    static void parameter(Connection connection, String sql, String value) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, value);
            statement.execute();
        }
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static String text(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
