package com.scrapersky.session.frameworks;

import com.scrapersky.session.testkit.PoolerLab;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Another client of the same pooler, that always has two of its backends, in open transactions. */
final class OtherClient implements AutoCloseable {

    private static final int HELD = 2;

    /**
     * No statement under a name, no SET at connect, and no portal that would keep a snapshot: an index that is built
     * concurrently waits for those.
     */
    private static final Map<String, String> PROPERTIES =
            Map.of("preferQueryMode", "simple", "assumeMinServerVersion", "12", "ApplicationName", "sky-other-client");

    private final Deque<Connection> idle = new ArrayDeque<>();
    private final List<Connection> holding = new ArrayList<>();
    private final Random random = new Random(1);

    OtherClient(PoolerLab pooler) throws SQLException {
        for (int i = 0; i <= HELD; i++) {
            Connection connection = pooler.connect(PROPERTIES);
            connection.setAutoCommit(false);
            idle.add(connection);
        }
    }

    /** Takes a backend, and only then gives back one of those that it had: in turn, a program could keep step with it. */
    synchronized void takeAnother() throws SQLException {
        Connection next = idle.remove();
        try (Statement statement = next.createStatement()) {
            statement.execute("select 1");
        }
        if (holding.size() == HELD) {
            Connection before = holding.remove(random.nextInt(HELD));
            before.rollback();
            idle.add(before);
        }
        holding.add(next);
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
