package com.scrapersky.session;

import com.scrapersky.session.internal.guard.PoolSafeConnection;
import com.scrapersky.session.internal.guard.TransactionId;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Executes on connections that are borrowed for one execution each. Thread-safe. */
final class FactoryTarget implements PipelineTarget {

    private final ConnectionSource connections;
    private final ContextBinding contexts;
    private final RetryPolicy retry;

    /** For how long the server is asked what became of a COMMIT without an answer; not at all where it is zero. */
    private final Duration commitCheck;

    FactoryTarget(ConnectionSource connections, ContextBinding contexts, RetryPolicy retry, Duration commitCheck) {
        this.connections = connections;
        this.contexts = contexts;
        this.retry = retry;
        this.commitCheck = commitCheck;
    }

    /** A connection in the context of the moment. */
    PoolSafeConnection borrow() {
        return connections.borrow(contexts.get());
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
    public Lease lease(Need need) {
        return new BorrowedLease(borrow(), need != Need.STATEMENT);
    }

    @Override
    public Attempts again(DatabaseException failure, @Nullable Attempts before) {
        Attempts next = failure.isNotExecuted() ? connections.again(retry, before, failure) : null;
        if (next == null) {
            throw failure;
        }
        return next;
    }

    @Override
    public void check() {}

    @Override
    public void begun(Pipeline pipeline) {}

    @Override
    public void left(Pipeline pipeline) {}
}
