package com.scrapersky.session.internal.guard;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** An array whose rows lead back to the statement which the program knows. */
final class PoolSafeArray extends ForwardingArray {

    private final @Nullable Statement statement;
    private final VirtualSession session;

    PoolSafeArray(Array delegate, @Nullable Statement statement, VirtualSession session) {
        super(delegate);
        this.statement = statement;
        this.session = session;
    }

    @Override
    protected ResultSet wrap(ResultSet results) {
        return new PoolSafeResultSet(results, statement, session);
    }

    @Override
    protected Array wrap(Array array) {
        return new PoolSafeArray(array, statement, session);
    }

    /** The array as PostgreSQL writes it, which drivers and programs rely on. */
    @Override
    public String toString() {
        return delegate.toString();
    }
}
