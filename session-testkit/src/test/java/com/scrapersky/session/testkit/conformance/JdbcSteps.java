package com.scrapersky.session.testkit.conformance;

import java.io.ByteArrayInputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Types;
import java.util.concurrent.Callable;
import org.postgresql.PGConnection;
import org.postgresql.largeobject.LargeObject;
import org.postgresql.largeobject.LargeObjectManager;

/** What the steps of the cases are made of; each returns what a program sees. */
final class JdbcSteps {

    private JdbcSteps() {}

    static String outcome(Callable<String> work) {
        try {
            return String.valueOf(work.call());
        } catch (SQLException e) {
            return "SQLSTATE " + e.getSQLState();
        } catch (Exception e) {
            return e.getClass().getSimpleName();
        }
    }

    static String value(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : "no row";
        }
    }

    static String execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
            return "done";
        }
    }

    static String prepared(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select ?::int + 1")) {
            statement.setInt(1, 41);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getString(1);
            }
        }
    }

    static String preparedManyTimes(Connection connection) throws SQLException {
        StringBuilder seen = new StringBuilder();
        try (PreparedStatement statement = connection.prepareStatement("select ?::int")) {
            for (int i = 0; i < 8; i++) {
                statement.setInt(1, i);
                try (ResultSet rows = statement.executeQuery()) {
                    rows.next();
                    seen.append(rows.getString(1));
                }
            }
        }
        return seen.toString();
    }

    static String transaction(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try {
            String first = prepared(connection);
            String second = value(connection, "select 'second'");
            connection.commit();
            return first + " " + second;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    static String savepoint(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try {
            execute(connection, "create temp table short (id int) on commit drop");
            Savepoint savepoint = connection.setSavepoint();
            execute(connection, "insert into short values (1)");
            connection.rollback(savepoint);
            String count = value(connection, "select count(*) from short");
            connection.commit();
            return count;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    static String batch(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try {
            execute(connection, "create temp table short (id int) on commit drop");
            try (PreparedStatement insert = connection.prepareStatement("insert into short values (?)")) {
                for (int i = 0; i < 20; i++) {
                    insert.setInt(1, i);
                    insert.addBatch();
                }
                insert.executeBatch();
            }
            String sum = value(connection, "select sum(id) from short");
            connection.commit();
            return sum;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    static String fetchSize(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (PreparedStatement statement = connection.prepareStatement("select * from generate_series(1, 55)")) {
            statement.setFetchSize(10);
            int count = 0;
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    count++;
                }
            }
            connection.commit();
            return String.valueOf(count);
        } finally {
            connection.setAutoCommit(true);
        }
    }

    static String metaData(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select 1 as one")) {
            String name = statement.getMetaData().getColumnName(1);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return name + rows.getInt(1);
            }
        }
    }

    static String parameterMetaData(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select ?::int")) {
            return statement.getParameterMetaData().getParameterTypeName(1);
        }
    }

    static String shape(Connection connection, String column) throws SQLException {
        connection.setAutoCommit(false);
        try (PreparedStatement statement = connection.prepareStatement("select * from shape");
                ResultSet rows = statement.executeQuery()) {
            String label = rows.getMetaData().getColumnLabel(rows.findColumn(column));
            connection.commit();
            return label;
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    static String copy(Connection connection) throws Exception {
        connection.setAutoCommit(false);
        try {
            execute(connection, "create temp table short (id int) on commit drop");
            byte[] data = "1\n2\n3\n".getBytes(StandardCharsets.US_ASCII);
            var copy = connection.unwrap(PGConnection.class).getCopyAPI();
            copy.copyIn("copy short from stdin", new ByteArrayInputStream(data));
            StringWriter back = new StringWriter();
            copy.copyOut("copy short to stdout", back);
            connection.commit();
            return back.toString().replace('\n', ' ');
        } finally {
            connection.setAutoCommit(true);
        }
    }

    static String largeObject(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try {
            LargeObjectManager manager = connection.unwrap(PGConnection.class).getLargeObjectAPI();
            long oid = manager.createLO();
            LargeObject object = manager.open(oid);
            object.write(new byte[] {1, 2, 3});
            long size = object.size64();
            object.close();
            manager.delete(oid);
            connection.commit();
            return String.valueOf(size);
        } finally {
            connection.setAutoCommit(true);
        }
    }

    static String refcursor(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (CallableStatement call = connection.prepareCall("{? = call numbers_cursor()}")) {
            call.registerOutParameter(1, Types.REF_CURSOR);
            call.execute();
            int count = 0;
            try (ResultSet rows = (ResultSet) call.getObject(1)) {
                while (rows.next()) {
                    count++;
                }
            }
            connection.commit();
            return String.valueOf(count);
        } finally {
            connection.setAutoCommit(true);
        }
    }
}
