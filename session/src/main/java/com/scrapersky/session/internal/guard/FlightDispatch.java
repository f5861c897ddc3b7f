package com.scrapersky.session.internal.guard;

import com.scrapersky.session.internal.sql.GuardedSql;
import com.scrapersky.session.internal.sql.SqlPart;
import java.sql.SQLException;
import java.sql.SQLNonTransientException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.TransactionState;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;

/**
 * Puts together what goes to the server for a text: which of its statements go under one Sync, and with what in front and
 * behind, from where the session stands.
 */
final class FlightDispatch {

    private static final String FEATURE_NOT_SUPPORTED = "0A000";

    private FlightDispatch() {}

    /**
     * The statements of a text by the flights that they need. One that begins behind the end of a transaction cannot be put
     * together before it is known what that transaction set.
     */
    static List<List<SqlPart>> flights(VirtualSession session, KnownText text) throws SQLException {
        List<SqlPart> parts = text.sql().parts();
        boolean cleanedBehind = text.mayHideState()
                || session.state().isHiddenStatePossible()
                || session.state().isUnclean();
        List<List<SqlPart>> flights = new ArrayList<>();
        boolean told = !text.features().isEmpty()
                || !session.state().session().isEmpty()
                || session.state().isChangedInTransaction()
                || session.state().isHiddenStatePossible();
        int from = 0;
        boolean outside = told && departure(session).isOutsideBlock();
        for (int i = 0; told && i < parts.size(); i++) {
            SqlPart part = parts.get(i);
            if (cleanedBehind && part.endsTransaction() && FlightTransaction.mayBeSplit(i - from)) {
                // The driver's own Sync must not come between the end and what cleans behind it.
                flights.add(parts.subList(from, i));
                from = i;
            }
            boolean ends = switch (part.kind()) {
                case COMMIT, ROLLBACK, PREPARE_TRANSACTION -> true;
                // It commits at once, whatever becomes of what follows.
                case DISCARD_ALL -> outside && part.resets().contains("*");
                default -> outside && part.needsBlock();
            };
            if (ends && i < parts.size() - 1) {
                flights.add(parts.subList(from, i + 1));
                from = i + 1;
            }
            outside = ends && !part.chain();
        }
        flights.add(parts.subList(from, parts.size()));
        return flights;
    }

    /**
     * What a session that has set nothing begins with, where one statement tells it to a backend outside of a transaction:
     * {@link KnownTexts#settingsText}. Null for every other session.
     */
    static @Nullable Settings untoldStart(VirtualSession session) throws SQLException {
        if (session.hasOwnBackend() || session.stateIfAny() != null || session.generation() > 0) {
            return null;
        }
        Settings start = session.start();
        return start == Settings.NONE
                        || start.haveCharacteristics()
                        || !departure(session).isOutsideBlock()
                ? null
                : start;
    }

    /** Whether one Sync is all that a text needs to be a transaction: its statements are queries, which cannot end one. */
    static boolean isOfQueries(GuardedSql sql) {
        if (sql.definesCode()) {
            return false;
        }
        for (SqlPart part : sql.parts()) {
            if (part.kind() != SqlPart.Kind.QUERY || part.call() || part.needsBlock() || !part.snapshot()) {
                return false;
            }
        }
        return true;
    }

    /** Whether the server would refuse it, were it the first that it is sent, for want of a transaction block. */
    static boolean isRefusedHere(VirtualSession session, SqlPart first) throws SQLException {
        return first.needsBlock() && departure(session).isOutsideBlock();
    }

    /** What the server would have answered if the settings were there without having been told. */
    static SQLException refusedOutsideBlock() {
        return new PSQLException(
                "ERROR: DECLARE CURSOR can only be used in transaction blocks", PSQLState.NO_ACTIVE_SQL_TRANSACTION);
    }

    static FlightPlan.Departure departure(VirtualSession session) throws SQLException {
        TransactionState transaction = session.transactionState();
        return new FlightPlan.Departure(
                transaction == TransactionState.IDLE,
                transaction == TransactionState.FAILED,
                session.connection().getAutoCommit(),
                session.connection().isReadOnly());
    }

    static Flight flight(
            VirtualSession session,
            KnownText text,
            List<SqlPart> parts,
            GeneratedKeys keys,
            Set<String> names,
            boolean bindable)
            throws SQLException {
        if (session.transactionState() == TransactionState.IDLE) {
            session.state().forgetApplied();
        }
        Set<String> set = new LinkedHashSet<>(names);
        parts.forEach(part -> set.addAll(part.keeps()));
        FlightPlan.Departure departure = departure(session);
        Flight flight = FlightPlan.of(text, parts, session.state(), cleanup(session, set), keys, departure, bindable);
        if (departure.isOutsideBlock()
                && flight.mayBeSplit()
                && (!session.state().session().isEmpty() || flight.cleans())) {
            throw new SQLNonTransientException(
                    "a text of " + parts.size()
                            + " statements, outside of a transaction, in a session that has set something or"
                            + " has a context: the driver would send it in several pieces, and what is set would hold for the"
                            + " first only. Way out: setAutoCommit(false), or shorter texts",
                    FEATURE_NOT_SUPPORTED);
        }
        return flight;
    }

    /**
     * Whether a text is to be sent in the driver's transaction, because it is so long that the driver would put a Sync of its
     * own somewhere into it: behind its COMMIT, perhaps, where the backend is not clean yet.
     */
    static boolean needsDriversTransaction(VirtualSession session, KnownText text) throws SQLException {
        List<SqlPart> parts = text.sql().parts();
        return FlightTransaction.mayBeSplit(parts.size())
                && departure(session).isOutsideBlock()
                && FlightTransaction.isWrapped(text, parts)
                && FlightTransaction.isUnclean(text, parts);
    }

    /**
     * What the backend has to be told in front of statements that go out together, its values as parameters; null where that
     * is nothing.
     *
     * @param idle whether no transaction is open yet
     */
    @Nullable
    static Flight settingsInFront(VirtualSession session, boolean idle) throws SQLException {
        VirtualState mine = session.stateIfAny();
        if (idle && mine != null) {
            mine.forgetApplied();
        }
        if (session.hasOwnBackend() || session.isSettled() || session.transactionState() == TransactionState.FAILED) {
            return null;
        }
        // Within the transaction that is begun in front of it, by the driver or by the flight itself.
        var departure =
                new FlightPlan.Departure(idle, false, false, session.driver().hintReadOnly());
        Flight flight =
                FlightPlan.settingsOnly(session.state(), cleanup(session, Set.of()), departure, false, false, true);
        return flight.sql().isEmpty() ? null : flight;
    }

    static Cleanup cleanup(VirtualSession session, Set<String> names) throws SQLException {
        Set<String> all = new LinkedHashSet<>(names);
        all.addAll(session.state().hiddenNames());
        for (String name : session.state().session().asMap().keySet()) {
            // The server lists no custom settings.
            if (name.indexOf('.') >= 0) {
                all.add(name);
            }
        }
        return session.guard().cleanup(session.tracked(), all);
    }
}
