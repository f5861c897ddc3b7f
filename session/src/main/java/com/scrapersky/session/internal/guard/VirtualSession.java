package com.scrapersky.session.internal.guard;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.SessionStatistics;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
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

    /** What the user has set, from the first look at it on: most borrows end without one. */
    private @Nullable VirtualState state;

    private final PoolSafeConnection face;
    private Connection connection;

    /** Found when something asks for it, which an ordinary statement does not. */
    private @Nullable BaseConnection driver;

    /** Whether anything was done in this session that may have begun a transaction without the driver's knowing. */
    private boolean eventful;

    /** Whether the backend belongs to this session alone, and it has no context: nothing has to be watched. */
    private boolean ownBackend;

    /** Whether something was left at a backend that the pool keeps for the next session. */
    private boolean backendUsed;

    /** The connection before the move. */
    private @Nullable Connection left;

    /** Whether it has gone on with another connection: a statement made before belongs to the one that was left. */
    private boolean moved;

    /** When the open transaction executed its first statement, by {@link System#nanoTime()}; 0 where none did. */
    private long heldSince;

    VirtualSession(Guard guard, Connection connection, PoolSafeConnection face, @Nullable ContextSettings context)
            throws SQLException {
        this.guard = guard;
        this.face = face;
        this.connection = connection;
        this.ownBackend = guard.isPassThrough() && context == null;
    }

    /**
     * What the session is bound to, whose settings are told to each transaction wherever it runs. The connection holds it: a
     * field more here would make each borrow cost eight bytes.
     */
    @Nullable
    ContextSettings context() {
        return face.context();
    }

    /** The settings that the session begins with. */
    Settings start() {
        ContextSettings context = context();
        return context == null ? guard.defaults() : guard.start(context);
    }

    /** Whether the backend belongs to this session alone although it is watched. */
    boolean isBackendKept() {
        return guard.isPassThrough() || moved;
    }

    Guard guard() {
        return guard;
    }

    Connection connection() {
        return connection;
    }

    PoolSafeConnection face() {
        return face;
    }

    BaseConnection driver() throws SQLException {
        BaseConnection known = driver;
        if (known == null) {
            known = CheckedConnection.driver(connection);
            driver = known;
        }
        return known;
    }

    /**
     * Lets each transaction be asked for its number, in the flush of its first statement; by then the session must have done
     * nothing. With a backend of its own it is watched for that as one with a context is.
     */
    void askForTransactionIds() throws SQLException {
        askFirst(TransactionId.question(driver()));
    }

    /** Lets a statement go in front of each transaction's first one; where it fails that one is not executed. */
    void askFirst(String question) {
        state().askFirst(question);
        ownBackend = false;
    }

    boolean hasFirstQuestion() {
        VirtualState mine = state;
        return mine != null && mine.question() != null;
    }

    /** The number of the open transaction, where it was asked. */
    @Nullable
    TransactionId transactionId() {
        VirtualState mine = state;
        return mine == null ? null : mine.transactionId();
    }

    /** A text goes to the driver, which has a name for it or not. */
    void executes(boolean named) {
        guard.counters().executed(named);
        holds();
    }

    /** A text goes to the driver right behind the settings that the session begins with. */
    void executesInContext(boolean named) {
        if (context() != null) {
            guard.counters().executedInContext(named);
        } else {
            guard.counters().executed(named);
        }
        holds();
    }

    /** A text goes to the driver behind what the session tells its backend. */
    void executes(Flight flight) {
        if (flight.tellsSettings() && context() != null) {
            guard.counters().executedInContext(false);
        } else {
            guard.counters().executed(false);
        }
        holds();
    }

    /** What is executed now holds a backend until its transaction ends, where that is not at once. */
    void holds() {
        if (heldSince == 0 && !isAutoCommit()) {
            heldSince = now();
        }
    }

    private boolean isAutoCommit() {
        try {
            return connection.getAutoCommit();
        } catch (SQLException closed) {
            // It holds nothing any more, and what is executed on it will say so.
            return true;
        }
    }

    /** As {@link #holds()}, for a transaction that a text or a pipeline has begun. */
    void began() {
        if (heldSince == 0) {
            heldSince = now();
        }
    }

    private static long now() {
        long now = System.nanoTime();
        return now == 0 ? 1 : now;
    }

    /** The transaction that was held has ended. */
    void released(SessionStatistics.Outcome outcome) {
        long since = heldSince;
        if (since != 0) {
            heldSince = 0;
            guard.counters().ended(outcome, System.nanoTime() - since);
        }
    }

    /** Something failed; what poolers tell is counted. */
    SQLException failed(SQLException failure) {
        guard.counters().failed(failure);
        return failure;
    }

    /**
     * What may have been sent together with others has failed. Where the pooler may not answer this connection any more it is asked
     * for an answer, and given up where none comes. One round trip, behind such a pooler only.
     */
    void failedTogether() {
        if (losesCount() && !isGivenUp() && !isAnswered()) {
            state().giveUp();
            StatementNames.tellPool(connection);
        }
    }

    private boolean isAnswered() {
        try {
            return AnswerCheck.isAnswered(driver());
        } catch (SQLException closed) {
            // Which is told by itself.
            return true;
        }
    }

    /** Whether the pooler did not answer any more: the connection is closed, and its transaction has ended with it. */
    boolean isGivenUp() {
        VirtualState mine = state;
        return mine != null && mine.isGivenUp();
    }

    /** Something went to the driver that is no known, harmless text. */
    void happened() {
        eventful = true;
    }

    boolean isEventful() {
        return eventful;
    }

    /** What the user has set; null where nobody has looked at it yet. */
    @Nullable
    VirtualState stateIfAny() {
        return state;
    }

    /** Nothing will be sent any more. */
    void forgetState() {
        state = null;
    }

    VirtualState state() {
        VirtualState mine = state;
        if (mine == null) {
            mine = new VirtualState(start(), guard.startup());
            state = mine;
        }
        return mine;
    }

    /** Whether the backend, as far as this session is concerned, is as it wants it. */
    boolean isSettled() {
        VirtualState mine = state;
        return mine == null ? start() == Settings.NONE : mine.isSettled();
    }

    boolean hasOwnBackend() {
        return ownBackend;
    }

    /** Changes when the connection does, which it does once at the most. */
    int generation() {
        return moved ? 1 : 0;
    }

    /** Whether the driver's names for statements go through a pooler here, and are looked after. */
    boolean areNamesCarried() {
        return guard.names().areLookedAfter() && !moved;
    }

    /** Whether statements are better not sent together ({@link Guard#losesCount}). */
    boolean losesCount() {
        return guard.losesCount() && !moved;
    }

    TransactionState transactionState() {
        try {
            return driver().getTransactionState();
        } catch (SQLException closed) {
            // What the pool has closed has no transaction.
            return TransactionState.IDLE;
        }
    }

    /** Whether a transaction is open, at the server or as far as the driver would have begun one. */
    boolean isInTransaction() {
        VirtualState mine = state;
        return (mine != null && mine.isBegun()) || transactionState() != TransactionState.IDLE;
    }

    /** Whether {@code text} can go out at once, as it is. The hot path: two comparisons of references. */
    boolean isStraight(KnownText text) {
        return ownBackend || (text.clean() && isSettled());
    }

    /** Notes what a later question about a sequence may be about. */
    void drew(KnownText text) throws SQLException {
        VirtualState mine = state;
        if (mine != null && !mine.drawn().isEmpty() && SequenceUse.mayChangeNames(text)) {
            mine.searchPathMayChange();
        }
        if (!text.draws().isEmpty() && !ownBackend && (!connection.getAutoCommit() || isInTransaction())) {
            state().drew(text.draws());
        }
    }

    /** Something that stays at a backend of the session's own; others get it afterwards. */
    void usesBackend(SessionFeature feature) {
        backendUsed = true;
        uses(feature);
    }

    boolean isBackendUsed() {
        return backendUsed;
    }

    /** Goes on with a backend of its own, which {@code feature} needs. */
    void goOnWith(Connection target, SessionFeature feature) throws SQLException {
        // Its statements may still be asked for what was bound to them, and it holds no backend.
        left = connection;
        connection = target;
        driver = CheckedConnection.driver(target);
        VirtualState mine = state;
        if (mine != null) {
            mine.track(null);
        }
        uses(feature);
        ownBackend = context() == null;
        moved = true;
        face.moved(target);
    }

    /** Gives the connection back that was left, and says whether there was one. */
    boolean giveBackLeft() throws SQLException {
        Connection before = left;
        if (before == null) {
            return false;
        }
        left = null;
        before.close();
        return true;
    }

    /** What the pooler set for this client, as it was before the session's first flight. */
    Map<String, String> tracked() throws SQLException {
        VirtualState mine = state();
        Map<String, String> agreed = mine.tracked();
        if (agreed == null) {
            // Before this session's first flight nothing can have changed it.
            agreed = guard.tracked(driver());
            mine.track(agreed);
        }
        return agreed;
    }

    /** On a session connection that others get afterwards. */
    private void uses(SessionFeature feature) {
        if (connection instanceof DiscardingConnection lent) {
            lent.uses(feature);
        }
    }

    /** Knows a text; reads the catalogue again where this program changed it. */
    KnownText know(String sql) throws SQLException {
        if (ownBackend) {
            if (moved) {
                guard.know(sql).features().forEach(this::uses);
            }
            return KnownText.UNWATCHED;
        }
        if (guard.isCatalogueStale() && transactionState() != TransactionState.FAILED) {
            guard.readCatalogue(connection);
        }
        return guard.know(sql);
    }

    /** Whether the session has set nothing, so that the driver's own way is its way. */
    boolean isUntouched() {
        VirtualState mine = state;
        return isSettled()
                && (mine == null
                        || (mine.session().isEmpty()
                                && !mine.isChangedInTransaction()
                                && !mine.isHiddenStatePossible()));
    }
}
