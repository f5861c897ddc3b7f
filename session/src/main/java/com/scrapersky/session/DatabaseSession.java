package com.scrapersky.session;

import com.scrapersky.session.Errors.Phase;
import com.scrapersky.session.Replicas.Reading;
import com.scrapersky.session.StatementTarget.Need;
import com.scrapersky.session.internal.guard.ContextSettings;
import com.scrapersky.session.internal.guard.LentConnection;
import com.scrapersky.session.internal.guard.PoolSafeConnection;
import com.scrapersky.session.internal.guard.TransactionId;
import com.scrapersky.session.internal.sql.NamedSql;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.TransactionState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One transaction on one connection, for one thread.
 *
 * <p>{@link DatabaseSessionFactory#read} and {@link DatabaseSessionFactory#write} hand one to their work and end it;
 * {@link DatabaseSessionFactory#openSession()} gives one that its owner ends:
 *
 * <pre>{@code
 * try (DatabaseSession session = sessions.openSession()) {
 *     session.sql("update accounts set balance = balance - :amount where id = :id").params(debit).update();
 *     session.commit();
 * } // rolled back unless committed
 * }</pre>
 *
 * <p><b>Thread safety.</b> None: every use from a thread other than the one that opened it, and every use while one of its
 * own statements is still delivering rows to a constructor or setter, is a {@link SessionUsageException}.
 *
 * <p><b>Round trips.</b> BEGIN travels with the first statement, so a transaction of n statements takes n + 1; a session
 * that executes nothing takes none and holds no backend. Savepoint, release and rollback to a savepoint take one each.
 */
public final class DatabaseSession implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseSession.class);

    private final FactoryTarget factory;
    private final Function<String, NamedSql> scanner;
    private final boolean readOnly;
    private final boolean endedByFactory;
    private final Thread owner = Thread.currentThread();
    private final List<Cursor<?>> cursors = new ArrayList<>();
    private final List<Pipeline> waiting = new ArrayList<>();
    private final StatementLease lease = new StatementLease();
    private final SessionTarget target = new SessionTarget();
    private final @Nullable ContextSettings context;

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

    DatabaseSession(
            FactoryTarget factory, Function<String, NamedSql> scanner, boolean readOnly, boolean endedByFactory) {
        this.factory = factory;
        this.scanner = scanner;
        this.readOnly = readOnly;
        this.endedByFactory = endedByFactory;
        ContextSettings context = factory.context();
        Reading given = readOnly ? factory.reading(context) : null;
        this.reading = given;
        this.context = context;
        this.connection = given == null ? factory.borrow(context) : given.connection();
        begin();
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
    private @Nullable Attempts again(DatabaseException failure, @Nullable Attempts before) {
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

    /** A statement in this transaction. Costs no round trip until one of its methods executes it. */
    public SqlStatement sql(String text) {
        checkUsable();
        return new SqlStatement(target, scanner.apply(text));
    }

    /**
     * Begins a pipeline in this transaction: statements that are sent together by {@link Pipeline#execute()}, in one round
     * trip. A session that ends before a pipeline with statements is executed is rolled back, with an error.
     */
    public Pipeline pipeline() {
        checkUsable();
        return new Pipeline(target, scanner);
    }

    /**
     * Lets {@code work} put statements into a pipeline in this transaction, executes it, and returns what the work returned:
     * a {@link Result}, or something made of several.
     */
    public <T extends @Nullable Object> T pipeline(Function<Pipeline, T> work) {
        Pipeline pipeline = pipeline();
        return pipeline.executeAfter(work);
    }

    /** A COPY in this transaction, to load rows or to unload them. Costs nothing until one of its methods executes it. */
    public Copy copy(String text) {
        checkUsable();
        return new Copy(target, scanner.apply(text));
    }

    /**
     * Does {@code work} under a savepoint: when it throws, what it did is undone and the rest of the transaction goes on as
     * if it had not been. Two round trips beside those of the work.
     *
     * @throws TransactionRolledBackException if the work returns normally although one of its statements failed; its
     *     effects are undone
     */
    public <T extends @Nullable Object, X extends Exception> T savepoint(SessionWork<T, X> work) throws X {
        checkUsable();
        avoidDoubtfulReplica();
        DatabaseException failureBefore = firstFailure;
        touched = true;
        Savepoint savepoint = control("SAVEPOINT", connection::setSavepoint);
        boolean done = false;
        try {
            T result = work.run(this);
            if (isFailed()) {
                throw Errors.commitOfFailedTransaction(firstFailure);
            }
            done = true;
            control("RELEASE SAVEPOINT", () -> {
                connection.releaseSavepoint(savepoint);
                return savepoint;
            });
            return result;
        } catch (Throwable failure) {
            if (!done) {
                undo(savepoint, failure);
                firstFailure = failureBefore;
            }
            throw failure;
        }
    }

    private void undo(Savepoint savepoint, Throwable failure) {
        try {
            connection.rollback(savepoint);
        } catch (SQLException error) {
            failure.addSuppressed(Errors.transactionControl(error, Phase.TRANSACTION, "ROLLBACK TO SAVEPOINT"));
        }
    }

    /** Lets the work go on, and rolls back instead of committing at its end. No round trip. */
    public void setRollbackOnly() {
        checkUsable();
        rollbackOnly = true;
    }

    /** Whether the transaction will be rolled back at its end because {@link #setRollbackOnly()} was called. */
    public boolean isRollbackOnly() {
        return rollbackOnly;
    }

    /**
     * The JDBC connection of this transaction, for what takes one. Its transaction stays this session's: {@code commit},
     * {@code rollback} without a savepoint, {@code setAutoCommit} and {@code abort} are refused with an
     * {@link java.sql.SQLNonTransientException}, and {@code close} does nothing.
     */
    public Connection connection() {
        checkUsable();
        Connection view = guarded;
        if (view == null) {
            avoidDoubtfulReplica();
            view = new LentConnection(connection);
            guarded = view;
        }
        return view;
    }

    /**
     * Commits. The session is over then. One round trip where statements were executed, else none.
     *
     * @throws TransactionRolledBackException if a statement had failed before, or the server would not commit
     * @throws TransactionOutcomeUnknownException if the connection was lost while the answer was awaited
     */
    public void commit() {
        refuseEndingByWork("commit");
        end(true);
    }

    /** Rolls back. The session is over then. One round trip where statements were executed, else none. */
    public void rollback() {
        refuseEndingByWork("rollback");
        end(false);
    }

    /** Rolls back unless the session was committed, and gives the connection back. */
    @Override
    public void close() {
        if (ended == null) {
            refuseEndingByWork("close");
            end(false);
        }
    }

    /** Ends the transaction of work that returned normally. */
    void finish() {
        end(true);
    }

    /** Ends the transaction of work that failed; whatever goes wrong now is told with {@code failure}. */
    void abandon(Throwable failure) {
        try {
            end(false);
        } catch (DatabaseException second) {
            failure.addSuppressed(second);
        }
    }

    private void end(boolean commit) {
        checkUsable();
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
            } else if (committing) {
                factory.commit(ending, readOnly);
            } else {
                ending.rollback();
            }
            giveBackAsItWas();
        } catch (SQLException error) {
            // A rollback that did not arrive is one all the same: the server rolls back what nobody committed.
            if (committing) {
                factory.resolve(
                        Errors.transactionControl(error, readOnly ? Phase.READ_ONLY : Phase.COMMIT, "COMMIT"), id);
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

    private boolean isFailed() {
        return connection.transactionState() == TransactionState.FAILED;
    }

    private void closeCursors() {
        // A cursor takes itself out of the list when it is closed.
        for (Cursor<?> cursor : List.copyOf(cursors)) {
            cursor.cutOff();
        }
    }

    private Lease lease(Need need) {
        checkUsable();
        if (need != Need.STATEMENT) {
            avoidDoubtfulReplica();
        }
        executing = need != Need.CURSOR;
        return lease;
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

    private void checkUsable() {
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

    private void refuseEndingByWork(String what) {
        if (endedByFactory) {
            throw Errors.usage(
                    what + " in the work of read(…) or write(…), which end the transaction themselves",
                    "return to commit, throw or call setRollbackOnly() to roll back; or use openSession()");
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

    /** One for all that is executed in this session. */
    private final class SessionTarget implements PipelineTarget {

        @Override
        public @Nullable Attempts again(DatabaseException failure, @Nullable Attempts before) {
            return DatabaseSession.this.again(failure, before);
        }

        @Override
        public boolean isLeavingReplica() {
            return leavingReplica;
        }

        @Override
        public Lease lease(Need need) {
            return DatabaseSession.this.lease(need);
        }

        @Override
        public void check() {
            checkUsable();
        }

        @Override
        public void begun(Pipeline pipeline) {
            waiting.add(pipeline);
        }

        @Override
        public void left(Pipeline pipeline) {
            waiting.remove(pipeline);
        }
    }
}
