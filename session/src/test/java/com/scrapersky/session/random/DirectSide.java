package com.scrapersky.session.random;

import com.scrapersky.session.testkit.PostgresEndpoint;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
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

    DirectSide(PostgresEndpoint postgres) {
        this.postgres = postgres;
        this.fixture = new Fixture(postgres);
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
        return postgres.connect(PROPERTIES);
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
