package com.scrapersky.session.internal.guard;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.SessionStatistics;
import com.scrapersky.session.internal.guard.Flight.Purpose;
import com.scrapersky.session.internal.guard.Flight.Step;
import com.scrapersky.session.internal.sql.SqlPart;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.TransactionState;

/**
 * What becomes of a session when something that was sent for it has arrived, or has failed: the session takes over what it has
 * set, and follows its transaction.
 */
final class Landing {

    /** SQLSTATE 2D000, invalid transaction termination. */
    private static final String ENDED_INSIDE = "2D000";

    private Landing() {}

    /** Takes over what a flight that arrived has changed. */
    static void landed(
            VirtualSession session,
            KnownText text,
            Flight flight,
            Outcome outcome,
            Set<String> names,
            boolean wasFailed)
            throws SQLException {
        boolean failed = wasFailed;
        SQLException unbearable = null;
        noteAnswer(session, flight, outcome);
        for (Step step : flight.steps()) {
            SqlPart part = step.part();
            if (step.purpose() == Purpose.CAPTURE) {
                captured(session, outcome.told(step));
                unbearable = firstOf(unbearable, DriverDemands.violatedBy(outcome.told(step)));
            } else if (step.purpose() == Purpose.LASTING) {
                session.state().lasts(step.names());
            } else if (step.purpose() == Purpose.LASTING_IF_TOLD) {
                session.state().lasts(outcome.told(step).keySet());
            } else if (step.purpose() == Purpose.READ_BACK) {
                outcome.told(step).forEach(session.state()::changedAtBackend);
                unbearable = firstOf(unbearable, DriverDemands.violatedBy(outcome.told(step)));
            } else if (part != null && step.purpose() == Purpose.CALLER) {
                follow(session, part, failed, flight.lasting());
                failed = false;
                if (flight.lasting()
                        && (part.kind() == SqlPart.Kind.SET || part.kind() == SqlPart.Kind.CHARACTERISTICS)) {
                    session.state().lasts(part.keeps());
                }
            }
        }
        if (session.transactionState() == TransactionState.IDLE) {
            // Statements that share a Sync are a transaction even where none begins it.
            session.state().committed();
        } else {
            session.began();
            if (flight.tellsSettings()) {
                session.state().told();
            }
            if (text.mayHideState()) {
                session.state().hiddenStatePossible(names);
            }
        }
        noteDefinitions(session, text);
        if (unbearable != null) {
            session.connection().abort(Runnable::run);
            throw unbearable;
        }
    }

    private static @Nullable SQLException firstOf(@Nullable SQLException first, @Nullable SQLException second) {
        return first == null ? second : first;
    }

    /**
     * Takes over what lasted beyond a transaction that was cleaned. A role that code in the database has taken on for the session,
     * or given up, ends with the transaction where it is none of the factory's.
     */
    static void captured(VirtualSession session, Map<String, @Nullable String> found) {
        ContextSettings context = session.context();
        if (context == null || context.role() == null) {
            session.state().captured(found);
            return;
        }
        Map<String, @Nullable String> kept = new LinkedHashMap<>(found);
        for (String name : List.of("role", "session_authorization")) {
            String value = found.get(name);
            if (name.equals("role") && value != null && session.guard().isAllowed(value)) {
                continue;
            }
            String before = session.state().session().get(name);
            if (before == null) {
                kept.remove(name);
            } else {
                kept.put(name, before);
            }
        }
        session.state().captured(kept);
    }

    /**
     * Statements that went out together have all arrived.
     *
     * @param settings what was told in front of them
     * @param id the number of their transaction, where it was asked for
     */
    static void landedTogether(VirtualSession session, @Nullable Flight settings, @Nullable TransactionId id) {
        VirtualState mine = session.stateIfAny();
        if (mine == null) {
            return;
        }
        if (settings != null && settings.asks()) {
            mine.answered(id);
        }
        if (session.transactionState() == TransactionState.IDLE) {
            mine.committed();
        } else if (!session.hasOwnBackend()) {
            if (settings != null) {
                settings.steps().stream()
                        .filter(step -> step.purpose() == Purpose.LASTING)
                        .forEach(step -> mine.lasts(step.names()));
            }
            mine.told();
        }
    }

    /** The driver has sent a text among others that says nothing of the session but of its transactions. */
    static void followed(VirtualSession session, KnownText text) {
        session.happened();
        text.sql().parts().forEach(part -> follow(session, part, false, false));
        noteDefinitions(session, text);
    }

    /**
     * A flight that failed, after which a transaction of our own must not stay open.
     *
     * @param wasOpen whether a transaction was open at the server before
     * @return what the caller is told
     */
    static SQLException crashed(VirtualSession session, Flight flight, boolean wasOpen, SQLException failed) {
        if (flight.wrapped()) {
            rollBack(session);
        }
        boolean ends = flight.steps().stream()
                .map(Step::part)
                .anyMatch(part -> part != null
                        && switch (part.kind()) {
                            case COMMIT, ROLLBACK, PREPARE_TRANSACTION -> true;
                            default -> false;
                        });
        ended(session);
        // Where no transaction was open and none is, nothing was sent, or it was in a transaction of its own.
        if (session.transactionState() == TransactionState.IDLE && (wasOpen || ends)) {
            session.released(SessionStatistics.Outcome.ROLLED_BACK);
            session.state().rolledBack();
        }
        boolean calls = flight.steps().stream()
                .map(Step::part)
                .anyMatch(part -> part != null && (part.call() || part.kind() == SqlPart.Kind.DO));
        // Where the driver has begun a transaction the server says directly, too, what it does not do.
        if (!wasOpen
                && session.transactionState() == TransactionState.IDLE
                && calls
                && ENDED_INSIDE.equals(failed.getSQLState())
                && !flight.steps().get(0).isCallers()) {
            SQLException refusal = session.guard()
                    .refusal(
                            SessionFeature.OWN_TRANSACTION,
                            "the procedure ends transactions itself, which it cannot behind the session's settings; nothing of it"
                                    + " was done");
            refusal.addSuppressed(failed);
            return refusal;
        }
        return failed;
    }

    /** Statements that went out together have failed; their transaction is rolled back where it was theirs alone. */
    static void crashedTogether(VirtualSession session, boolean ownTransaction) {
        if (ownTransaction) {
            rollBack(session);
        }
        if (ownTransaction && session.transactionState() == TransactionState.IDLE) {
            session.state().rolledBack();
        }
    }

    /** Ends what is open of a transaction of our own. */
    private static void rollBack(VirtualSession session) {
        if (isClosed(session) || session.transactionState() == TransactionState.IDLE) {
            return;
        }
        try (Statement rollback = session.connection().createStatement()) {
            rollback.execute("ROLLBACK");
        } catch (SQLException lost) {
            session.guard().log("a transaction that failed could not be rolled back", lost);
        }
    }

    private static boolean isClosed(VirtualSession session) {
        try {
            return session.connection().isClosed();
        } catch (SQLException unknown) {
            return true;
        }
    }

    private static void follow(VirtualSession session, SqlPart part, boolean wasFailed, boolean lasting) {
        switch (part.kind()) {
            case COMMIT, PREPARE_TRANSACTION, ROLLBACK -> {
                session.released(
                        wasFailed || part.kind() == SqlPart.Kind.ROLLBACK
                                ? SessionStatistics.Outcome.ROLLED_BACK
                                : SessionStatistics.Outcome.COMMITTED);
                boolean unclean = session.state().isUnclean() || (lasting && part.kind() == SqlPart.Kind.COMMIT);
                if (wasFailed || part.kind() == SqlPart.Kind.ROLLBACK) {
                    session.state().rolledBack();
                } else {
                    session.state().committed();
                }
                if (part.chain()) {
                    // The next one has begun, and is what this one was.
                    session.state().characteristicsChosen();
                    if (unclean) {
                        session.state().chained();
                    }
                }
            }
            case BEGIN -> {
                if (part.isolationGiven()) {
                    session.state().characteristicsChosen();
                }
            }
            case SAVEPOINT -> session.state().savepoint(part.name());
            case RELEASE -> session.state().release(part.name());
            case ROLLBACK_TO -> session.state().rollbackTo(part.name());
            case SET_TRANSACTION -> session.state().characteristicsChosen();
            case RESET -> part.resets().forEach(name -> session.state().changedAtBackend(name, null));
            case RESET_ALL -> session.state().resetAll();
            case DISCARD_ALL -> {
                if (part.resets().contains("*")) {
                    session.state().discard();
                }
            }
            default -> {
                // An ordinary statement.
            }
        }
    }

    /** Notes what the backend has for the session, so that it has to be asked for it behind the transaction. */
    static void follow(VirtualSession session, Flight flight, Outcome outcome) {
        noteAnswer(session, flight, outcome);
        for (Step step : flight.steps()) {
            if (step.purpose() == Purpose.LASTING) {
                session.state().lasts(step.names());
            } else if (step.purpose() == Purpose.LASTING_IF_TOLD) {
                session.state().lasts(outcome.told(step).keySet());
            }
        }
    }

    private static void noteAnswer(VirtualSession session, Flight flight, Outcome outcome) {
        if (flight.asks()) {
            session.state().answered(outcome.transactionId());
        }
    }

    private static void noteDefinitions(VirtualSession session, KnownText text) {
        if (text.sql().definesCode()) {
            session.guard().catalogueChanged();
            if (session.transactionState() != TransactionState.IDLE) {
                // Whoever else reads the catalogue meanwhile does not find it there.
                session.state().hiddenStatePossible(text.names());
                session.state().codeDefined();
            }
        }
        ended(session);
    }

    /** What a transaction has defined others see from its end on; what it has dropped is there again where it rolled back. */
    static void ended(VirtualSession session) {
        VirtualState mine = session.stateIfAny();
        if (mine != null && mine.definesCode() && session.transactionState() == TransactionState.IDLE) {
            mine.codeSeen();
            session.guard().catalogueChanged();
        }
    }
}
