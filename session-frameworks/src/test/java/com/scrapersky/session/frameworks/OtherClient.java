package com.scrapersky.session.frameworks;

import com.scrapersky.session.testkit.OdysseyLab;
import com.scrapersky.session.testkit.PoolerLab;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Another client of the same pooler, that always has two of its backends, in open transactions. */
final class OtherClient implements AutoCloseable {

    private static final int HELD = 2;

    /**
     * No statement under a name, no SET at connect, and no portal that would keep a snapshot: an index that is built
     * concurrently waits for those.
     */
    private static final Map<String, String> PROPERTIES = Map.of(
            "preferQueryMode",
            "simple",
            "assumeMinServerVersion",
            "12",
            "ApplicationName",
            "sky-other-client",
            // Rather an error than a test that waits for ever.
            "socketTimeout",
            "20");

    /** The backend that became idle last, as it tells before it answers (PostgreSQL 18, postgres.c). */
    private static final String LATEST = "select pid from pg_stat_activity"
            + " where backend_type = 'client backend' and state = 'idle' and pid <> pg_backend_pid()"
            + " order by state_change desc limit 1";

    private final Deque<Connection> idle = new ArrayDeque<>();
    private final List<Connection> holding = new ArrayList<>();
    private final Random random = new Random(1);

    /** Directly to the server, where the pooler may answer before it has a backend back; else null. */
    private final @Nullable Connection observer;

    OtherClient(PoolerLab pooler) throws SQLException {
        observer = pooler instanceof OdysseyLab ? pooler.postgres().connect(PROPERTIES) : null;
        for (int i = 0; i <= HELD + 1; i++) {
            Connection connection = pooler.connect(PROPERTIES);
            connection.setAutoCommit(false);
            idle.add(connection);
        }
    }

    /**
     * Takes the backend that the program had, and only then gives back one of those that it had before: in turn, a program could
     * keep step with it. Nothing says that Odyssey has a backend back before it passes the answer on: should another one be taken
     * first, the next one is.
     */
    synchronized void takeAnother() throws SQLException {
        Integer wanted = observer == null ? null : number(observer, LATEST);
        List<Connection> taken = new ArrayList<>();
        boolean found = false;
        while (!found && taken.size() < 2) {
            Connection next = idle.remove();
            taken.add(next);
            found = number(next, "select pg_backend_pid()").equals(wanted) || wanted == null;
        }
        while (!holding.isEmpty() && holding.size() + taken.size() > HELD) {
            giveBack(holding.remove(random.nextInt(holding.size())));
        }
        holding.addAll(taken);
    }

    private void giveBack(Connection before) throws SQLException {
        before.rollback();
        idle.add(before);
    }

    private static Integer number(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getInt(1);
        }
    }

    @Override
    public synchronized void close() throws SQLException {
        if (observer != null) {
            observer.close();
        }
        for (Connection connection : holding) {
            connection.rollback();
            connection.close();
        }
        for (Connection connection : idle) {
            connection.close();
        }
    }
}
