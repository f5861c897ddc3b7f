package com.scrapersky.session.matrix;

import static com.scrapersky.session.SessionFeature.OWN_TRANSACTION;

import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.Statement;
import java.sql.Types;
import java.util.Arrays;
import java.util.List;
import org.postgresql.jdbc.PgStatement;

/** Executing statements in JDBC's many ways, with settings of the session and without. */
final class StatementRows {

    private StatementRows() {}

    static List<RowGroup> all() {
        return List.of(
                RowGroup.of("metadata of statements", metaData()),
                RowGroup.of("batches", batches()),
                RowGroup.of("generated keys", keys()),
                RowGroup.of("callable statements", callables()),
                RowGroup.of("results", results()),
                RowGroup.of("limits, cancel and timeouts", limits()),
                RowGroup.of("values", values()));
    }

    /** The same work without settings, with some, and in a transaction with some, each twice. */
    static MatrixRow row(String title, Stage.Work work) {
        return MatrixRow.jdbc(title, player -> {
            twice(player, "plain", work);
            player.execute("SET app.tenant = 'x'", "SET search_path = tenant_1, public");
            twice(player, "with settings", work);
            player.autoCommit(false);
            twice(player, "in a transaction", work);
            player.rollback();
            player.step("in another one", work);
            player.rollback();
            player.autoCommit(true);
            player.execute(SettingRows.TENANT, "RESET ALL");
            player.step("without again", work);
        });
    }

    private static void twice(Player player, String name, Stage.Work work) throws Exception {
        player.step(name, work);
        player.step(name + ", again", work);
    }

    private static String columns(ResultSetMetaData columns) throws Exception {
        if (columns == null) {
            return "no columns";
        }
        StringBuilder told = new StringBuilder();
        for (int i = 1; i <= columns.getColumnCount(); i++) {
            told.append(columns.getColumnName(i))
                    .append(' ')
                    .append(columns.getColumnTypeName(i))
                    .append(' ')
                    .append(columns.isNullable(i))
                    .append(columns.isAutoIncrement(i))
                    .append(columns.getTableName(i))
                    .append(columns.getColumnDisplaySize(i))
                    .append("; ");
        }
        return told.toString();
    }

    private static MatrixRow[] metaData() {
        return new MatrixRow[] {
            row("before execution", on -> {
                try (PreparedStatement statement =
                        on.prepareStatement("select id, name, ?::numeric(5,2) as n from things where id = ?")) {
                    String before = columns(statement.getMetaData());
                    statement.setInt(1, 1);
                    statement.setInt(2, 1);
                    return before + Told.rows(statement.executeQuery()) + columns(statement.getMetaData());
                }
            }),
            row("of what returns no rows", on -> {
                try (PreparedStatement update = on.prepareStatement("update things set n = 1 where id = ?");
                        PreparedStatement returning =
                                on.prepareStatement("delete from things where id = ? returning *")) {
                    return columns(update.getMetaData()) + columns(returning.getMetaData());
                }
            }),
            row("of a statement that is wrong", on -> {
                try (PreparedStatement statement = on.prepareStatement("select nothing_of_that_name")) {
                    return columns(statement.getMetaData());
                }
            }),
            row("parameters", on -> {
                try (PreparedStatement statement =
                        on.prepareStatement("select ?::int, ?::text[], name from things where n = ?")) {
                    var parameters = statement.getParameterMetaData();
                    return parameters.getParameterCount()
                            + parameters.getParameterTypeName(1)
                            + parameters.getParameterTypeName(2)
                            + parameters.getParameterClassName(3);
                }
            }),
            row("of many executions", on -> {
                StringBuilder told = new StringBuilder();
                try (PreparedStatement statement = on.prepareStatement("select ?::int as a, now() is null as b")) {
                    for (int i = 0; i < 8; i++) {
                        statement.setInt(1, i);
                        told.append(columns(statement.getMetaData())).append(Told.rows(statement.executeQuery()));
                    }
                }
                return told;
            }),
        };
    }

    private static MatrixRow[] batches() {
        return new MatrixRow[] {
            row("of texts", on -> {
                try (Statement statement = on.createStatement()) {
                    statement.addBatch("insert into things (name) values ('a'), ('b')");
                    statement.addBatch("update things set n = 1");
                    statement.addBatch("delete from things");
                    return Arrays.toString(statement.executeBatch()) + Arrays.toString(statement.executeBatch());
                }
            }),
            row("of a prepared statement", on -> {
                try (PreparedStatement statement = on.prepareStatement("insert into things (name, n) values (?, ?)")) {
                    for (int i = 0; i < 10; i++) {
                        statement.setString(1, "name " + i);
                        statement.setObject(2, i == 5 ? null : i, Types.INTEGER);
                        statement.addBatch();
                    }
                    return Arrays.toString(statement.executeBatch())
                            + Player.execute(on, "select sum(n), count(*) from things")
                            + Player.execute(on, "delete from things");
                }
            }),
            row("with generated keys", on -> {
                Player.execute(on, "select setval('tenant_1.things_id_seq', 100), setval('public.things_id_seq', 100)");
                try (PreparedStatement statement =
                        on.prepareStatement("insert into things (name) values (?)", new String[] {"id"})) {
                    for (int i = 0; i < 3; i++) {
                        statement.setString(1, "name " + i);
                        statement.addBatch();
                    }
                    int[] counts = statement.executeBatch();
                    return Arrays.toString(counts)
                            + Told.rows(statement.getGeneratedKeys())
                            + Player.execute(on, "delete from things");
                }
            }),
            MatrixRow.jdbc("that fail", player -> {
                        player.execute("SET app.tenant = 'x'");
                        player.step("texts", on -> {
                            try (Statement statement = on.createStatement()) {
                                statement.addBatch("insert into things (name) values ('a')");
                                statement.addBatch("insert into things (name) values (null)");
                                statement.addBatch("insert into things (name) values ('c')");
                                return Arrays.toString(statement.executeBatch());
                            }
                        });
                        player.execute("select count(*) from things");
                        player.step("prepared", on -> {
                            try (PreparedStatement statement =
                                    on.prepareStatement("insert into things (name) values (?)")) {
                                for (String name : new String[] {"a", null, "c"}) {
                                    statement.setString(1, name);
                                    statement.addBatch();
                                }
                                return Arrays.toString(statement.executeBatch());
                            }
                        });
                        player.execute("select count(*) from things", "delete from things");
                    })
                    .before("alter sequence public.things_id_seq restart"),
            MatrixRow.jdbc("that set, between others", player -> {
                player.step("batch", on -> {
                    try (Statement statement = on.createStatement()) {
                        statement.addBatch("SET search_path = tenant_1");
                        statement.addBatch("insert into things (name) values ('a')");
                        statement.addBatch("SET search_path = tenant_2");
                        statement.addBatch("insert into things (name) values ('b'), ('c')");
                        return Arrays.toString(statement.executeBatch());
                    }
                });
                player.execute(
                        "select (select count(*) from tenant_1.things), (select count(*) from tenant_2.things)",
                        "show search_path");
                player.execute("delete from tenant_1.things", "delete from tenant_2.things");
            }),
            MatrixRow.jdbc("that set, and fail", player -> {
                player.step("batch", on -> {
                    try (Statement statement = on.createStatement()) {
                        statement.addBatch("SET app.tenant = 'from the batch'");
                        statement.addBatch("select 1/0");
                        return Arrays.toString(statement.executeBatch());
                    }
                });
                player.execute(SettingRows.TENANT, SettingRows.TENANT);
            }),
            row("cleared and empty", on -> {
                try (Statement statement = on.createStatement();
                        PreparedStatement prepared = on.prepareStatement("select ?::int")) {
                    statement.addBatch("nonsense");
                    statement.clearBatch();
                    prepared.setInt(1, 1);
                    prepared.addBatch();
                    prepared.clearBatch();
                    return Arrays.toString(statement.executeBatch()) + Arrays.toString(prepared.executeLargeBatch());
                }
            }),
        };
    }

    private static MatrixRow[] keys() {
        return new MatrixRow[] {
            row(
                    "all columns",
                    on -> insert(
                            on,
                            "insert into things (name) values ('x')",
                            (text, to) -> to.prepareStatement(text, Statement.RETURN_GENERATED_KEYS))),
            row(
                    "of names",
                    on -> insert(
                            on,
                            "insert into things (name) values ('x'), ('y')",
                            (text, to) -> to.prepareStatement(text, new String[] {"id", "name"}))),
            row(
                    "of numbers",
                    on -> insert(
                            on,
                            "insert into things (name) values ('x')",
                            (text, to) -> to.prepareStatement(text, new int[] {1}))),
            row(
                    "none",
                    on -> insert(
                            on,
                            "update things set n = 2",
                            (text, to) -> to.prepareStatement(text, Statement.RETURN_GENERATED_KEYS))),
            row(
                    "RETURNING of its own",
                    on -> insert(
                            on,
                            "insert into things (name) values ('x') returning name",
                            (text, to) -> to.prepareStatement(text, Statement.RETURN_GENERATED_KEYS))),
            row("of a text", on -> {
                Player.execute(on, "select setval('tenant_1.things_id_seq', 100), setval('public.things_id_seq', 100)");
                try (Statement statement = on.createStatement()) {
                    int count = statement.executeUpdate("insert into things (name) values ('x')", new String[] {"id"});
                    String keys = Told.rows(statement.getGeneratedKeys());
                    boolean rows = statement.execute(
                            "insert into things (name) values ('y')", Statement.RETURN_GENERATED_KEYS);
                    return count
                            + keys
                            + rows
                            + statement.getUpdateCount()
                            + Told.rows(statement.getGeneratedKeys())
                            + Player.execute(on, "delete from things");
                }
            }),
        };
    }

    private interface Preparation {
        PreparedStatement of(String text, Connection on) throws Exception;
    }

    private static String insert(Connection on, String text, Preparation preparation) throws Exception {
        Player.execute(on, "select setval('tenant_1.things_id_seq', 100), setval('public.things_id_seq', 100)");
        try (PreparedStatement statement = preparation.of(text, on)) {
            boolean rows = statement.execute();
            String counts = rows + " " + statement.getUpdateCount() + " ";
            String keys = Told.rows(statement.getGeneratedKeys());
            return counts
                    + keys
                    + statement.getMoreResults()
                    + statement.getUpdateCount()
                    + Player.execute(on, "delete from things");
        }
    }

    private static MatrixRow[] callables() {
        return new MatrixRow[] {
            row("OUT and INOUT", on -> {
                try (CallableStatement call = on.prepareCall("{call matrix.both(?, ?, ?)}")) {
                    call.setInt(1, 20);
                    call.registerOutParameter(1, Types.INTEGER);
                    call.setString(2, "x");
                    call.registerOutParameter(3, Types.VARCHAR);
                    call.execute();
                    return call.getInt(1) + call.getString(3) + call.wasNull();
                }
            }),
            row("a return value", on -> {
                try (CallableStatement call = on.prepareCall("{? = call upper(?)}")) {
                    call.registerOutParameter(1, Types.VARCHAR);
                    call.setString(2, "loud");
                    call.execute();
                    return call.getString(1);
                }
            }),
            row("a procedure", on -> {
                try (CallableStatement call = on.prepareCall("call matrix.twice(?, ?)")) {
                    call.setInt(1, 21);
                    call.registerOutParameter(2, Types.INTEGER);
                    call.setNull(2, Types.INTEGER);
                    call.execute();
                    return call.getInt(2);
                }
            }),
            MatrixRow.jdbc("a procedure that commits", player -> {
                player.execute("call matrix.steps(3)", "select count(*) from things", "delete from things");
                player.autoCommit(false);
                player.execute("call matrix.steps(1)");
                player.rollback();
            }),
            MatrixRow.of(
                            OWN_TRANSACTION,
                            "a procedure that commits, in a session with settings",
                            Expected.MOVES,
                            player -> {
                                String count = "select count(*) from things";
                                player.execute(
                                        "SET app.tenant = 'x'", "call matrix.steps(2)", count, SettingRows.TENANT);
                                player.execute(
                                        "SET search_path = tenant_1, public",
                                        "call matrix.steps(2)",
                                        count,
                                        "delete from things",
                                        "delete from public.things");
                            })
                    .before("delete from public.things", "delete from tenant_1.things"),
            MatrixRow.of(
                    OWN_TRANSACTION, "a DO block that commits, in a session with settings", Expected.MOVES, player -> {
                        player.execute(
                                "SET app.tenant = 'x'",
                                "do $$ begin insert into things (name) values ('x'); commit; end $$",
                                "select count(*) from things",
                                "delete from things");
                    }),
            row(
                    "escapes",
                    on -> Player.execute(on, "select {fn upper('a')}, {d '2020-01-02'}, {fn concat('a', 'b')}")
                            + on.nativeSQL("{fn now()} {d '2020-01-01'}")),
        };
    }

    private static MatrixRow[] results() {
        return new MatrixRow[] {
            row(
                    "several of one text",
                    on -> Player.execute(
                            on, "select 1 as a; update things set n = 3; select 2 as b, 'c'; values (1), (2)")),
            row(
                    "several of one prepared text",
                    on -> Player.prepared(on, "select ?::int; select ?::text, ?::int", 1, "b", 3)),
            row("too many, too few", on -> {
                StringBuilder told = new StringBuilder();
                try (Statement statement = on.createStatement()) {
                    for (Stage.Work work : List.<Stage.Work>of(
                            x -> statement.executeQuery("update things set n = 1 where false"),
                            x -> statement.executeUpdate("select 1"),
                            x -> statement.executeQuery("select 1; select 2"),
                            x -> statement.executeUpdate("set local work_mem = '1MB'"),
                            x -> statement.executeLargeUpdate("delete from things"))) {
                        try {
                            told.append(work.run(on) instanceof Number count ? count : "rows")
                                    .append("; ");
                        } catch (java.sql.SQLException error) {
                            told.append(Told.error(error)).append("; ");
                        }
                    }
                }
                return told;
            }),
            row("kept while more are read", on -> {
                try (Statement statement = on.createStatement()) {
                    statement.execute("select 1; select 2");
                    ResultSet first = statement.getResultSet();
                    boolean more = statement.getMoreResults(Statement.KEEP_CURRENT_RESULT);
                    ResultSet second = statement.getResultSet();
                    return more + " " + first.isClosed() + second.isClosed() + Told.rows(first) + Told.rows(second)
                            + statement.getMoreResults(Statement.CLOSE_ALL_RESULTS) + statement.getUpdateCount();
                }
            }),
            row("scrolled", on -> {
                try (Statement statement =
                                on.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_READ_ONLY);
                        ResultSet rows = statement.executeQuery("select * from generate_series(1, 5) as n")) {
                    rows.last();
                    int last = rows.getRow();
                    rows.absolute(2);
                    int second = rows.getInt(1);
                    rows.previous();
                    return last + " " + second + " " + rows.getInt("n") + rows.isFirst() + rows.getType();
                }
            }),
            row(
                    "warnings",
                    on -> Player.execute(on, "do $$ begin raise notice 'one'; raise warning 'two'; end $$")
                            + Player.prepared(on, "select matrix.notices(?)", 2)),
            row("errors and where they are", on -> Player.execute(on, "select 1, nothing_of_that_name from things")),
            row(
                    "errors of prepared statements",
                    on -> Player.prepared(on, "select ?::int, nothing_of_that_name from things", 1)),
            row("errors of values", on -> Player.prepared(on, "select ?::int", "not a number")),
            row("a parameter that is missing", on -> {
                try (PreparedStatement statement = on.prepareStatement("select ?::int, ?::int")) {
                    statement.setInt(1, 1);
                    return Told.rows(statement.executeQuery());
                }
            }),
        };
    }

    private static MatrixRow[] limits() {
        return new MatrixRow[] {
            row("the most rows", on -> {
                try (Statement statement = on.createStatement();
                        PreparedStatement prepared = on.prepareStatement("select * from generate_series(1, ?)")) {
                    statement.setMaxRows(2);
                    prepared.setMaxRows(3);
                    prepared.setInt(1, 9);
                    statement.setMaxFieldSize(2);
                    return Told.rows(statement.executeQuery("select 'abc' from generate_series(1, 5)"))
                            + Told.rows(prepared.executeQuery())
                            + statement.getMaxRows()
                            + prepared.getMaxRows();
                }
            }),
            row("a fetch size", on -> {
                try (PreparedStatement statement =
                        on.prepareStatement("select n, ?::text from generate_series(1, 7) as n")) {
                    statement.setFetchSize(2);
                    statement.setString(1, "x");
                    ResultSet rows = statement.executeQuery();
                    rows.next();
                    // Another statement between.
                    return rows.getInt(1)
                            + Player.execute(on, "select 'between'")
                            + Told.rows(rows)
                            + statement.getFetchSize();
                }
            }),
            row("a fetch size of a text", on -> {
                try (Statement statement = on.createStatement()) {
                    statement.setFetchSize(3);
                    statement.setFetchDirection(ResultSet.FETCH_FORWARD);
                    return Told.rows(statement.executeQuery("select * from generate_series(1, 7)"));
                }
            }),
            MatrixRow.jdbc("a fetch size over commit", player -> {
                player.execute("SET app.tenant = 'x'");
                player.autoCommit(false);
                player.step("read and commit", on -> {
                    try (Statement statement = on.createStatement(
                            ResultSet.TYPE_FORWARD_ONLY,
                            ResultSet.CONCUR_READ_ONLY,
                            ResultSet.HOLD_CURSORS_OVER_COMMIT)) {
                        statement.setFetchSize(2);
                        ResultSet rows = statement.executeQuery("select * from generate_series(1, 5)");
                        rows.next();
                        on.commit();
                        return Told.rows(rows);
                    }
                });
                player.rollback();
                player.step("closed by commit", on -> {
                    try (Statement statement = on.createStatement(
                            ResultSet.TYPE_FORWARD_ONLY,
                            ResultSet.CONCUR_READ_ONLY,
                            ResultSet.CLOSE_CURSORS_AT_COMMIT)) {
                        statement.setFetchSize(2);
                        ResultSet rows = statement.executeQuery("select * from generate_series(1, 5)");
                        rows.next();
                        on.commit();
                        try {
                            return Told.rows(rows);
                        } catch (java.sql.SQLException closed) {
                            // Its message has the portal's name.
                            return closed.getSQLState();
                        }
                    }
                });
                player.rollback();
            }),
            MatrixRow.jdbc("a query timeout", player -> {
                for (int i = 0; i < 2; i++) {
                    player.step("sleep", on -> {
                        try (Statement statement = on.createStatement()) {
                            statement.unwrap(PgStatement.class).setQueryTimeoutMs(50);
                            return Told.results(statement, statement.execute("select pg_sleep(20)"));
                        }
                    });
                    player.execute("select 'goes on'", "SET app.tenant = 'x'");
                }
                player.step("sleep prepared", on -> {
                    try (PreparedStatement statement = on.prepareStatement("select pg_sleep(?)")) {
                        statement.setInt(1, 20);
                        statement.unwrap(PgStatement.class).setQueryTimeoutMs(50);
                        return Told.results(statement, statement.execute());
                    }
                });
                player.execute(SettingRows.TENANT);
            }),
            MatrixRow.jdbc(
                    "statement_timeout",
                    player -> player.execute(
                            "SET statement_timeout = 50",
                            "select pg_sleep(20)",
                            "select 'goes on'",
                            "RESET statement_timeout",
                            "select pg_sleep(0.06)")),
            MatrixRow.jdbc("cancel", player -> {
                for (int i = 0; i < 2; i++) {
                    player.step("cancel", StatementRows::cancelled);
                    player.execute("select 'goes on'", "SET app.tenant = 'x'");
                }
            }),
        };
    }

    /** Cancels again and again, as a request may come before the statement does. */
    private static Object cancelled(Connection on) throws Exception {
        try (PreparedStatement statement = on.prepareStatement("select pg_sleep(?)")) {
            statement.setInt(1, 20);
            Thread canceller = new Thread(() -> {
                try {
                    while (!Thread.currentThread().isInterrupted() && !isRunning("pg_sleep($")) {
                        Thread.onSpinWait();
                    }
                    statement.cancel();
                } catch (java.sql.SQLException failed) {
                    throw new IllegalStateException(failed);
                }
            });
            canceller.start();
            try {
                return Told.results(statement, statement.execute());
            } finally {
                canceller.interrupt();
                canceller.join();
            }
        }
    }

    private static boolean isRunning(String text) throws java.sql.SQLException {
        return Player.execute(
                        Fixture.admin(),
                        "select count(*) from pg_stat_activity where state = 'active' and pid <> pg_backend_pid() and wait_event = 'PgSleep' and position('"
                                + text + "' in query) > 0")
                .endsWith("[1]");
    }

    private static MatrixRow[] values() {
        return new MatrixRow[] {
            row(
                    "of all kinds",
                    on -> Player.prepared(
                            on,
                            "select ?::int, ?::text, ?::numeric, ?::uuid, ?::timestamptz at time zone 'UTC', ?::date, ?::bool, ?::float8, ?::bytea, ?::int[]",
                            1,
                            "it's; \\ ä",
                            new java.math.BigDecimal("1.50"),
                            java.util.UUID.fromString("00000000-0000-0000-0000-000000000001"),
                            java.time.OffsetDateTime.parse("2020-01-02T03:04:05Z"),
                            java.time.LocalDate.of(2020, 1, 2),
                            true,
                            0.5,
                            new byte[] {1, 2},
                            new Integer[] {1, 2})),
            row("nulls and bare types", on -> {
                try (PreparedStatement statement =
                        on.prepareStatement("select ?::int, ?::text, ? is null, pg_typeof(?)::text")) {
                    statement.setNull(1, Types.INTEGER);
                    statement.setNull(2, Types.VARCHAR);
                    statement.setNull(3, Types.NULL);
                    statement.setTimestamp(4, java.sql.Timestamp.valueOf("2020-01-02 03:04:05"));
                    return Told.rows(statement.executeQuery());
                }
            }),
            row("streams", on -> {
                try (PreparedStatement statement = on.prepareStatement("select ?::bytea, ?::text, ?::text")) {
                    statement.setBinaryStream(1, new java.io.ByteArrayInputStream(new byte[] {1, 2, 3}), 3);
                    statement.setCharacterStream(2, new java.io.StringReader("characters"), 10);
                    statement.setAsciiStream(
                            3,
                            new java.io.ByteArrayInputStream(
                                    "ascii".getBytes(java.nio.charset.StandardCharsets.US_ASCII)),
                            5);
                    return Told.rows(statement.executeQuery());
                }
            }),
            row("arrays", on -> {
                try (PreparedStatement statement = on.prepareStatement("select ?::text[], ?::int[]")) {
                    java.sql.Array array = on.createArrayOf("text", new String[] {"a", null, "{b}"});
                    statement.setArray(1, array);
                    statement.setObject(2, on.createArrayOf("int4", new Integer[] {1, 2}));
                    return Told.rows(statement.executeQuery()) + array.getBaseTypeName();
                }
            }),
            row("an array from a row, given back", on -> {
                try (Statement query = on.createStatement();
                        ResultSet rows = query.executeQuery("select array[1, 2, 3]");
                        PreparedStatement statement = on.prepareStatement("select 2 = any (?)")) {
                    rows.next();
                    statement.setArray(1, rows.getArray(1));
                    return Told.rows(statement.executeQuery());
                }
            }),
            row("XML and objects", on -> {
                try (PreparedStatement statement = on.prepareStatement("select ?::xml, ?::jsonb, ?::interval")) {
                    java.sql.SQLXML xml = on.createSQLXML();
                    xml.setString("<a/>");
                    statement.setSQLXML(1, xml);
                    org.postgresql.util.PGobject json = new org.postgresql.util.PGobject();
                    json.setType("jsonb");
                    json.setValue("{\"a\": 1}");
                    statement.setObject(2, json);
                    statement.setObject(3, new org.postgresql.util.PGInterval("1 day"));
                    return Told.rows(statement.executeQuery());
                }
            }),
            row("bound once, executed often", on -> {
                StringBuilder told = new StringBuilder();
                try (PreparedStatement statement = on.prepareStatement("select ?::int + ?::int")) {
                    statement.setInt(1, 40);
                    for (int i = 0; i < 7; i++) {
                        statement.setInt(2, i);
                        told.append(Told.rows(statement.executeQuery()));
                    }
                    statement.clearParameters();
                    statement.setInt(1, 1);
                    statement.setInt(2, 1);
                    told.append(Told.rows(statement.executeQuery()));
                }
                return told;
            }),
        };
    }
}
