package com.scrapersky.session.internal.guard;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;

/** An array whose rows lead back to the connection which the program knows. */
final class PoolSafeArray extends ForwardingArray {

    private final PoolSafeConnection connection;

    PoolSafeArray(Array delegate, PoolSafeConnection connection) {
        super(delegate);
        this.connection = connection;
    }

    @Override
    protected ResultSet wrap(ResultSet results) throws SQLException {
        return connection.ofTheDriver(results);
    }

    @Override
    protected Array wrap(Array array) {
        return new PoolSafeArray(array, connection);
    }

    /** The array as PostgreSQL writes it, which drivers and programs rely on. */
    @Override
    public String toString() {
        return delegate.toString();
    }
}
