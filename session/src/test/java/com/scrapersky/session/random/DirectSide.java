package com.scrapersky.session.random;

import com.scrapersky.session.testkit.PostgresEndpoint;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;

/**
 * Plain pgjdbc without a pool or a pooler: each time a connection is borrowed, a new session of the server. This is what all
 * is measured by.
 */
final class DirectSide implements Side {

    /**
     * Unnamed statements here as well: their results come as text, and a change of the search path between two executions
     * is no error.
     */
    static final Map<String, String> PROPERTIES = Map.of(
            "prepareThreshold", "0",
            "assumeMinServerVersion", "12",
            "ApplicationName", "sky-session",
            "sslmode", "disable",
            "gssEncMode", "disable");

    private final PostgresEndpoint postgres;
    private final Fixture fixture;
    private final Map<String, String> properties = new HashMap<>(PROPERTIES);

    DirectSide(PostgresEndpoint postgres) {
        this.postgres = postgres;
        this.fixture = new Fixture(postgres);
    }

    /**
     * With the application name that the connections of the other side begin with: Supavisor drops the one in the startup
     * packet, which is a matter of the login and would be seen in every program.
     */
    DirectSide(PostgresEndpoint postgres, Side other) {
        this(postgres);
        properties.put("ApplicationName", applicationName(other));
    }

    private static String applicationName(Side side) {
        try {
            Connection connection = side.borrow();
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("show application_name")) {
                rows.next();
                return rows.getString(1);
            } finally {
                side.giveBack(connection);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("Side " + side.name() + " gives no connection: " + e.getMessage(), e);
        }
    }

    @Override
    public String name() {
        return "direct";
    }

    @Override
    public boolean isPooled() {
        return false;
    }

    @Override
    public Connection borrow() throws SQLException {
        return postgres.connect(properties);
    }

    /** The server ends a session some time after its client has gone; until then its locks would be in the next one's way. */
    @Override
    public void giveBack(Connection connection) throws SQLException {
        try (connection;
                Statement statement = connection.createStatement()) {
            statement.execute("rollback; select pg_catalog.pg_advisory_unlock_all(); rollback");
        }
    }

    @Override
    public Fixture fixture() {
        return fixture;
    }

    @Override
    public void close() {
        fixture.close();
    }
}
