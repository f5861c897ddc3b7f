package com.scrapersky.session.matrix;

import static com.scrapersky.session.SessionFeature.HIDDEN_SETTING;
import static com.scrapersky.session.matrix.Expected.WORKS;
import static com.scrapersky.session.matrix.HiddenRows.WHO;

import java.io.ByteArrayOutputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Types;
import java.util.Arrays;
import java.util.List;
import org.postgresql.PGConnection;

/** Code that sets something for its session, reached by what JDBC has beside texts. */
final class HiddenCallRows {

    private HiddenCallRows() {}

    static List<RowGroup> all() {
        return List.of(RowGroup.of("functions through JDBC", calls()));
    }

    private static MatrixRow[] calls() {
        return new MatrixRow[] {
            MatrixRow.of(HIDDEN_SETTING, "prepared, with a value", WORKS, player -> {
                player.prepared("select matrix.become(?)", "ann");
                player.execute(WHO);
                player.prepared("select matrix.become(?), ?::int", "bob", 3);
                player.execute(WHO, WHO);
            }),
            MatrixRow.of(HIDDEN_SETTING, "a batch of a prepared statement", WORKS, player -> {
                player.step("batch", on -> {
                    try (var statement = on.prepareStatement("insert into matrix.defaults (id) values (?)")) {
                        for (int i = 0; i < 3; i++) {
                            statement.setInt(1, i);
                            statement.addBatch();
                        }
                        return Arrays.toString(statement.executeBatch());
                    }
                });
                player.execute(WHO, WHO, "delete from matrix.defaults");
            }),
            MatrixRow.of(HIDDEN_SETTING, "a batch of texts", WORKS, player -> {
                player.step("batch", on -> {
                    try (var statement = on.createStatement()) {
                        statement.addBatch("insert into matrix.checked values (1)");
                        statement.addBatch("insert into matrix.defaults (id) values (2)");
                        return Arrays.toString(statement.executeBatch());
                    }
                });
                player.execute(WHO, WHO, "delete from matrix.defaults", "delete from matrix.checked");
            }),
            MatrixRow.of(HIDDEN_SETTING, "a callable statement", WORKS, player -> {
                player.step("call", on -> {
                    try (var call = on.prepareCall("{call matrix.out_who(?, ?, ?)}")) {
                        call.setString(1, "ann");
                        call.registerOutParameter(2, Types.VARCHAR);
                        call.registerOutParameter(3, Types.INTEGER);
                        call.execute();
                        return call.getString(2) + call.getInt(3);
                    }
                });
                player.execute(WHO, WHO);
            }),
            MatrixRow.of(HIDDEN_SETTING, "generated keys", WORKS, player -> {
                player.step("insert", on -> {
                    try (var statement = on.prepareStatement(
                            "insert into matrix.defaults (id) values (5)", new String[] {"id", "who"})) {
                        statement.executeUpdate();
                        return Told.rows(statement.getGeneratedKeys());
                    }
                });
                player.execute(WHO, WHO, "delete from matrix.defaults");
            }),
            MatrixRow.of(HIDDEN_SETTING, "rows by a fetch size", WORKS, player -> {
                player.autoCommit(false);
                player.step("rows", on -> {
                    try (var statement = on.prepareStatement("select * from matrix.many(?)")) {
                        statement.setString(1, "ann");
                        statement.setFetchSize(2);
                        return Told.rows(statement.executeQuery());
                    }
                });
                player.execute(WHO);
                player.commit();
                player.execute(WHO);
                player.commit();
            }),
            MatrixRow.of(HIDDEN_SETTING, "COPY by CopyManager", WORKS, player -> {
                player.step("copy in", HiddenCallRows::copyIn);
                player.execute(WHO, WHO, "delete from matrix.defaults");
                player.step("copy out", on -> {
                    var out = new ByteArrayOutputStream();
                    on.unwrap(PGConnection.class)
                            .getCopyAPI()
                            .copyOut("copy (select matrix.become('out')) to stdout", out);
                    return out.toString(StandardCharsets.UTF_8);
                });
                player.execute(WHO, WHO);
            }),
            MatrixRow.of(HIDDEN_SETTING, "an updatable result set", WORKS, player -> {
                player.execute("insert into matrix.parent values (1)", "insert into matrix.child values (1)");
                player.step("delete row", on -> {
                    try (var statement = on.createStatement(ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_UPDATABLE);
                            var rows = statement.executeQuery("select id from matrix.parent")) {
                        rows.next();
                        rows.deleteRow();
                        return "deleted";
                    }
                });
                player.execute(WHO, WHO);
            }),
        };
    }

    private static Object copyIn(Connection on) throws Exception {
        return on.unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("copy matrix.defaults (id) from stdin", new StringReader("1\n2\n"));
    }
}
