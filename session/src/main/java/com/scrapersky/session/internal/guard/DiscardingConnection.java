package com.scrapersky.session.internal.guard;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** A connection with a backend of its own, which leaves nothing of its session behind when it is given back. */
public final class DiscardingConnection extends ForwardingConnection {

    private final Runnable returned;
    private boolean closed;

    /** @param returned is told once when it is closed */
    public DiscardingConnection(Connection delegate, Runnable returned) {
        super(delegate);
        this.returned = returned;
    }

    @Override
    public void close() throws SQLException {
        if (closed) {
            return;
        }
        closed = true;
        Connection connection = delegate;
        try (connection) {
            discard();
        } finally {
            returned.run();
        }
    }

    private void discard() throws SQLException {
        if (delegate.isClosed()) {
            return;
        }
        try {
            if (!delegate.getAutoCommit()) {
                delegate.rollback();
                delegate.setAutoCommit(true);
            }
            delegate.setReadOnly(false);
            try (Statement statement = delegate.createStatement()) {
                // A transaction that the program began by a text; nothing but a warning where there is none.
                statement.execute("ROLLBACK");
                statement.execute("DISCARD ALL");
            }
        } catch (SQLException dirty) {
            // A session that cannot be cleaned must not be met by the next one.
            delegate.abort(Runnable::run);
            throw dirty;
        }
    }

    @Override
    public boolean isClosed() throws SQLException {
        return closed || delegate.isClosed();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return type.isInstance(this)
                ? type.cast(this)
                : type.isInstance(delegate) ? type.cast(delegate) : delegate.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || type.isInstance(delegate) || delegate.isWrapperFor(type);
    }
}
