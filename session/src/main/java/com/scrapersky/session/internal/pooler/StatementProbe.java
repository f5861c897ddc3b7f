package com.scrapersky.session.internal.pooler;

import com.scrapersky.session.PoolerProfile.Evidence;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGStatement;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.CachedQuery;
import org.postgresql.jdbc.PgStatement;
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
public final class StatementProbe {

    /** The same text for everybody, so that a pooler which shares statements by text keeps one of it. */
    private static final String QUESTION = "/* sky-session: are named statements carried? */"
            + " select name, pg_catalog.pg_backend_pid() from pg_catalog.pg_prepared_statements"
            + " where statement like '/* sky-session: are named statements carried?%'";

    /** pgjdbc's names. */
    private static final String OF_THE_DRIVER = "S_\\d+";

    private static final String ANY_OF_THE_DRIVER = "S_1";

    private static final String EXISTS_ALREADY = "42P05";

    /** The statement's own backend is among these few where the pooler's pool is small, and comes soon in any order. */
    private static final int BACKENDS_HELD = 4;

    private static final int LONGEST_WAIT_MILLISECONDS = 1000;

    /** How long an answer is believed: each connection is asked again before it names anything, but not after a no. */
    private static final Duration REMEMBERED = Duration.ofMinutes(10);

    private static final int ANSWERS_KEPT = 1000;

    private static final Map<Destination, Answer> ANSWERS = new ConcurrentHashMap<>();

    private final PoolerDetection.Connector connector;

    private StatementProbe(PoolerDetection.Connector connector) {
        this.connector = connector;
    }

    /**
     * What was found.
     *
     * @param carried whether a named statement can be executed on whichever backend
     * @param since when it was asked
     */
    public record Answer(boolean carried, Evidence evidence, Instant since) {

        static Answer of(boolean carried, String observation, boolean certain) {
            return new Answer(
                    carried,
                    new Evidence(
                            observation,
                            carried
                                    ? "named statements are carried from backend to backend"
                                    : "names are not carried from backend to backend, so statements stay unnamed",
                            certain),
                    Instant.now());
        }
    }

    /** Asks from connections of its own, or remembers what an earlier one was told at the same place. */
    public static Answer ask(PoolerDetection.Connector connector, Destination destination) {
        Answer known = ANSWERS.get(destination);
        if (known != null && known.since().isAfter(Instant.now().minus(REMEMBERED))) {
            return known;
        }
        Answer answer = ask(connector);
        if (answer.evidence().certain()) {
            if (ANSWERS.size() >= ANSWERS_KEPT) {
                ANSWERS.clear();
            }
            ANSWERS.put(destination, answer);
        }
        return answer;
    }

    /** What was told at a place is not so any more. */
    public static void forget(Destination destination) {
        ANSWERS.remove(destination);
    }

    /** Asks from connections of its own. */
    static Answer ask(PoolerDetection.Connector connector) {
        try {
            return new StatementProbe(connector).look();
        } catch (SQLException unanswered) {
            return Answer.of(
                    false, "the question about named statements failed with " + unanswered.getSQLState(), false);
        }
    }

    private Answer look() throws SQLException {
        try (Connection first = connector.connect()) {
            first.setNetworkTimeout(Runnable::run, LONGEST_WAIT_MILLISECONDS);
            String name = nameAtBackend(first.unwrap(BaseConnection.class));
            if (name == null) {
                return Answer.of(false, "a statement prepared under a name is not among those of its backend", true);
            }
            return name.matches(OF_THE_DRIVER)
                    ? Answer.of(false, "a statement reached its backend under the driver's own name", true)
                    : surviveChange(first, name);
        }
    }

    /**
     * Whether the pooler behind a connection carries named statements. No transaction may be open on it. Two round trips;
     * nothing stays at the backend but what a pooler that carries statements keeps for itself.
     */
    public static boolean carries(BaseConnection connection) throws SQLException {
        String name = nameAtBackend(connection);
        return name != null && !name.matches(OF_THE_DRIVER);
    }

    /** What the backend calls a statement that the driver named, or null where it does not know it. */
    private static @Nullable String nameAtBackend(BaseConnection connection) throws SQLException {
        boolean autoCommit = connection.getAutoCommit();
        connection.setAutoCommit(false);
        try {
            String name = askForName(connection);
            // The statement's Close goes out in front of it, under the same Sync.
            connection.commit();
            return name;
        } catch (SQLException failed) {
            connection.rollback();
            if (EXISTS_ALREADY.equals(failed.getSQLState())) {
                // Another client's statement has the name: nobody translates.
                return ANY_OF_THE_DRIVER;
            }
            throw failed;
        } finally {
            if (!connection.isClosed()) {
                connection.setAutoCommit(autoCommit);
            }
        }
    }

    /** Not through a PreparedStatement: those of a connection that is in use are kept, names and all, when they are closed. */
    private static @Nullable String askForName(BaseConnection connection) throws SQLException {
        CachedQuery question = connection.createQuery(QUESTION, true, false);
        try (Statement statement = connection.createStatement()) {
            PgStatement asking = statement.unwrap(PgStatement.class);
            asking.setPrepareThreshold(1);
            asking.executeWithFlags(question, 0);
            String name = null;
            try (ResultSet names = statement.getResultSet()) {
                while (names.next() && (name == null || !name.matches(OF_THE_DRIVER))) {
                    name = names.getString(1);
                }
            }
            return name;
        } finally {
            question.query.close();
        }
    }

    /** Executes the statement again when a second connection holds the backend that it was prepared on. */
    private Answer surviveChange(Connection first, String name) throws SQLException {
        List<Connection> holders = new ArrayList<>();
        String called = "a statement that the pooler calls " + name + " was prepared on backend ";
        try (PreparedStatement question = first.prepareStatement(QUESTION)) {
            question.unwrap(PGStatement.class).setPrepareThreshold(1);
            int before = backendOf(question);
            called += before;
            while (holders.size() < BACKENDS_HELD) {
                if (hold(holders) == before) {
                    // The others are free for it.
                    Connection holder = holders.remove(holders.size() - 1);
                    close(holders);
                    holders.add(holder);
                }
                int now = backendOf(question);
                if (now != before) {
                    return Answer.of(true, called + " and executed on backend " + now, true);
                }
            }
        } catch (SQLException failed) {
            if (PSQLState.INVALID_SQL_STATEMENT_NAME.getState().equals(failed.getSQLState())) {
                return Answer.of(false, called + ", and another backend does not know it", true);
            }
            // No other backend was free: the name alone has to do.
        } finally {
            close(holders);
        }
        return Answer.of(true, called + ", and its backend could not be changed to see more", false);
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
