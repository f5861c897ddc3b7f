package com.scrapersky.session;

import com.scrapersky.session.Replicas.Reading;
import com.scrapersky.session.internal.guard.ContextSettings;
import com.scrapersky.session.internal.guard.LogPosition;
import com.scrapersky.session.internal.guard.PoolSafeConnection;
import com.scrapersky.session.internal.guard.TransactionId;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How a factory, or a view of it, executes: on connections that are borrowed for one execution each. Thread-safe. */
final class FactoryTarget implements PipelineTarget {

    private final ConnectionSource connections;
    private final ContextBinding contexts;
    private final RetryPolicy retry;

    /** For how long the server is asked what became of a COMMIT without an answer; not at all where it is zero. */
    private final Duration commitCheck;

    private final @Nullable OperationObserver observer;

    /** Whether the work of a transaction may be done again. */
    private final boolean repeatable;

    FactoryTarget(
            ConnectionSource connections,
            ContextBinding contexts,
            RetryPolicy retry,
            Duration commitCheck,
            @Nullable OperationObserver observer,
            boolean repeatable) {
        this.connections = connections;
        this.contexts = contexts;
        this.retry = retry;
        this.commitCheck = commitCheck;
        this.observer = observer;
        this.repeatable = repeatable;
    }

    /** The same in another context. */
    FactoryTarget in(SessionContext context) {
        return new FactoryTarget(connections, contexts.fixed(context), retry, commitCheck, observer, repeatable);
    }

    /** The same with another policy. */
    FactoryTarget with(RetryPolicy policy) {
        return new FactoryTarget(connections, contexts, policy, commitCheck, observer, repeatable);
    }

    /** The same for work that may be done again. */
    FactoryTarget repeatable() {
        return new FactoryTarget(connections, contexts, retry, commitCheck, observer, true);
    }

    /** What says which context a session begins with. */
    ContextBinding contexts() {
        return contexts;
    }

    /** The context of the moment. */
    @Nullable
    ContextSettings context() {
        return contexts.get();
    }

    /** A connection to the primary. */
    PoolSafeConnection borrow(@Nullable ContextSettings context) {
        return connections.borrow(context);
    }

    /** A connection to a replica; null where a read has to go to the primary. */
    @Nullable
    Reading reading(@Nullable ContextSettings context) {
        Replicas replicas = connections.replicas();
        return replicas == null ? null : replicas.borrow(context);
    }

    /** Commits on the primary, and notes how far its log has got where reads may go elsewhere. */
    void commit(PoolSafeConnection connection, boolean readOnly) throws SQLException {
        Replicas replicas = connections.replicas();
        if (replicas == null || (readOnly && !replicas.isUncovered())) {
            connection.commit();
            return;
        }
        long before = replicas.untold();
        boolean told = false;
        try {
            String position = connection.commitTellingPosition();
            if (position != null) {
                replicas.wrote(LogPosition.parse(position), before);
                told = true;
            }
        } finally {
            if (!told && !readOnly) {
                replicas.mayHaveWritten();
            }
        }
    }

    /** Whether transactions have to be known by their numbers. */
    boolean checksCommits() {
        return !commitCheck.isZero();
    }

    /**
     * Returns where COMMIT succeeded although it failed.
     *
     * @param id the number of the transaction, where it was asked
     * @throws DatabaseException what is known of the transaction
     */
    void resolve(DatabaseException failure, @Nullable TransactionId id) {
        if (id == null || !(failure instanceof TransactionOutcomeUnknownException unknown)) {
            throw failure;
        }
        new LostCommit(connections, id, unknown).findOut(commitCheck);
    }

    @Override
    public @Nullable OperationObserver observer() {
        return observer;
    }

    @Override
    public Lease lease(Need need) {
        return new BorrowedLease(borrow(context()), need != Need.STATEMENT, connections.replicas());
    }

    @Override
    public Attempts again(DatabaseException failure, @Nullable Attempts before) {
        Attempts next = failure.isNotExecuted() ? connections.again(retry, before, failure) : null;
        if (next == null) {
            throw failure;
        }
        return next;
    }

    /**
     * Gets ready for doing the work of a transaction again, which the server has rolled back.
     *
     * @return null where it is not to be done again
     */
    @Nullable
    Attempts againAsAWhole(DatabaseException failure, @Nullable Attempts before) {
        boolean locked = "55P03".equals(failure.sqlState().orElse(null)) && !retry.isLockedRepeated();
        return repeatable && failure.isRetryable() && !failure.isCrowded() && !locked
                ? connections.again(retry, before, failure)
                : null;
    }

    @Override
    public void check() {}

    @Override
    public void begun(Pipeline pipeline) {}

    @Override
    public void left(Pipeline pipeline) {}
}
