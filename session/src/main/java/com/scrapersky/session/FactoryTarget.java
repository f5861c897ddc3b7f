package com.scrapersky.session;

import com.scrapersky.session.internal.guard.PoolSafeConnection;
import org.jspecify.annotations.Nullable;

/** Executes on connections that are borrowed for one execution each. Thread-safe. */
final class FactoryTarget implements PipelineTarget {

    private final ConnectionSource connections;
    private final ContextBinding contexts;
    private final RetryPolicy retry;

    FactoryTarget(ConnectionSource connections, ContextBinding contexts, RetryPolicy retry) {
        this.connections = connections;
        this.contexts = contexts;
        this.retry = retry;
    }

    /** A connection in the context of the moment. */
    PoolSafeConnection borrow() {
        return connections.borrow(contexts.get());
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
