package com.scrapersky.session;

import com.scrapersky.session.Errors.Phase;
import com.scrapersky.session.OperationObserver.Observed;
import com.scrapersky.session.Replicas.Reading;
import com.scrapersky.session.SessionStatistics.Outcome;
import com.scrapersky.session.StatementTarget.Need;
import com.scrapersky.session.internal.guard.ContextSettings;
import com.scrapersky.session.internal.guard.LentConnection;
import com.scrapersky.session.internal.guard.PoolSafeConnection;
import com.scrapersky.session.internal.guard.TransactionId;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.TransactionState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The transaction of a session: its connection, which may change before the first statement, the statements and cursors on it,
 * and its end. For the thread that opened it.
 */
// Over 400 lines, because it is one state: what was executed decides which connection it may still go on with.
final class SessionTransaction implements PipelineTarget {

    private static final Logger LOG = LoggerFactory.getLogger(SessionTransaction.class);

    private final FactoryTarget factory;
    private final boolean readOnly;
    private final Thread owner = Thread.currentThread();
    private final List<Cursor<?>> cursors = new ArrayList<>();
    private final List<Pipeline> waiting = new ArrayList<>();
    private final StatementLease lease = new StatementLease();
    private final @Nullable ContextSettings context;
    private final @Nullable Observed observed;

    /** Where the session reads, where that is not the primary. */
    private @Nullable Reading reading;

    /** Whether the first statement failed for its replica, and is executed by the primary. */
    private boolean leavingReplica;

    private PoolSafeConnection connection;
    private boolean autoCommitBefore;
    private boolean readOnlyBefore;

    /** Whether anything was executed, or may have been behind the session's back. */
    private boolean touched;

    private @Nullable String ended;
    private @Nullable DatabaseException firstFailure;
    private @Nullable Connection guarded;
    private boolean executing;
    private boolean rollbackOnly;

    /** What becomes of the transaction, as far as is known. */
    private Outcome outcome = Outcome.ROLLED_BACK;

    SessionTransaction(FactoryTarget factory, boolean readOnly) {
        this.factory = factory;
        this.readOnly = readOnly;
        Observed observed = OperationWatch.beginTransaction(factory.observer(), readOnly);
        this.observed = observed;
        try {
            ContextSettings context = factory.context();
            Reading given = readOnly ? factory.reading(context) : null;
            this.reading = given;
            this.context = context;
            this.connection = given == null ? factory.borrow(context) : given.connection();
            begin();
        } catch (RuntimeException | Error failure) {
            OperationWatch.end(observed, Outcome.ROLLED_BACK, failure);
            throw failure;
        }
    }

    /** Sends nothing: pgjdbc puts BEGIN, or BEGIN READ ONLY, in front of the first statement. */
    private void begin() {
        try {
            autoCommitBefore = connection.getAutoCommit();
            readOnlyBefore = connection.isReadOnly();
            if (readOnly != readOnlyBefore) {
                connection.setReadOnly(readOnly);
            }
            connection.setAutoCommit(false);
            if (!readOnly && factory.checksCommits()) {
                connection.askForTransactionIds();
            }
        } catch (SQLException error) {
            Reading from = reading;
            if (from != null) {
                from.answered();
            }
            ConnectionSource.giveBack(connection);
            throw Errors.noConnection("", error);
        }
    }

    /** Nothing of the transaction was executed: it goes on over another connection. */
    @Override
    public @Nullable Attempts again(DatabaseException failure, @Nullable Attempts before) {
        if (leavingReplica) {
            leaveReplica();
            return before;
        }
        if (touched || guarded != null) {
            throw failure;
        }
        Attempts next = factory.again(failure, before);
        goOnAtPrimary();
        return next;
    }

    private void goOnAtPrimary() {
        giveBackUnused();
        connection = factory.borrow(context);
        begin();
        firstFailure = null;
    }

    /** Nothing was read yet: the session reads from the primary. */
    private void leaveReplica() {
        leavingReplica = false;
        Reading from = reading;
        if (from != null) {
            from.answered();
        }
        reading = null;
        goOnAtPrimary();
    }

    /** Before something that cannot be done again where the replica turns out to be behind. */
    private void avoidDoubtfulReplica() {
        Reading from = reading;
        if (from != null && !touched && guarded == null && from.isInQuestion()) {
            leaveReplica();
        }
    }

    /** Not every refusal ends the connection, and not every pool that can be wrapped ends a transaction. */
    private void giveBackUnused() {
        try (PoolSafeConnection refused = connection) {
            if (!refused.isClosed()) {
                refused.rollback();
                giveBackAsItWas();
            }
        } catch (SQLException gone) {
            LOG.debug("a connection whose first statement was refused is given up", gone);
        }
    }

    @Override
    public Lease lease(Need need) {
        check();
        if (need != Need.STATEMENT) {
            avoidDoubtfulReplica();
        }
        executing = need != Need.CURSOR;
        return lease;
    }

    @Override
    public boolean isLeavingReplica() {
        return leavingReplica;
    }

    @Override
    public void begun(Pipeline pipeline) {
        waiting.add(pipeline);
    }

    @Override
    public void left(Pipeline pipeline) {
        waiting.remove(pipeline);
    }

    Savepoint setSavepoint() {
        check();
        avoidDoubtfulReplica();
        touched = true;
        return control("SAVEPOINT", connection::setSavepoint);
    }

    void release(Savepoint savepoint) {
        control("RELEASE SAVEPOINT", () -> {
            connection.releaseSavepoint(savepoint);
            return savepoint;
        });
    }

    /**
     * Undoes what work has done.
     *
     * @param before the failure that the transaction had before it, if any
     * @param failure the work's, which is being told
     */
    void rollbackTo(Savepoint savepoint, @Nullable DatabaseException before, Throwable failure) {
        try {
            connection.rollback(savepoint);
        } catch (SQLException error) {
            failure.addSuppressed(Errors.transactionControl(error, Phase.TRANSACTION, "ROLLBACK TO SAVEPOINT"));
        }
        firstFailure = before;
    }

    /** The first statement that failed, as far as it is not undone. */
    @Nullable
    DatabaseException firstFailure() {
        return firstFailure;
    }

    boolean isFailed() {
        return connection.transactionState() == TransactionState.FAILED;
    }

    /** The connection itself, as its user may have it. */
    Connection connection() {
        check();
        Connection view = guarded;
        if (view == null) {
            avoidDoubtfulReplica();
            view = new LentConnection(connection);
            guarded = view;
        }
        return view;
    }

    void setRollbackOnly() {
        check();
        rollbackOnly = true;
    }

    boolean isRollbackOnly() {
        return rollbackOnly;
    }

    boolean isOver() {
        return ended != null;
    }

    /**
     * Ends it, and gives the connection back.
     *
     * @param cause what made it end, which an observer is told
     */
    void end(boolean commit, @Nullable Throwable cause) {
        check();
        Throwable told = cause;
        try {
            endTransaction(commit);
        } catch (TransactionOutcomeUnknownException failure) {
            outcome = Outcome.UNKNOWN;
            told = failure;
            throw failure;
        } catch (RuntimeException | Error failure) {
            told = failure;
            throw failure;
        } finally {
            OperationWatch.end(observed, outcome, told);
        }
    }

    private void endTransaction(boolean commit) {
        Reading from = reading;
        if (from != null) {
            from.answered();
        }
        boolean lost = isLost();
        boolean failed = !lost && isFailed();
        boolean forgotten = commit && !rollbackOnly && !waiting.isEmpty();
        boolean committing = commit && !lost && !failed && !rollbackOnly && !forgotten;
        TransactionId id = committing ? connection.transactionId() : null;
        try (PoolSafeConnection ending = connection) {
            closeCursors();
            ended = committing ? "committed" : "rolled back";
            if (committing && from != null) {
                from.done();
                ending.commit();
                outcome = Outcome.COMMITTED;
            } else if (committing) {
                outcome = Outcome.FAILED;
                factory.commit(ending, readOnly);
                outcome = Outcome.COMMITTED;
            } else {
                ending.rollback();
            }
            giveBackAsItWas();
        } catch (SQLException error) {
            // A rollback that did not arrive is one all the same: the server rolls back what nobody committed.
            if (committing) {
                factory.resolve(
                        Errors.transactionControl(error, readOnly ? Phase.READ_ONLY : Phase.COMMIT, "COMMIT"), id);
                outcome = Outcome.COMMITTED;
            }
        }
        if (commit && lost) {
            throw Errors.lostBeforeCommit(firstFailure);
        } else if (commit && failed) {
            throw Errors.commitOfFailedTransaction(firstFailure);
        } else if (forgotten) {
            throw Errors.usage(
                    "the transaction was rolled back: a pipeline in it has statements that were never executed",
                    "call execute() on every pipeline before the session ends");
        }
    }

    /** Not every pool that can be wrapped resets what it takes back. */
    private void giveBackAsItWas() throws SQLException {
        if (connection.isClosed()) {
            return;
        }
        connection.setAutoCommit(autoCommitBefore);
        if (readOnly != readOnlyBefore) {
            connection.setReadOnly(readOnlyBefore);
        }
    }

    /** Whether the pool has thrown the connection away since, because an error told that it is gone. */
    private boolean isLost() {
        return control("reading the connection's state", connection::isClosed);
    }

    private void closeCursors() {
        // A cursor takes itself out of the list when it is closed.
        for (Cursor<?> cursor : List.copyOf(cursors)) {
            cursor.cutOff();
        }
    }

    private <R> R control(String command, Control<R> control) {
        try {
            return control.run();
        } catch (SQLException error) {
            throw Errors.transactionControl(error, Phase.TRANSACTION, command);
        }
    }

    private void checkThread() {
        if (Thread.currentThread() != owner) {
            throw Errors.usage(
                    "the session was opened by thread \"" + owner.getName() + "\" and is used by thread \""
                            + Thread.currentThread().getName() + "\"",
                    "give each thread a session of its own; a session is one transaction of one thread");
        }
    }

    /** Refuses a use from another thread, after the end, and while a statement is being executed. */
    @Override
    public void check() {
        checkThread();
        if (ended != null) {
            throw Errors.usage(
                    "the session is over, its transaction was " + ended,
                    "open another session for another transaction");
        }
        checkNotExecuting();
    }

    private void checkNotExecuting() {
        if (executing) {
            throw Errors.usage(
                    "the session is used again while one of its statements is still delivering rows, or a COPY is under way",
                    "read the rows first, then use the session; or use stream(), whose rows may be worked on one by one");
        }
    }

    @FunctionalInterface
    private interface Control<R> {
        R run() throws SQLException;
    }

    /** One for all statements of the session: they come one after the other. */
    private final class StatementLease implements Lease {

        private @Nullable DatabaseException failed;

        @Override
        public PoolSafeConnection connection() {
            return connection;
        }

        @Override
        public boolean isAlone() {
            return false;
        }

        @Override
        public Phase phase() {
            return !touched ? Phase.FIRST_OF_TRANSACTION : readOnly ? Phase.READ_ONLY : Phase.TRANSACTION;
        }

        @Override
        public void check() {
            checkThread();
            // A COPY holds the driver: whoever asked it for another page of a cursor would wait for ever.
            checkNotExecuting();
        }

        @Override
        public void failed(DatabaseException failure) {
            if (firstFailure == null) {
                firstFailure = failure;
            }
            failed = failure;
        }

        @Override
        public void abandon() {
            // The work that sees the error decides about its transaction.
        }

        @Override
        public void holdOpen(Cursor<?> cursor) {
            cursors.add(cursor);
        }

        @Override
        public void letGo(Cursor<?> cursor) {
            cursors.remove(cursor);
        }

        @Override
        public void close() {
            executing = false;
            DatabaseException failure = failed;
            failed = null;
            Reading from = reading;
            leavingReplica = failure != null
                    && from != null
                    && !touched
                    && guarded == null
                    && Replicas.isReplicasFault(from, failure);
            // What was refused before it was executed leaves the session as it was.
            touched |= failure == null || !(leavingReplica || failure.isNotExecuted());
            if (touched && from != null) {
                from.answered();
            }
        }
    }
}
