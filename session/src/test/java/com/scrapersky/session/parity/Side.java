package com.scrapersky.session.parity;

import java.sql.Array;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.List;
import javax.sql.DataSource;
import org.postgresql.PGConnection;

/** One way to the database, and what the methods are called on. Not thread-safe. */
final class Side {

    /** A row of many types, so that every getter meets each of them. */
    static final List<String> COLUMNS = List.of("id", "name", "amount", "price", "day", "at", "flag", "raw", "list");

    static final String ROWS = "select " + String.join(", ", COLUMNS) + " from parity order by id";

    private final DataSource dataSource;

    Side(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    Connection connect(State state) throws SQLException {
        Connection connection = dataSource.getConnection();
        if (state == State.WITH_SETTINGS) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("set statement_timeout = '77s'");
            }
        } else if (state == State.IN_TRANSACTION) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("set search_path = pg_catalog, public");
            }
        }
        return connection;
    }

    /** What the methods of {@code type} are called on. */
    static Object subject(Class<?> type, Connection connection) throws SQLException {
        if (type == Connection.class) {
            return connection;
        } else if (type == PGConnection.class) {
            return connection.unwrap(PGConnection.class);
        } else if (type == Statement.class) {
            Statement statement = connection.createStatement();
            statement.addBatch("insert into parity (name) values ('batch')");
            return statement;
        } else if (type == PreparedStatement.class) {
            PreparedStatement statement = connection.prepareStatement("select ?::text as value");
            statement.setString(1, "bound");
            return statement;
        } else if (type == CallableStatement.class) {
            CallableStatement call = connection.prepareCall("{? = call parity_call(?)}");
            call.registerOutParameter(1, Types.INTEGER);
            call.setInt(2, 20);
            call.execute();
            return call;
        } else if (type == ResultSet.class) {
            ResultSet rows = connection
                    .createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE)
                    .executeQuery(ROWS);
            rows.next();
            return rows;
        } else if (type == Array.class) {
            ResultSet rows = connection.createStatement().executeQuery("select array[1, 2, 3]");
            rows.next();
            return rows.getArray(1);
        }
        return connection.getMetaData();
    }

    static void close(Object subject, Connection connection) throws SQLException {
        if (subject instanceof Array array) {
            array.free();
        } else if (subject instanceof ResultSet rows) {
            rows.close();
        } else if (subject instanceof Statement statement) {
            statement.close();
        } else {
            connection.close();
        }
    }

    /** In which a method is called. */
    enum State {
        FRESH,
        WITH_SETTINGS,
        IN_TRANSACTION,
        CLOSED
    }
}
