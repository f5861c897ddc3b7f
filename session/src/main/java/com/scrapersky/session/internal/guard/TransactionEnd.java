package com.scrapersky.session.internal.guard;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.SessionStatistics.Outcome;
import com.scrapersky.session.internal.guard.Flight.Purpose;
import com.scrapersky.session.internal.guard.Flight.Step;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.TransactionState;

/**
 * Ends a transaction, and with the borrow the session: nothing of it stays at a backend that others get.
 */
final class TransactionEnd {

    /** What pgjdbc says to rollback() in autocommit; in a transaction of XA it is 55000 (42.7.14, PGXAConnection). */
    private static final String NO_TRANSACTION_OF_JDBC = "25P01";

    private TransactionEnd() {}

    static void commit(VirtualSession session) throws SQLException {
        commit(session, false);
    }

    /**
     * Commits.
     *
     * @param tellPosition whether the server is asked in the same flush where its log is behind the commit
     * @return the position; null unless asked, and where that was not possible
     */
    @Nullable
    static String commit(VirtualSession session, boolean tellPosition) throws SQLException {
        if (session.hasOwnBackend()) {
            return commitOnOwnBackend(session, tellPosition);
        }
        String position = null;
        TransactionState before = session.transactionState();
        if (before == TransactionState.FAILED) {
            throw session.guard()
                    .refusal(
                            SessionFeature.COMMIT_OF_FAILED_TRANSACTION,
                            "a statement of the transaction has failed, so it can only be rolled back");
        }
        VirtualState mine = session.stateIfAny();
        try {
            if (mine != null && mine.isHiddenStatePossible() && before == TransactionState.OPEN) {
                endAndClean(session, "COMMIT");
            } else {
                position = commitUnnamed(session, tellPosition);
            }
        } catch (SQLException failed) {
            notCommitted(session, failed);
            session.failedTogether();
            if (mine != null && session.transactionState() == TransactionState.IDLE) {
                // A constraint that was deferred, perhaps: the server has rolled back.
                mine.rolledBack();
            }
            throw failed;
        }
        if (mine != null) {
            mine.committed();
        }
        session.released(Outcome.COMMITTED);
        Landing.ended(session);
        return position;
    }

    private static @Nullable String commitOnOwnBackend(VirtualSession session, boolean tellPosition)
            throws SQLException {
        try {
            String position = commitUnnamed(session, tellPosition);
            session.released(Outcome.COMMITTED);
            return position;
        } catch (SQLException failed) {
            notCommitted(session, failed);
            throw failed;
        }
    }

    private static void notCommitted(VirtualSession session, SQLException failed) throws SQLException {
        String state = session.failed(failed).getSQLState();
        boolean answered = state != null
                && !state.startsWith("08")
                && !session.connection().isClosed();
        session.released(answered ? Outcome.FAILED : Outcome.UNKNOWN);
    }

    static void rollback(VirtualSession session) throws SQLException {
        VirtualState mine = session.stateIfAny();
        if (session.isGivenUp()) {
            // The pooler rolls back what a client leaves.
            session.released(Outcome.ROLLED_BACK);
            session.state().rolledBack();
            return;
        }
        if (mine != null
                && mine.isUnclean()
                && !session.hasOwnBackend()
                && !session.connection().getAutoCommit()
                && session.transactionState() != TransactionState.IDLE) {
            endAndClean(session, "ROLLBACK");
            session.released(Outcome.ROLLED_BACK);
            Landing.ended(session);
            return;
        }
        rollbackUnnamed(session);
        session.released(Outcome.ROLLED_BACK);
        if (mine != null) {
            mine.rolledBack();
        }
        Landing.ended(session);
    }

    /** Leaves no transaction open and nothing set: not every pool that can be wrapped resets what it takes back. */
    static void leave(VirtualSession session) throws SQLException {
        boolean moved = session.giveBackLeft();
        if (session.connection().isClosed()) {
            // What nobody committed the server rolls back.
            session.released(Outcome.ROLLED_BACK);
            return;
        }
        VirtualState mine = session.stateIfAny();
        boolean autoCommit = session.connection().getAutoCommit();
        if ((session.isEventful() || session.hasOwnBackend() || !autoCommit)
                && session.transactionState() != TransactionState.IDLE) {
            if (mine != null && mine.isUnclean() && !session.hasOwnBackend()) {
                endAndClean(session, "ROLLBACK");
            } else {
                rollbackOrLeave(session);
            }
            session.released(Outcome.ROLLED_BACK);
        }
        Landing.ended(session);
        if (session.isBackendUsed() && !moved) {
            discard(session);
        }
        session.forgetState();
        if (!moved && session.areNamesCarried() && session.guard().names().isUnconfirmed(session.driver())) {
            session.guard().names().confirm(session.driver(), session.connection());
        }
    }

    /** COMMIT and ROLLBACK go without a name where names can be lost: nothing may keep a transaction from its end. */
    private static @Nullable String commitUnnamed(VirtualSession session, boolean tellPosition) throws SQLException {
        int threshold = NamedExecution.suspend(session);
        try {
            if (tellPosition && session.transactionState() == TransactionState.OPEN) {
                return LogPosition.commit(session.connection());
            }
            session.connection().commit();
            return null;
        } finally {
            NamedExecution.resume(session, threshold);
        }
    }

    private static void rollbackUnnamed(VirtualSession session) throws SQLException {
        int threshold = NamedExecution.suspend(session);
        try {
            session.connection().rollback();
        } finally {
            NamedExecution.resume(session, threshold);
        }
    }

    private static void endAndClean(VirtualSession session, String end) throws SQLException {
        KnownText text = session.guard().know(end);
        Flight flight = FlightDispatch.flight(session, text, text.sql().parts(), GeneratedKeys.NONE, Set.of(), false);
        try (Statement statement = session.connection().createStatement()) {
            statement.execute(flight.sql());
            var outcome = com.scrapersky.session.internal.guard.Outcome.read(statement, flight, false);
            Landing.follow(session, flight, outcome);
            if (end.equals("COMMIT")) {
                session.state().committed();
            } else {
                session.state().rolledBack();
            }
            for (Step step : flight.steps()) {
                if (step.purpose() == Purpose.CAPTURE) {
                    Landing.captured(session, outcome.told(step));
                }
            }
        }
    }

    /** A transaction manager (XA) ends its transaction itself, after the program has given the connection back. */
    private static void rollbackOrLeave(VirtualSession session) throws SQLException {
        try {
            rollbackUnnamed(session);
        } catch (SQLException refused) {
            if (NO_TRANSACTION_OF_JDBC.equals(refused.getSQLState())) {
                // The driver in autocommit: the program began it by a text.
                executeOnDriver(session, "ROLLBACK");
            } else if (session.connection().isClosed() || session.transactionState() == TransactionState.IDLE) {
                throw refused;
            } else if (session.state().isHiddenStatePossible() && session.transactionState() == TransactionState.OPEN) {
                // Nothing of ours follows the manager's commit: what code has set unseen goes within the transaction.
                executeOnDriver(
                        session, String.join(";", Cleanup.of(Map.of(), Set.of()).statements()));
            }
        }
    }

    private static void executeOnDriver(VirtualSession session, String sql) throws SQLException {
        try (Statement statement = session.connection().createStatement()) {
            statement.execute(sql);
        }
    }

    /** What a session with a context left at a backend of the pool's is not for the next one. */
    private static void discard(VirtualSession session) throws SQLException {
        boolean autoCommit = session.connection().getAutoCommit();
        session.connection().setAutoCommit(true);
        try (Statement statement = session.connection().createStatement()) {
            statement.execute("DISCARD ALL");
        } catch (SQLException dirty) {
            session.connection().abort(Runnable::run);
            throw dirty;
        }
        session.connection().setAutoCommit(autoCommit);
    }
}
