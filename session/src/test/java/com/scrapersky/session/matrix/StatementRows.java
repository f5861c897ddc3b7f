package com.scrapersky.session.matrix;

import static com.scrapersky.session.SessionFeature.OWN_TRANSACTION;

import java.sql.CallableStatement;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.Statement;
import java.sql.Types;
import java.util.List;

/** Executing statements in JDBC's many ways, with settings of the session and without. */
final class StatementRows {

    private StatementRows() {}

    static List<RowGroup> all() {
        return List.of(
                RowGroup.of("metadata of statements", metaData()),
                RowGroup.of("batches", BatchRows.batches()),
                RowGroup.of("generated keys", BatchRows.keys()),
                RowGroup.of("callable statements", callables()),
                RowGroup.of("results", results()),
                RowGroup.of("limits, cancel and timeouts", LimitRows.limits()),
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
