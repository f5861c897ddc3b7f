package com.scrapersky.session.frameworks;

import com.scrapersky.session.testkit.PoolerLab;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;

/** Another client of the same pooler, that always has one of its backends, in an open transaction. */
final class OtherClient implements AutoCloseable {

    private final Deque<Connection> idle = new ArrayDeque<>();
    private final Deque<Connection> holding = new ArrayDeque<>();

    OtherClient(PoolerLab pooler) throws SQLException {
        for (int i = 0; i < 2; i++) {
            // Unnamed statements, and no SET at connect.
            Connection connection = pooler.connect(Map.of(
                    "prepareThreshold", "0", "assumeMinServerVersion", "12", "ApplicationName", "sky-other-client"));
            connection.setAutoCommit(false);
            idle.add(connection);
        }
    }

    /** Takes a backend, and only then gives back the one that it had. */
    synchronized void takeAnother() throws SQLException {
        Connection next = idle.remove();
        try (Statement statement = next.createStatement()) {
            statement.execute("select 1");
        }
        holding.add(next);
        if (holding.size() > 1) {
            Connection before = holding.remove();
            before.rollback();
            idle.add(before);
        }
    }

    @Override
    public synchronized void close() throws SQLException {
        for (Connection connection : holding) {
            connection.rollback();
            connection.close();
        }
        for (Connection connection : idle) {
            connection.close();
        }
    }
}
