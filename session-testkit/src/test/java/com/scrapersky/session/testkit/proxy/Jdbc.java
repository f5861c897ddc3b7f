package com.scrapersky.session.testkit.proxy;

import com.scrapersky.session.testkit.PostgresEndpoint;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;

/** The few JDBC calls that the tests of this package share. */
final class Jdbc {

    private Jdbc() {}

    static String query(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static int pid(Connection connection) throws SQLException {
        return Integer.parseInt(query(connection, "select pg_backend_pid()"));
    }

    /** A connection that sends no named statement. */
    static Connection unnamed(PostgresEndpoint endpoint) throws SQLException {
        return endpoint.connect(Map.of("prepareThreshold", "0"));
    }
}
