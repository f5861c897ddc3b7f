package com.scrapersky.session.internal.guard;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.SessionFeature.Treatment;
import com.scrapersky.session.internal.guard.Flight.Purpose;
import com.scrapersky.session.internal.guard.Flight.Step;
import com.scrapersky.session.internal.sql.SqlPart;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

/**
 * The session that a borrowed connection plays to its user, while every transaction may run on another backend. Decides for
 * each text whether it goes out as it is, with the session's settings in front, on a backend of its own, or not at all.
 *
 * <p>Not thread-safe, as the connection is not.
 */
final class VirtualSession {

    private final Guard guard;
    private final VirtualState state;
    private final PoolSafeConnection face;
    private Connection connection;
    private BaseConnection driver;

    /** Whether the backend belongs to this session alone, so that nothing has to be watched. */
    private boolean ownBackend;

    /** The connection before the move. */
    private @Nullable Connection left;

    /** Counts the moves: a statement made before the last one belongs to the connection that was left. */
    private int generation;

    /** What the pooler set on the backends for this client. */
    private @Nullable Map<String, String> tracked;

    /** Whether the open transaction changed what the catalogue says about functions and triggers. */
    private boolean definesCode;

    VirtualSession(Guard guard, Connection connection, PoolSafeConnection face) throws SQLException {
        this.guard = guard;
        this.face = face;
        this.connection = connection;
        this.driver = connection.unwrap(BaseConnection.class);
        this.ownBackend = guard.isPassThrough();
        guard.names().apply(driver);
        this.state = new VirtualState(guard.defaults(), guard.startup());
    }

    Guard guard() {
        return guard;
    }

    Connection connection() {
        return connection;
    }

    BaseConnection driver() {
        return driver;
    }

    VirtualState state() {
        return state;
    }

    boolean hasOwnBackend() {
        return ownBackend;
    }

    int generation() {
        return generation;
    }

    boolean isIdle() {
        return driver.getTransactionState() == TransactionState.IDLE;
    }

    /**
     * Whether a statement failed for nothing but the name that the driver gave it, and can be executed once more: nothing was
     * done before it in its transaction.
     *
     * @param wasIdle whether no transaction was open before it
     */
    boolean isWorthRepeating(SQLException failed, String text, boolean wasIdle) throws SQLException {
        if (!guard.names().isToBlame(failed, text, !ownBackend) || !wasIdle) {
            return false;
        }
        if (!connection.getAutoCommit()) {
            connection.rollback();
        }
        guard.names().apply(driver);
        return true;
    }

    TransactionState transactionState() {
        return driver.getTransactionState();
    }

    /** Whether a transaction is open, at the server or as far as the driver would have begun one. */
    boolean isInTransaction() {
        return state.isBegun() || driver.getTransactionState() != TransactionState.IDLE;
    }

    /** Whether {@code text} can go out at once, as it is. The hot path: two comparisons of references. */
    boolean isStraight(KnownText text) {
        return ownBackend || (text.clean() && state.isSettled());
    }

    /**
     * Makes ready for a text that is not straight: refuses it, or moves to a backend of its own.
     *
     * @return whether it can go out as it is now
     */
    boolean board(KnownText text) throws SQLException {
        for (SessionFeature feature : text.features()) {
            switch (guard.treatment(feature)) {
                case REFUSE -> throw guard.refusal(feature, "refused by the policy of this factory");
                case WARN -> guard.warn(feature);
                case MOVE -> {
                    if (needsBackend(feature, text)) {
                        moveFor(feature);
                    }
                }
                default -> {
                    // Virtualised by the flight, or let through.
                }
            }
            if (ownBackend) {
                return true;
            }
        }
        return text.clean() && state.isSettled();
    }

    /** Notes what a later question about a sequence may be about. */
    void drew(KnownText text) throws SQLException {
        if (!ownBackend && !connection.getAutoCommit()) {
            state.drew(text.sql());
        }
    }

    private boolean needsBackend(SessionFeature feature, KnownText text) throws SQLException {
        return switch (feature) {
            // Its sequence was advanced in the transaction that is open, on the backend that it holds.
            case SEQUENCE_STATE -> !SequenceUse.answersFor(text.sql(), state.drawing());
            case OWN_TRANSACTION -> !state.session().isEmpty() && connection.getAutoCommit() && !isInTransaction();
            default -> true;
        };
    }

    /** Goes on with a backend of its own, at a transaction's boundary, or refuses. */
    void moveFor(SessionFeature feature) throws SQLException {
        if (ownBackend) {
            return;
        }
        SessionConnections sessions = guard.sessions();
        if (sessions == null) {
            throw guard.refusal(feature, "the pooler gives each transaction another backend");
        }
        if (isInTransaction()) {
            throw guard.refusal(
                    feature, "it was first used within a transaction that already runs on a shared backend");
        }
        Connection target = sessions.borrow(feature);
        try {
            SessionMove.carryOver(connection, target, state.session());
        } catch (SQLException failed) {
            target.close();
            throw failed;
        }
        // Its statements may still be asked for what was bound to them, and it holds no backend.
        left = connection;
        connection = target;
        driver = target.unwrap(BaseConnection.class);
        ownBackend = true;
        generation++;
        face.moved(target);
    }

    Flight flight(KnownText text, GeneratedKeys keys, Set<String> names, boolean bindable) throws SQLException {
        boolean idle = transactionState() == TransactionState.IDLE;
        if (idle) {
            state.forgetApplied();
        }
        return FlightPlan.of(
                text,
                state,
                cleanup(names),
                keys,
                idle,
                transactionState() == TransactionState.FAILED,
                connection.getAutoCommit(),
                bindable);
    }

    private Cleanup cleanup(Set<String> names) {
        Set<String> all = names;
        if (!state.hiddenNames().isEmpty()) {
            all = new LinkedHashSet<>(names);
            all.addAll(state.hiddenNames());
        }
        Map<String, String> agreed = tracked;
        if (agreed == null) {
            // Before this session's first flight nothing can have changed it.
            agreed = guard.tracked(driver);
            tracked = agreed;
        }
        return guard.cleanup(agreed, all);
    }

    /** Takes over what a flight that arrived has changed. */
    void landed(KnownText text, Flight flight, Outcome outcome, Set<String> names, boolean wasFailed)
            throws SQLException {
        boolean autoCommit = connection.getAutoCommit();
        boolean sentOutsideTransaction = autoCommit && !isInTransaction();
        for (Step step : flight.steps()) {
            SqlPart part = step.part();
            if (step.purpose() == Purpose.CAPTURE) {
                outcome.told(step).forEach(this::captured);
            } else if (step.purpose() == Purpose.READ_BACK) {
                outcome.told(step).forEach((name, value) -> keep(name, value, sentOutsideTransaction));
            } else if (part != null && step.purpose() == Purpose.CALLER) {
                follow(part, sentOutsideTransaction, wasFailed);
            }
        }
        if (transactionState() == TransactionState.IDLE) {
            state.forgetApplied();
        } else {
            if (flight.tellsSettings()) {
                state.told();
            }
            if (text.mayHideState()) {
                state.hiddenStatePossible(names);
            }
        }
        noteDefinitions(text);
    }

    private void captured(String name, @Nullable String value) {
        if (value != null) {
            state.change(state.session().with(name, value), false);
        }
    }

    private void keep(String name, @Nullable String value, boolean outsideTransaction) {
        if (outsideTransaction) {
            Settings session = state.session();
            state.change(value == null ? session.without(name, state.defaults()) : session.with(name, value), false);
        } else {
            state.changedAtBackend(name, value);
        }
    }

    private void follow(SqlPart part, boolean outsideTransaction, boolean wasFailed) {
        switch (part.kind()) {
            case COMMIT, PREPARE_TRANSACTION -> {
                if (wasFailed) {
                    state.rolledBack();
                } else {
                    state.committed();
                }
            }
            case ROLLBACK -> state.rolledBack();
            case BEGIN -> {
                if (part.isolationGiven()) {
                    state.characteristicsChosen();
                }
            }
            case SAVEPOINT -> state.savepoint(part.name());
            case RELEASE -> state.release(part.name());
            case ROLLBACK_TO -> state.rollbackTo(part.name());
            case SET_TRANSACTION -> state.characteristicsChosen();
            case RESET -> part.resets().forEach(name -> keep(name, null, outsideTransaction));
            case RESET_ALL -> {
                state.change(state.defaults(), !outsideTransaction);
                state.serverDefaultsApplied();
            }
            case DISCARD_ALL -> {
                if (part.resets().contains("*")) {
                    state.discard();
                }
            }
            default -> {
                // An ordinary statement.
            }
        }
    }

    /** A flight that failed, after which a transaction of our own must not stay open. */
    void crashed(Flight flight) {
        if (flight.wrapped() && !connectionIsClosed() && transactionState() != TransactionState.IDLE) {
            try (Statement rollback = connection.createStatement()) {
                rollback.execute("ROLLBACK");
            } catch (SQLException lost) {
                guard.log("a transaction that failed could not be rolled back", lost);
            }
        }
        if (transactionState() == TransactionState.IDLE) {
            state.rolledBack();
        }
    }

    private boolean connectionIsClosed() {
        try {
            return connection.isClosed();
        } catch (SQLException unknown) {
            return true;
        }
    }

    private void noteDefinitions(KnownText text) {
        if (text.sql().definesCode()) {
            definesCode = true;
            guard.catalogueChanged();
        }
    }

    /** Knows a text; reads the catalogue again where this program changed it. */
    KnownText know(String sql) throws SQLException {
        if (ownBackend) {
            return KnownText.UNWATCHED;
        }
        if (guard.isCatalogueStale() && transactionState() != TransactionState.FAILED) {
            guard.readCatalogue(connection);
        }
        return guard.know(sql);
    }

    /** Tells the backend of the driver's transaction, in a round trip of its own, what the session has set. */
    void tellSeparately() throws SQLException {
        if (ownBackend
                || state.isSettled()
                || transactionState() == TransactionState.FAILED
                || (connection.getAutoCommit() && !isInTransaction())) {
            return;
        }
        boolean idle = transactionState() == TransactionState.IDLE;
        if (idle) {
            state.forgetApplied();
        }
        if (state.isSettled()) {
            return;
        }
        Flight flight = FlightPlan.settingsOnly(state, cleanup(Set.of()), idle);
        try (Statement statement = connection.createStatement()) {
            statement.execute(flight.sql());
        }
        state.told();
    }

    /**
     * Does what the driver does with statements of its own, so that they find the session's settings: in autocommit in a
     * transaction around it where there are any.
     */
    <T extends @Nullable Object> T withSettings(Work<T> work) throws SQLException {
        return withSettings(false, Set.of(), work);
    }

    /**
     * As {@link #withSettings(Work)}, for what may set something unseen.
     *
     * @param names of custom settings that it may set
     */
    <T extends @Nullable Object> T withSettings(boolean mayHideState, Set<String> names, Work<T> work)
            throws SQLException {
        if (ownBackend || (!mayHideState && state.isSettled())) {
            return work.run();
        }
        if (!connection.getAutoCommit() || isInTransaction()) {
            tellSeparately();
            T result = work.run();
            if (mayHideState) {
                state.hiddenStatePossible(names);
            }
            return result;
        }
        return inOwnTransaction(mayHideState, names, work);
    }

    /** Does several things of which all happen or none, as statements do that share a Sync in autocommit. */
    <T extends @Nullable Object> T together(Work<T> work) throws SQLException {
        return connection.getAutoCommit() && !isInTransaction() && !ownBackend
                ? inOwnTransaction(false, Set.of(), work)
                : work.run();
    }

    private <T extends @Nullable Object> T inOwnTransaction(boolean mayHideState, Set<String> names, Work<T> work)
            throws SQLException {
        // In autocommit the driver does not enforce it.
        boolean readOnly = connection.isReadOnly();
        if (readOnly) {
            connection.setReadOnly(false);
        }
        connection.setAutoCommit(false);
        boolean done = false;
        try {
            tellSeparately();
            T result = work.run();
            if (mayHideState) {
                state.hiddenStatePossible(names);
            }
            commit();
            done = true;
            return result;
        } finally {
            if (!done) {
                rollback();
            }
            connection.setAutoCommit(true);
            if (readOnly) {
                connection.setReadOnly(true);
            }
        }
    }

    void commit() throws SQLException {
        if (ownBackend) {
            connection.commit();
            return;
        }
        TransactionState before = transactionState();
        if (before == TransactionState.FAILED) {
            throw guard.refusal(
                    SessionFeature.COMMIT_OF_FAILED_TRANSACTION,
                    "a statement of the transaction has failed, so it can only be rolled back");
        }
        if (state.isHiddenStatePossible() && before == TransactionState.OPEN) {
            commitAndClean();
        } else {
            connection.commit();
        }
        state.committed();
        if (definesCode) {
            definesCode = false;
            guard.catalogueChanged();
        }
    }

    private void commitAndClean() throws SQLException {
        KnownText commit = guard.know("COMMIT");
        Flight flight = flight(commit, GeneratedKeys.NONE, Set.of(), false);
        try (Statement statement = connection.createStatement()) {
            statement.execute(flight.sql());
            Outcome outcome = Outcome.read(statement, flight, false);
            state.committed();
            for (Step step : flight.steps()) {
                if (step.purpose() == Purpose.CAPTURE) {
                    Map<String, @Nullable String> told = outcome.told(step);
                    told.forEach(this::captured);
                }
            }
        }
    }

    /** Leaves no transaction open and nothing set: not every pool that can be wrapped resets what it takes back. */
    void leave() throws SQLException {
        Connection before = left;
        if (before != null) {
            left = null;
            before.close();
        }
        if (connection.isClosed()) {
            return;
        }
        if (transactionState() != TransactionState.IDLE) {
            if (connection.getAutoCommit()) {
                // One that the program began by a text.
                try (Statement rollback = connection.createStatement()) {
                    rollback.execute("ROLLBACK");
                }
            } else {
                connection.rollback();
            }
        }
        state.discard();
        if (guard.names().isUnconfirmed(driver) && !ownBackend) {
            guard.names().confirm(driver);
        }
    }

    void rollback() throws SQLException {
        connection.rollback();
        state.rolledBack();
        definesCode = false;
    }

    /** What virtual state a text asks for that a call of the driver's cannot carry. */
    void refuseInCall(KnownText text, String call) throws SQLException {
        for (SessionFeature feature : text.features()) {
            if (guard.treatment(feature) == Treatment.VIRTUALISE
                    && feature != SessionFeature.HIDDEN_SETTING
                    && feature != SessionFeature.COMPUTED_SETTING) {
                throw guard.refusal(feature, "in " + call + ", which the driver sends in one piece");
            }
        }
    }

    /** Something that may fail as JDBC does. */
    @FunctionalInterface
    interface Work<T extends @Nullable Object> {
        T run() throws SQLException;
    }
}
