package com.scrapersky.session.internal.guard;

import com.scrapersky.session.SessionFeature;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Consumer;

/** A connection with a backend of its own, which leaves nothing of its session behind when it is given back. */
public final class DiscardingConnection extends ForwardingConnection {

    /** What DISCARD ALL leaves: connections of dblink and the like, libraries, the seed of random(). */
    private static final Set<SessionFeature> OUTLIVING =
            EnumSet.of(SessionFeature.EXTENSION_STATE, SessionFeature.LIBRARY, SessionFeature.RANDOM_SEED);

    private final Runnable returned;
    private final Consumer<Connection> ending;
    private boolean outlived;
    private boolean closed;

    /**
     * @param returned is told once when it is closed
     * @param ending takes the connection out of its pool, and closes it
     */
    public DiscardingConnection(Connection delegate, Runnable returned, Consumer<Connection> ending) {
        super(delegate);
        this.returned = returned;
        this.ending = ending;
    }

    /** Something is used here. Where DISCARD ALL would leave it, the session ends with this use of it. */
    void uses(SessionFeature feature) {
        outlived |= OUTLIVING.contains(feature);
    }

    @Override
    public void close() throws SQLException {
        if (closed) {
            return;
        }
        closed = true;
        Connection connection = delegate;
        try (connection) {
            if (outlived) {
                ending.accept(connection);
            } else {
                discard();
            }
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
