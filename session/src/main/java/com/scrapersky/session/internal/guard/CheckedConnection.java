package com.scrapersky.session.internal.guard;

import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;

/** A connection below the pool, whose pool asks it whether it lives: that needs no backend. */
public final class CheckedConnection extends ForwardingConnection {

    private final PGConnection driver;

    public CheckedConnection(Connection delegate) throws SQLException {
        super(delegate);
        this.driver = delegate.unwrap(PGConnection.class);
    }

    @Override
    public boolean isValid(int timeout) throws SQLException {
        // What arrived unasked tells of some deaths at once; a silent one only shows when something is sent.
        return !delegate.isClosed() && ConnectionCheck.stands(driver) && delegate.isValid(timeout);
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
