package com.scrapersky.session.internal.guard;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Executor;
import org.postgresql.core.BaseConnection;

/** A connection below the pool, whose pool asks it whether it lives: that needs no backend. */
public final class CheckedConnection extends ForwardingConnection {

    private final BaseConnection driver;

    public CheckedConnection(Connection delegate) throws SQLException {
        super(delegate);
        this.driver = delegate.unwrap(BaseConnection.class);
        ConnectionCheck.keepAlive(driver);
    }

    /**
     * The driver's connection under {@code connection}. To look for one of these first costs a comparison of two classes; to
     * look for an interface, as long as there is a wrapper that does not have it, costs a search through all that it has.
     */
    static BaseConnection driver(Connection connection) throws SQLException {
        return connection.isWrapperFor(CheckedConnection.class)
                ? connection.unwrap(CheckedConnection.class).driver
                : connection.unwrap(BaseConnection.class);
    }

    @Override
    public boolean isValid(int timeout) throws SQLException {
        return timeout < 0
                ? delegate.isValid(timeout)
                : !delegate.isClosed() && ConnectionCheck.stands(driver, timeout);
    }

    /** A pooler leaves a query running whose client has gone, and so does the server: it is cancelled first. */
    @Override
    public void abort(Executor executor) throws SQLException {
        cancelRunning(driver);
        delegate.abort(executor);
    }

    static void cancelRunning(BaseConnection driver) throws SQLException {
        if (!driver.isClosed()) {
            driver.cancelQuery();
        }
    }

    /**
     * What HikariCP asks of a pool's first connection, to put it back where a program has changed it; behind a pooler no
     * program's level gets here.
     */
    @Override
    public int getTransactionIsolation() {
        return TRANSACTION_READ_COMMITTED;
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
