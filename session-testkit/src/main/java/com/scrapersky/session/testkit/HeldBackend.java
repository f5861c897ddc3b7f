package com.scrapersky.session.testkit;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;

/** A backend that no other client of the pooler gets, because a transaction of ours is open on it. Not thread-safe. */
final class HeldBackend {

    /** Begins every statement of ours, so that the server's activity tells them from the subject's. */
    static final String MARK = "/* sky-testkit holds this backend */ ";

    private final Connection connection;
    private final int pid;

    private HeldBackend(Connection connection, int pid) {
        this.connection = connection;
        this.pid = pid;
    }

    /**
     * Connects through the pooler in a way that leaves nothing on a backend: no named statement, not even the unnamed
     * one, and the application name in the startup packet instead of a {@code SET}.
     */
    static Connection connect(PoolerLab pooler, Duration limit) throws SQLException {
        String seconds = Long.toString(Math.max(1, limit.toSeconds()));
        return pooler.connect(Map.of(
                "preferQueryMode", "simple",
                "prepareThreshold", "0",
                "assumeMinServerVersion", "12",
                "socketTimeout", seconds,
                "loginTimeout", seconds));
    }

    /** Opens a transaction on whichever backend the pooler gives, waiting for one as long as the connection allows. */
    static HeldBackend open(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(MARK + "begin; select pg_backend_pid()");
            statement.getMoreResults();
            try (ResultSet rows = statement.getResultSet()) {
                rows.next();
                return new HeldBackend(connection, rows.getInt(1));
            }
        }
    }

    int pid() {
        return pid;
    }

    Connection connection() {
        return connection;
    }

    /** Ends the transaction; in transaction mode the backend is free when this returns. */
    void rollBack() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(MARK + "rollback");
        }
    }
}
