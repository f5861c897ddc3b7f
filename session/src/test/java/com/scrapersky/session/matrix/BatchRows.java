package com.scrapersky.session.matrix;

import static com.scrapersky.session.matrix.StatementRows.row;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.sql.Types;
import java.util.Arrays;

/** Batches, and the keys that they and other statements generate. */
final class BatchRows {

    private BatchRows() {}

    static MatrixRow[] batches() {
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

    static MatrixRow[] keys() {
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
}
