package com.scrapersky.session.random;

import com.scrapersky.session.testkit.PostgresEndpoint;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * The objects that the programs use, in one database: for each client two schemas with the same tables, and functions,
 * triggers, policies and roles that set what they should not. See {@code fixture.sql}. Used by one thread at a time.
 */
final class Fixture implements AutoCloseable {

    private static final String OTHERS = "select pid from pg_catalog.pg_stat_activity"
            + " where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()";

    private static final Duration END_LIMIT = Duration.ofSeconds(10);

    /** In a statement of the test's own transactions. */
    static final String MARK = "/* held on purpose */";

    private final Connection admin;

    Fixture(PostgresEndpoint postgres) {
        try {
            admin = postgres.connect(Map.of("preferQueryMode", "simple", "ApplicationName", "sky-fixture"));
            execute(script());
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot create the objects of the programs: " + e.getMessage(), e);
        }
    }

    /** Puts every table and sequence back to what it was. */
    void reset() {
        try {
            execute("select fixture.put_back()");
        } catch (SQLException e) {
            throw new IllegalStateException(
                    "Cannot put the tables back: " + e.getMessage()
                            + ". A transaction that was left open may hold their rows",
                    e);
        }
    }

    /** What is in the tables and sequences. */
    Map<String, String> contents() {
        Map<String, String> contents = new TreeMap<>();
        try (Statement statement = admin.createStatement();
                ResultSet rows = statement.executeQuery("select * from fixture.contents()")) {
            while (rows.next()) {
                contents.put(rows.getString(1), rows.getString(2));
            }
            return contents;
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot look into the tables: " + e.getMessage(), e);
        }
    }

    /** How many other sessions are in a transaction; those who {@linkplain #MARK say} that they may be do not count. */
    int openTransactions() {
        try (Statement statement = admin.createStatement();
                ResultSet rows = statement.executeQuery("select count(*) from pg_catalog.pg_stat_activity"
                        + " where pid in (" + OTHERS + ") and state like 'idle in transaction%' and query not like '%"
                        + MARK + "%'")) {
            rows.next();
            return rows.getInt(1);
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot ask for open transactions: " + e.getMessage(), e);
        }
    }

    /** Ends every other session of the database, so that whatever waits for a lock goes on. */
    void endAllSessions() {
        try {
            // The server's own wait, pg_terminate_backend(pid, timeout), looks only every 100 ms, for one after the
            // other.
            String ended =
                    text("select array_agg(pid) filter (where pg_terminate_backend(pid)) from (" + OTHERS + ") others");
            long deadline = System.nanoTime() + END_LIMIT.toNanos();
            while (ended != null && areThere(ended) && System.nanoTime() < deadline) {
                Thread.onSpinWait();
            }
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot end the other sessions: " + e.getMessage(), e);
        }
    }

    private boolean areThere(String pids) throws SQLException {
        return "t"
                .equals(text(
                        "select exists (select from pg_catalog.pg_stat_activity where pid = any ('" + pids + "'))"));
    }

    private String text(String sql) throws SQLException {
        try (Statement statement = admin.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = admin.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String script() {
        try (InputStream script = Fixture.class.getResourceAsStream("fixture.sql")) {
            if (script == null) {
                throw new IllegalStateException("fixture.sql is not beside the class");
            }
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            admin.close();
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot close the fixture's connection", e);
        }
    }
}
