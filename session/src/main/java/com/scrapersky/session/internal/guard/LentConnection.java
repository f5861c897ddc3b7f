package com.scrapersky.session.internal.guard;

import java.sql.SQLException;
import java.sql.SQLNonTransientException;
import java.util.concurrent.Executor;

/** The connection of a session, whose transaction is not its user's to end. */
public final class LentConnection extends ForwardingConnection {

    /** SQLSTATE 2D000, invalid transaction termination. */
    private static final String INVALID_TERMINATION = "2D000";

    /** From now on the connection's statements answer for this view of it. */
    public LentConnection(PoolSafeConnection connection) {
        super(connection);
        connection.lendAs(this);
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return type.isInstance(this) ? type.cast(this) : delegate.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || delegate.isWrapperFor(type);
    }

    /** Does nothing: the session gives its connection back. */
    @Override
    public void close() {}

    @Override
    public void commit() throws SQLException {
        throw refused("commit");
    }

    @Override
    public void rollback() throws SQLException {
        throw refused("rollback");
    }

    @Override
    public void abort(Executor executor) throws SQLException {
        throw refused("abort");
    }

    @Override
    public void setAutoCommit(boolean autoCommit) throws SQLException {
        if (autoCommit) {
            throw refused("setAutoCommit(true)");
        }
    }

    private static SQLException refused(String call) {
        return new SQLNonTransientException(
                call
                        + " on the connection of a session: the session ends its transaction itself. Return from the work to"
                        + " commit, throw or call setRollbackOnly() to roll back",
                INVALID_TERMINATION);
    }
}
