package com.scrapersky.session.matrix;

import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Wrapper;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.PGStatement;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.BaseStatement;
import org.postgresql.jdbc.PgConnection;
import org.postgresql.jdbc.PgResultSet;
import org.postgresql.jdbc.PgStatement;

/** Who is whose: JDBC's ways back, its wrappers, and what is closed. */
final class IdentityRows {

    private IdentityRows() {}

    static List<RowGroup> all() {
        return List.of(
                RowGroup.of("the way back", waysBack()),
                RowGroup.of("unwrap and isWrapperFor", wrappers()),
                RowGroup.of("closing", closing()));
    }

    /** With settings of its own and without, as they take different ways. */
    private static MatrixRow row(String title, Stage.Work work) {
        return MatrixRow.jdbc(title, player -> {
            player.step("look", work);
            player.execute("SET app.tenant = 'x'");
            player.step("look with settings", work);
            player.autoCommit(false);
            player.step("look in a transaction", work);
            player.rollback();
            player.step("look again", work);
            player.rollback();
            player.execute("select 1");
            player.rollback();
        });
    }

    private static MatrixRow[] waysBack() {
        return new MatrixRow[] {
            row("of statements and their rows", on -> {
                try (Statement statement = on.createStatement();
                        ResultSet rows = statement.executeQuery("select 1")) {
                    return (statement.getConnection() == on) + " " + (rows.getStatement() == statement);
                }
            }),
            row("of prepared statements and their rows", on -> {
                try (PreparedStatement statement = on.prepareStatement("select ?::int")) {
                    statement.setInt(1, 7);
                    boolean first;
                    try (ResultSet rows = statement.executeQuery()) {
                        first = rows.getStatement() == statement;
                    }
                    statement.execute();
                    return first + " " + (statement.getConnection() == on) + " "
                            + (statement.getResultSet().getStatement() == statement);
                }
            }),
            row("of generated keys", on -> {
                try (PreparedStatement statement = on.prepareStatement(
                        "insert into things (name) values ('x')", Statement.RETURN_GENERATED_KEYS)) {
                    statement.executeUpdate();
                    try (ResultSet keys = statement.getGeneratedKeys()) {
                        boolean back = keys.getStatement() == statement;
                        Player.execute(on, "delete from things");
                        return back + " " + keys.getStatement().getConnection().equals(on);
                    }
                }
            }),
            row("of metadata", on -> {
                DatabaseMetaData metaData = on.getMetaData();
                try (ResultSet tables = metaData.getTables(null, "tenant_1", "%", null)) {
                    tables.next();
                    return (metaData.getConnection() == on) + " "
                            + (tables.getStatement().getConnection() == on);
                }
            }),
            row("of arrays", on -> {
                try (Statement statement = on.createStatement();
                        ResultSet rows = statement.executeQuery("select array[1, 2], array['a']")) {
                    rows.next();
                    try (ResultSet elements = rows.getArray(1).getResultSet()) {
                        boolean statementIsOurs = elements.getStatement() == null
                                || elements.getStatement().getConnection() == on;
                        return statementIsOurs + " " + Told.rows(elements) + rows.getObject(2);
                    }
                }
            }),
            row("of a cursor of a function", on -> {
                boolean auto = on.getAutoCommit();
                on.setAutoCommit(false);
                try (CallableStatement call = on.prepareCall("{? = call matrix.open_cursor(?)}")) {
                    call.registerOutParameter(1, java.sql.Types.REF_CURSOR);
                    call.setInt(2, 3);
                    call.execute();
                    try (ResultSet rows = (ResultSet) call.getObject(1)) {
                        return (call.getConnection() == on) + " "
                                + (rows.getStatement().getConnection() == on) + " " + Told.rows(rows);
                    }
                } finally {
                    on.rollback();
                    on.setAutoCommit(auto);
                }
            }),
        };
    }

    private static String wraps(Wrapper wrapper, Class<?>... types) throws SQLException {
        StringBuilder told = new StringBuilder();
        for (Class<?> type : types) {
            told.append(type.getSimpleName()).append(' ').append(wrapper.isWrapperFor(type));
            try {
                told.append(type.isInstance(wrapper.unwrap(type)) ? " is one; " : " is none; ");
            } catch (SQLException refused) {
                told.append(" is refused; ");
            }
        }
        return told.toString();
    }

    private static MatrixRow[] wrappers() {
        return new MatrixRow[] {
            row(
                    "of connections",
                    on -> wraps(
                            on,
                            Connection.class,
                            PGConnection.class,
                            BaseConnection.class,
                            PgConnection.class,
                            Statement.class,
                            String.class)),
            row("of statements", on -> {
                try (Statement statement = on.createStatement();
                        PreparedStatement prepared = on.prepareStatement("select 1");
                        CallableStatement call = on.prepareCall("{call now()}")) {
                    Class<?>[] types = {
                        Statement.class,
                        PreparedStatement.class,
                        PGStatement.class,
                        BaseStatement.class,
                        PgStatement.class,
                        CallableStatement.class,
                        String.class
                    };
                    return wraps(statement, types) + wraps(prepared, types) + wraps(call, types);
                }
            }),
            row("of rows and metadata", on -> {
                try (Statement statement = on.createStatement();
                        ResultSet rows = statement.executeQuery("select 1")) {
                    return wraps(rows, ResultSet.class, PgResultSet.class, String.class)
                            + wraps(
                                    rows.getMetaData(),
                                    java.sql.ResultSetMetaData.class,
                                    org.postgresql.PGResultSetMetaData.class)
                            + wraps(on.getMetaData(), DatabaseMetaData.class, String.class);
                }
            }),
        };
    }

    private static MatrixRow[] closing() {
        return new MatrixRow[] {
            MatrixRow.jdbc("a closed statement", player -> {
                player.execute("select 1", "SET app.tenant = 'x'");
                player.step("after close", on -> {
                    PreparedStatement statement = on.prepareStatement("select 1");
                    ResultSet rows = statement.executeQuery();
                    statement.close();
                    statement.close();
                    return rows.isClosed() + " " + statement.isClosed() + " " + failure(statement::executeQuery)
                            + failure(() -> statement.getConnection() == on) + failure(rows::next);
                });
            }),
            MatrixRow.jdbc("a closed connection", player -> {
                player.execute("select 1", "SET app.tenant = 'x'");
                Connection other = player.another();
                player.step("after close", other, on -> {
                    Statement statement = on.createStatement();
                    Player.execute(on, "select 1");
                    on.close();
                    on.close();
                    return on.isClosed() + " " + on.isValid(1) + " " + failure(on::createStatement)
                            + failure(() -> statement.execute("select 1"))
                            + failure(() -> {
                                on.commit();
                                return true;
                            })
                            + failure(on::getAutoCommit) + failure(() -> on.prepareStatement("select 1"))
                            + failure(on::getTransactionIsolation) + failure(on::getMetaData);
                });
            }),
            row("close on completion", on -> {
                Statement statement = on.createStatement();
                statement.closeOnCompletion();
                ResultSet rows = statement.executeQuery("select 1");
                rows.next();
                boolean before = statement.isClosed();
                rows.close();
                return before + " " + statement.isClosed() + statement.isCloseOnCompletion();
            }),
            MatrixRow.jdbc("abort", player -> {
                player.execute("select 1", "select 2");
                Connection other = player.another();
                player.step("abort", other, on -> {
                    on.abort(Runnable::run);
                    return failure(on::createStatement);
                });
            }),
        };
    }

    /** Whether it fails: HikariCP, which is in between, gives no SQLSTATE for what is closed. */
    private static String failure(java.util.concurrent.Callable<?> work) throws Exception {
        try {
            return "gives " + work.call() + "; ";
        } catch (SQLException error) {
            return "fails; ";
        }
    }
}
