package com.scrapersky.session.internal.guard;

import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.TransactionState;

/**
 * Tells the backend what a session has set where it cannot ride in front of a text: for what the driver sends by itself.
 */
final class SeparateSettings {

    private SeparateSettings() {}

    /** Tells the backend of the driver's transaction, in a round trip of its own, what the session has set. */
    static void tell(VirtualSession session) throws SQLException {
        tell(session, false, false);
    }

    /**
     * @param mayHideState whether it is told for something that may set more unseen
     * @param forCopy whether it is told for a COPY
     */
    private static void tell(VirtualSession session, boolean mayHideState, boolean forCopy) throws SQLException {
        if (session.hasOwnBackend()
                || (session.isSettled() && !mayHideState)
                || session.transactionState() == TransactionState.FAILED
                || (session.connection().getAutoCommit() && !session.isInTransaction())) {
            return;
        }
        if (session.transactionState() == TransactionState.IDLE) {
            session.state().forgetApplied();
        }
        Flight flight = FlightPlan.settingsOnly(
                session.state(),
                FlightDispatch.cleanup(session, Set.of()),
                FlightDispatch.departure(session),
                mayHideState,
                forCopy,
                false);
        if (flight.steps().isEmpty()) {
            return;
        }
        try (Statement statement = session.connection().createStatement()) {
            session.holds();
            statement.execute(flight.sql());
            if (session.context() != null) {
                session.guard().counters().toldContext();
            }
            Landing.follow(session, flight, Outcome.read(statement, flight, false));
        } catch (SQLException failed) {
            session.failedTogether();
            throw failed;
        }
        session.state().told();
    }

    /**
     * Does what the driver does with statements of its own, so that they find the session's settings: in autocommit in a
     * transaction around it where there are any.
     */
    static <T extends @Nullable Object> T around(VirtualSession session, JdbcWork<T> work) throws SQLException {
        return around(session, false, Set.of(), work);
    }

    /**
     * As {@link #around(VirtualSession, JdbcWork)}, for what may set something unseen.
     *
     * @param names of custom settings that it may set
     */
    static <T extends @Nullable Object> T around(
            VirtualSession session, boolean mayHideState, Set<String> names, JdbcWork<T> work) throws SQLException {
        return around(session, mayHideState, names, false, work);
    }

    private static <T extends @Nullable Object> T around(
            VirtualSession session, boolean mayHideState, Set<String> names, boolean forCopy, JdbcWork<T> work)
            throws SQLException {
        if (session.hasOwnBackend() || (!mayHideState && session.isSettled())) {
            return work.run();
        }
        if (!session.connection().getAutoCommit() || session.isInTransaction()) {
            tell(session, mayHideState, forCopy);
            T result = work.run();
            if (mayHideState) {
                session.state().hiddenStatePossible(names);
            }
            return result;
        }
        return inTransaction(session, mayHideState, names, forCopy, work);
    }

    /**
     * As {@link #around(VirtualSession, JdbcWork)}, for a description, for which the driver begins no transaction: one that is begun for the
     * settings ends with it.
     */
    static <T extends @Nullable Object> T aroundDescription(VirtualSession session, JdbcWork<T> work)
            throws SQLException {
        boolean begins = !session.hasOwnBackend()
                && !session.isSettled()
                && !session.connection().getAutoCommit()
                && !session.isInTransaction();
        try {
            return around(session, work);
        } finally {
            if (begins && session.transactionState() != TransactionState.IDLE) {
                TransactionEnd.rollback(session);
            }
        }
    }

    /** As {@link #around(VirtualSession, boolean, Set, JdbcWork)}, for a COPY. */
    static <T extends @Nullable Object> T aroundCopy(
            VirtualSession session, boolean mayHideState, Set<String> names, JdbcWork<T> work) throws SQLException {
        return around(session, mayHideState, names, true, work);
    }

    /** Whether the driver's own statements get a transaction around them, because settings have to be told in it. */
    static boolean isWrapped(VirtualSession session) throws SQLException {
        return !session.hasOwnBackend()
                && !session.state().isSettled()
                && session.connection().getAutoCommit()
                && !session.isInTransaction();
    }

    /** Whether {@link #around(VirtualSession, boolean, Set, JdbcWork)} begins and commits a transaction for {@code text}. */
    static boolean isWrapped(VirtualSession session, KnownText text) throws SQLException {
        return !session.hasOwnBackend()
                && (text.mayHideState() || !session.state().isSettled())
                && session.connection().getAutoCommit()
                && !session.isInTransaction();
    }

    private static <T extends @Nullable Object> T inTransaction(
            VirtualSession session, boolean mayHideState, Set<String> names, boolean forCopy, JdbcWork<T> work)
            throws SQLException {
        return AutoCommit.inTransaction(session, () -> {
            tell(session, mayHideState, forCopy);
            T result = work.run();
            if (mayHideState) {
                session.state().hiddenStatePossible(names);
            }
            return result;
        });
    }
}
