package com.scrapersky.session.internal.pooler;

import com.scrapersky.session.PoolerProfile.Evidence;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGStatement;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;

/**
 * Finds out whether a pooler in transaction mode carries named prepared statements from backend to backend.
 *
 * <p>First a transaction prepares a statement under a name which lists the backend's prepared statements, itself among
 * them. A pooler that carries statements gives them names of its own (PgBouncer from 1.21 on {@code PGBOUNCER_1}); one that
 * knows nothing of them has handed the driver's name through. The statement is closed in the same transaction, so on the
 * same backend. Only where names are translated it is then executed on another backend, while a second connection holds the
 * first one. Source: {@code prepare.c} of PgBouncer 1.26; seen on 1.18, 1.26 and Odyssey 1.5.
 *
 * <p>Round trips: two where names are handed through, about five where they are carried.
 */
final class StatementProbe {

    /** The same text for everybody, so that a pooler which shares statements by text keeps one of it. */
    private static final String QUESTION = "/* sky-session: are named statements carried? */"
            + " select name, pg_catalog.pg_backend_pid() from pg_catalog.pg_prepared_statements"
            + " where statement like '/* sky-session: are named statements carried?%'";

    /** pgjdbc's names. */
    private static final String OF_THE_DRIVER = "S_\\d+";

    /** The statement's own backend is among these few where the pooler's pool is small, and comes soon in any order. */
    private static final int BACKENDS_HELD = 4;

    private static final int LONGEST_WAIT_MILLISECONDS = 1000;

    private final PoolerDetection.Connector connector;
    private final List<Evidence> evidence = new ArrayList<>();

    private StatementProbe(PoolerDetection.Connector connector) {
        this.connector = connector;
    }

    /**
     * What was found.
     *
     * @param carried whether a named statement can be executed on whichever backend
     */
    record Answer(boolean carried, List<Evidence> evidence) {}

    /** Asks from two connections of its own. They must keep no statement in a cache ({@code preparedStatementCacheQueries=0}). */
    static Answer ask(PoolerDetection.Connector connector) {
        StatementProbe probe = new StatementProbe(connector);
        boolean carried = false;
        try {
            carried = probe.look();
        } catch (SQLException unanswered) {
            probe.evidence.add(new Evidence(
                    "the question about named statements failed with " + unanswered.getSQLState(),
                    "statements stay unnamed, which is right everywhere",
                    false));
        }
        return new Answer(carried, probe.evidence);
    }

    private boolean look() throws SQLException {
        try (Connection first = connector.connect()) {
            first.setNetworkTimeout(Runnable::run, LONGEST_WAIT_MILLISECONDS);
            String name = nameAtBackend(first);
            if (name == null || name.matches(OF_THE_DRIVER)) {
                evidence.add(new Evidence(
                        name == null
                                ? "a statement prepared under a name is not among those of its backend"
                                : "a statement reached its backend under the driver's own name, " + name,
                        "names are not carried from backend to backend, so statements stay unnamed",
                        true));
                return false;
            }
            return surviveChange(first, name);
        }
    }

    /** What the backend calls a statement that the driver named; nothing of it stays there but what the pooler keeps. */
    private static @Nullable String nameAtBackend(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try {
            String name = null;
            try (PreparedStatement question = named(connection);
                    ResultSet names = question.executeQuery()) {
                while (names.next() && (name == null || !name.matches(OF_THE_DRIVER))) {
                    name = names.getString(1);
                }
            }
            // Its Close goes out in front of the COMMIT, under the same Sync.
            connection.commit();
            return name;
        } catch (SQLException failed) {
            connection.rollback();
            if (PSQLState.isConnectionError(failed.getSQLState())) {
                throw failed;
            }
            // Another client's statement has the name: nobody translates.
            return failed.getSQLState().equals("42P05") ? "S_1" : null;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private static PreparedStatement named(Connection connection) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(QUESTION);
        statement.unwrap(PGStatement.class).setPrepareThreshold(1);
        return statement;
    }

    /** Executes the statement again when a second connection holds the backend that it was prepared on. */
    private boolean surviveChange(Connection first, String name) throws SQLException {
        List<Connection> holders = new ArrayList<>();
        try (PreparedStatement question = named(first)) {
            int before = backendOf(question);
            while (holders.size() < BACKENDS_HELD) {
                if (hold(holders) == before) {
                    // The others are free for it.
                    Connection holder = holders.remove(holders.size() - 1);
                    close(holders);
                    holders.add(holder);
                }
                int now = backendOf(question);
                if (now != before) {
                    evidence.add(new Evidence(
                            "a statement that the pooler calls " + name + " was prepared on backend " + before
                                    + " and executed on backend " + now,
                            "named statements are carried from backend to backend",
                            true));
                    return true;
                }
            }
        } catch (SQLException failed) {
            if (PSQLState.INVALID_SQL_STATEMENT_NAME.getState().equals(failed.getSQLState())) {
                evidence.add(new Evidence(
                        "the pooler calls a named statement " + name + ", and another backend does not know it",
                        "names are not carried from backend to backend, so statements stay unnamed",
                        true));
                return false;
            }
            // No other backend was free: the name alone has to do.
        } finally {
            close(holders);
        }
        evidence.add(new Evidence(
                "the pooler calls a named statement " + name + "; its backend could not be changed to see more",
                "named statements are carried from backend to backend",
                false));
        return true;
    }

    /** Keeps one more backend busy, by a transaction that ends with its connection, and says which. */
    private int hold(List<Connection> holders) throws SQLException {
        Connection holder = connector.connect();
        holders.add(holder);
        holder.setNetworkTimeout(Runnable::run, LONGEST_WAIT_MILLISECONDS);
        holder.setAutoCommit(false);
        try (Statement statement = holder.createStatement();
                ResultSet backend = statement.executeQuery("select pg_catalog.pg_backend_pid()")) {
            backend.next();
            return backend.getInt(1);
        }
    }

    private static void close(List<Connection> connections) throws SQLException {
        for (Connection connection : connections) {
            connection.rollback();
            connection.close();
        }
        connections.clear();
    }

    private static int backendOf(PreparedStatement question) throws SQLException {
        try (ResultSet names = question.executeQuery()) {
            if (!names.next()) {
                throw new PSQLException(
                        "a named statement is not among those of its backend", PSQLState.INVALID_SQL_STATEMENT_NAME);
            }
            return names.getInt(2);
        }
    }
}
