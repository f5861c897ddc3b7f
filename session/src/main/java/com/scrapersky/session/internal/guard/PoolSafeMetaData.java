package com.scrapersky.session.internal.guard;

import java.sql.Array;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;

/** What the driver tells about the database, by queries of its own: they begin a transaction as any other statement does. */
final class PoolSafeMetaData extends ForwardingDatabaseMetaData {

    private final PoolSafeConnection connection;

    PoolSafeMetaData(DatabaseMetaData delegate, PoolSafeConnection connection) {
        super(delegate);
        this.connection = connection;
    }

    @Override
    protected void ready() throws SQLException {
        // Of a closed connection the driver tells itself.
        if (!connection.isClosed() && !delegate.getConnection().getAutoCommit()) {
            SeparateSettings.tell(connection.session());
        }
    }

    @Override
    public Connection getConnection() {
        return connection.face();
    }

    @Override
    protected ResultSet wrap(ResultSet results) throws SQLException {
        return connection.ofTheDriver(results);
    }

    @Override
    protected Array wrap(Array array) {
        return array;
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
