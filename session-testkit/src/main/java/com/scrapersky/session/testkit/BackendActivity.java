package com.scrapersky.session.testkit;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the server says about its backends ({@code pg_stat_activity}), asked past the pooler. Not thread-safe. */
final class BackendActivity implements AutoCloseable {

    /** One backend; {@code query} is its last or current statement, {@code since} the server's time of its beginning. */
    record Entry(int pid, String state, String query, String since) {
        boolean isIdle() {
            return state.equals("idle");
        }

        /** Whether it is in no transaction that waits for its client, so that the one which was seen may be over. */
        boolean isEnding() {
            return isIdle() || state.equals("active");
        }

        @Override
        public String toString() {
            return pid + " (" + state + ")";
        }
    }

    private static final Duration END_LIMIT = Duration.ofSeconds(10);

    private final PostgresEndpoint postgres;
    private @Nullable Connection connection;

    BackendActivity(PostgresEndpoint postgres) {
        this.postgres = postgres;
    }

    /** Those of the backends that are there, the one with the latest statement first. */
    List<Entry> of(Collection<Integer> pids) {
        Connection current = connection;
        if (current != null) {
            try {
                return read(current, pids);
            } catch (SQLException e) {
                // The server was restarted since the last look: a new connection tells.
                close();
            }
        }
        try {
            return read(connected(), pids);
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot ask the server which of its backends are in use", e);
        }
    }

    /** Ends those of the backends that are there, and returns when they are gone. */
    void end(Collection<Integer> pids) {
        try (PreparedStatement statement = connected().prepareStatement("select pg_terminate_backend(?)")) {
            for (int pid : pids) {
                statement.setInt(1, pid);
                statement.execute();
            }
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot end the backends " + pids, e);
        }
        // The server's own wait, pg_terminate_backend(pid, timeout), looks only every 100 ms.
        long deadline = System.nanoTime() + END_LIMIT.toNanos();
        for (List<Entry> left = of(pids); !left.isEmpty(); left = of(pids)) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("These backends have not ended within " + END_LIMIT + ": " + left);
            }
            Thread.onSpinWait();
        }
    }

    private Connection connected() throws SQLException {
        Connection current = connection;
        if (current == null) {
            current = postgres.connect(Map.of("ApplicationName", "sky-backends"));
            connection = current;
        }
        return current;
    }

    private static List<Entry> read(Connection connection, Collection<Integer> pids) throws SQLException {
        List<Entry> entries = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(
                "select pid, coalesce(state, ''), coalesce(query, ''),"
                        + " coalesce(query_start::text, '') from pg_stat_activity where pid = any (?) order by query_start desc nulls last")) {
            Array array = connection.createArrayOf("int4", pids.toArray());
            statement.setArray(1, array);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    entries.add(new Entry(rows.getInt(1), rows.getString(2), rows.getString(3), rows.getString(4)));
                }
            }
        }
        return entries;
    }

    @Override
    public void close() {
        Connection current = connection;
        connection = null;
        if (current != null) {
            try {
                current.close();
            } catch (SQLException e) {
                // It is broken already, which is all that closing could have achieved.
            }
        }
    }
}
