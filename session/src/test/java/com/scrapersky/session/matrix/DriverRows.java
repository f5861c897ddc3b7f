package com.scrapersky.session.matrix;

import static com.scrapersky.session.SessionFeature.SETTING;
import static com.scrapersky.session.matrix.StatementRows.row;

import java.io.ByteArrayOutputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;
import org.postgresql.largeobject.LargeObject;
import org.postgresql.largeobject.LargeObjectManager;

/** What pgjdbc has beyond statements, and the traps of connections. */
final class DriverRows {

    private DriverRows() {}

    /** What the rows here and in {@link StatementRows} find in the schema matrix. */
    static List<String> definitions() {
        return List.of(
                "create function matrix.open_cursor(n int) returns refcursor language plpgsql as $$ declare c refcursor; begin"
                        + " open c for select * from generate_series(1, n); return c; end $$",
                "create function matrix.both(inout n int, in what text, out twice text) language plpgsql as"
                        + " $$ begin n := n + 1; twice := what || what; end $$",
                "create procedure matrix.twice(n int, inout result int) language plpgsql as $$ begin result := n * 2; end $$",
                "create procedure matrix.steps(n int) language plpgsql as $$ begin for i in 1..n loop"
                        + " insert into things (name) values ('step'); commit; end loop; end $$",
                "create function matrix.notices(n int) returns int language plpgsql as $$ begin"
                        + " for i in 1..n loop raise notice 'number %', i; end loop; return n; end $$");
    }

    static List<RowGroup> all() {
        return List.of(
                RowGroup.of("COPY", copies()),
                RowGroup.of("large objects", largeObjects()),
                RowGroup.of("updatable rows", updatable()),
                RowGroup.of("savepoints", savepoints()),
                RowGroup.of("the catalogue", catalogue()),
                RowGroup.of("connections", connections()));
    }

    private static CopyManager copies(Connection on) throws SQLException {
        return on.unwrap(PGConnection.class).getCopyAPI();
    }

    private static MatrixRow[] copies() {
        return new MatrixRow[] {
            row("in and out", on -> {
                long in = copies(on).copyIn("copy things (name, n) from stdin", new StringReader("a\t1\nb\t\\N\n"));
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                long rows = copies(on)
                        .copyOut(
                                "copy (select name, n, current_schema() from things order by n) to stdout (format csv)",
                                out);
                return in + " " + rows + out.toString(StandardCharsets.UTF_8)
                        + Player.execute(on, "delete from things");
            }),
            MatrixRow.jdbc("in, by hand", player -> {
                player.step("copy", DriverRows::byHand);
                player.step("copy again", DriverRows::byHand);
                player.execute("SET search_path = tenant_1");
                player.autoCommit(false);
                player.step("copy in a transaction", DriverRows::byHand);
                player.commit();
                player.execute("show search_path");
                player.commit();
            }),
            MatrixRow.of(
                    SETTING, "COPY by hand, in autocommit, in a session with settings", Expected.REFUSED, player -> {
                        player.execute("SET search_path = tenant_1");
                        player.step("copy", DriverRows::byHand);
                    }),
            row("as a plain statement", on -> Player.execute(on, "copy things from stdin")),
            MatrixRow.jdbc("as a plain statement, into a table with code", player -> {
                player.execute("select 1", "copy matrix.defaults from stdin", "select 2");
            }),
            MatrixRow.jdbc("in, given up", player -> {
                for (int i = 0; i < 2; i++) {
                    player.step("copy", on -> {
                        CopyIn copy = copies(on).copyIn("copy things (name) from stdin");
                        copy.cancelCopy();
                        return Player.execute(on, "select count(*) from things");
                    });
                }
            }),
            MatrixRow.jdbc("in, that fails", player -> {
                for (int i = 0; i < 2; i++) {
                    player.step(
                            "copy",
                            on -> copies(on).copyIn("copy things (name, n) from stdin", new StringReader("a\tb\n")));
                    player.execute("select count(*) from things", "SET app.tenant = 'x'");
                }
            }),
        };
    }

    private static Object byHand(Connection on) throws SQLException {
        CopyIn copy = copies(on).copyIn("copy things (name) from stdin");
        byte[] line = "x\n".getBytes(StandardCharsets.UTF_8);
        copy.writeToCopy(line, 0, line.length);
        return copy.isActive() + " " + copy.endCopy() + copy.isActive() + Player.execute(on, "delete from things");
    }

    private static MatrixRow[] largeObjects() {
        return new MatrixRow[] {
            MatrixRow.jdbc("written and read", player -> {
                player.execute("select 1", "SET app.tenant = 'x'");
                player.autoCommit(false);
                player.step("large object", on -> {
                    LargeObjectManager manager = on.unwrap(PGConnection.class).getLargeObjectAPI();
                    long oid = manager.createLO();
                    try (LargeObject object = manager.open(oid, LargeObjectManager.WRITE)) {
                        object.write("content".getBytes(StandardCharsets.UTF_8));
                    }
                    try (LargeObject object = manager.open(oid, LargeObjectManager.READ)) {
                        return new String(object.read(100), StandardCharsets.UTF_8) + object.size();
                    } finally {
                        manager.delete(oid);
                    }
                });
                player.commit();
                player.step("in autocommit", on -> {
                    on.setAutoCommit(true);
                    return on.unwrap(PGConnection.class).getLargeObjectAPI().createLO() > 0;
                });
            }),
            MatrixRow.jdbc("in the settings of the session", player -> {
                player.execute("SET ROLE app_reader");
                player.autoCommit(false);
                player.step(
                        "create",
                        on -> on.unwrap(PGConnection.class).getLargeObjectAPI().createLO() > 0);
                player.execute("select count(*) from pg_largeobject_metadata where lomowner = 'app_reader'::regrole");
                player.rollback();
                player.execute("select 1");
                player.rollback();
            }),
            MatrixRow.jdbc("as a Blob", player -> {
                player.execute("select 1", "SET app.tenant = 'x'");
                player.autoCommit(false);
                player.step("blob", on -> {
                    java.sql.Blob blob = on.createBlob();
                    blob.setBytes(1, new byte[] {1, 2, 3});
                    return blob.length() + " " + blob.getBytes(1, 3).length;
                });
                player.rollback();
            }),
        };
    }

    private static MatrixRow[] updatable() {
        return new MatrixRow[] {
            row("updated, inserted, deleted", on -> {
                Player.execute(on, "insert into things (id, name, n) values (1, 'a', 1), (2, 'b', 2)");
                try (Statement statement =
                                on.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE);
                        ResultSet rows = statement.executeQuery("select id, name, n from things order by id")) {
                    rows.next();
                    rows.updateString("name", "changed");
                    rows.updateRow();
                    rows.next();
                    rows.deleteRow();
                    rows.moveToInsertRow();
                    rows.updateInt("id", 3);
                    rows.updateString("name", "new");
                    rows.insertRow();
                    rows.moveToCurrentRow();
                    rows.first();
                    rows.refreshRow();
                    return rows.getString("name")
                            + Player.execute(on, "select id, name, n from things order by id")
                            + Player.execute(on, "delete from things");
                }
            }),
            MatrixRow.jdbc("in the schema of the session", player -> {
                player.execute(
                        "insert into tenant_1.things (id, name) values (1, 'one')",
                        "insert into tenant_2.things (id, name) values (1, 'two')");
                player.execute("SET search_path = tenant_2");
                player.step("update", on -> {
                    try (Statement statement =
                                    on.createStatement(ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_UPDATABLE);
                            ResultSet rows = statement.executeQuery("select id, name from things")) {
                        rows.next();
                        rows.updateString(2, "changed");
                        rows.updateRow();
                        return rows.getString(2);
                    }
                });
                player.execute(
                        "select name from tenant_1.things union all select name from tenant_2.things",
                        "delete from tenant_1.things",
                        "delete from tenant_2.things");
            }),
        };
    }

    private static MatrixRow[] savepoints() {
        return new MatrixRow[] {
            MatrixRow.jdbc("in autocommit", player -> {
                player.savepoint("none");
                player.execute("SET app.tenant = 'x'", "select 1");
                player.savepoint("none");
                player.step("rollback in autocommit", on -> {
                    on.rollback();
                    return "done";
                });
                player.step("commit in autocommit", on -> {
                    on.commit();
                    return "done";
                });
            }),
            MatrixRow.jdbc("nested, released, used twice", player -> {
                player.execute("SET app.tenant = 'session'");
                player.autoCommit(false);
                player.savepoint("a");
                player.execute("SET app.tenant = 'a'");
                player.savepoint("b");
                player.execute("SET app.tenant = 'b'", "insert into things (name) values ('b')");
                player.rollbackTo("b");
                player.execute(SettingRows.TENANT, "SET app.tenant = 'c'", SettingRows.TENANT);
                player.rollbackTo("b");
                player.release("b");
                player.rollbackTo("b");
                player.execute(SettingRows.TENANT);
                player.rollbackTo("a");
                player.execute(SettingRows.TENANT, "select count(*) from things");
                player.commit();
                player.execute(SettingRows.TENANT);
                player.commit();
            }),
            MatrixRow.jdbc("first in its transaction", player -> {
                player.execute("SET app.tenant = 'session'", "SET search_path = tenant_1", "select 1");
                player.autoCommit(false);
                player.savepoint("s");
                player.execute(SettingRows.TENANT, "select 1/0");
                player.rollbackTo("s");
                player.execute(SettingRows.TENANT, "show search_path");
                player.release("s");
                player.commit();
                player.execute(SettingRows.TENANT);
                player.commit();
            }),
            MatrixRow.jdbc("without a name", player -> {
                player.execute("select 1");
                player.autoCommit(false);
                player.step("savepoint", on -> {
                    var savepoint = on.setSavepoint();
                    Player.execute(on, "SET app.tenant = 'x'");
                    on.rollback(savepoint);
                    return Player.execute(on, SettingRows.TENANT) + (savepoint.getSavepointId() >= 0);
                });
                player.commit();
                player.execute("select 1");
                player.commit();
            }),
        };
    }

    private static MatrixRow[] catalogue() {
        return new MatrixRow[] {
            row("tables, columns and keys", on -> {
                var metaData = on.getMetaData();
                return names(metaData.getTables(null, "tenant_1", "%", new String[] {"TABLE"}), "TABLE_NAME")
                        + names(metaData.getColumns(null, "tenant_1", "things", "%"), "COLUMN_NAME")
                        + names(metaData.getPrimaryKeys(null, "tenant_1", "things"), "COLUMN_NAME")
                        + names(metaData.getSchemas(null, "tenant%"), "TABLE_SCHEM")
                        + metaData.getDatabaseProductName()
                        + metaData.getUserName()
                        + metaData.getMaxColumnNameLength();
            }),
            MatrixRow.jdbc("in a transaction with a role", player -> {
                player.execute("SET ROLE app_reader");
                player.autoCommit(false);
                player.step(
                        "privileges",
                        on -> names(on.getMetaData().getTables(null, "tenant_2", "%", null), "TABLE_NAME")
                                + Player.execute(on, "select current_user"));
                player.commit();
                player.execute("select current_user");
                player.commit();
            }),
        };
    }

    private static String names(ResultSet rows, String column) throws SQLException {
        StringBuilder names = new StringBuilder();
        try (rows) {
            while (rows.next()) {
                names.append(rows.getString(column)).append(' ');
            }
        }
        return names.toString();
    }

    private static MatrixRow[] connections() {
        return new MatrixRow[] {
            MatrixRow.jdbc("isValid while all backends are busy", player -> {
                player.execute("select 1");
                player.stepWhileAllBusy("isValid", on -> on.isValid(1));
                player.execute("SET app.tenant = 'x'");
                player.stepWhileAllBusy("isValid", on -> on.isValid(1));
                player.step("negative", on -> on.isValid(-1));
            }),
            MatrixRow.jdbc("isValid leaves a transaction alone", player -> {
                player.execute("select 1");
                player.autoCommit(false);
                player.step("isValid", on -> on.isValid(5));
                player.execute("insert into things (name) values ('x')");
                player.step("isValid", on -> on.isValid(5));
                player.rollback();
                player.execute("select 1/0");
                player.step("isValid in a failed one", on -> on.isValid(5));
                player.rollback();
                player.execute("select count(*) from things");
                player.rollback();
            }),
            MatrixRow.jdbc("what a connection tells of itself", player -> {
                player.execute("SET app.tenant = 'x'", "select 1");
                player.step(
                        "tells",
                        on -> on.getAutoCommit() + " " + on.isReadOnly() + on.getHoldability() + on.getCatalog()
                                + on.getTypeMap() + on.getWarnings() + on.isClosed());
                player.step("warnings", on -> {
                    on.clearWarnings();
                    return on.getWarnings();
                });
            }),
            MatrixRow.jdbc("a network timeout", player -> {
                player.execute("select 1", "SET app.tenant = 'x'");
                player.step("timeout", on -> {
                    on.setNetworkTimeout(Runnable::run, 30_000);
                    return on.getNetworkTimeout();
                });
                player.execute("select 1");
            }),
            MatrixRow.jdbc("getters of the driver", player -> {
                player.execute("select 1", "SET app.tenant = 'x'");
                player.step("escapes", on -> {
                    PGConnection driver = on.unwrap(PGConnection.class);
                    return driver.escapeIdentifier("a\"b")
                            + driver.escapeLiteral("it's")
                            + driver.getPreferQueryMode()
                            + driver.getAutosave()
                            + driver.getDefaultFetchSize()
                            + driver.getParameterStatus("server_encoding");
                });
                player.step(
                        "parameters",
                        on -> on.unwrap(PGConnection.class)
                                .getParameterStatuses()
                                .containsKey("TimeZone"));
                player.execute("select 1");
            }),
        };
    }
}
