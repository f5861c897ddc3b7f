package com.scrapersky.session.internal.guard;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Rows that lead back to the statement which the program knows, and that are updated with the session's settings. */
public final class PoolSafeResultSet extends ForwardingResultSet {

    private final @Nullable Statement statement;
    private final VirtualSession session;

    PoolSafeResultSet(ResultSet delegate, @Nullable Statement statement, VirtualSession session) {
        super(delegate);
        this.statement = statement;
        this.session = session;
    }

    @Override
    public @Nullable Statement getStatement() throws SQLException {
        // The driver tells whether the rows are still open.
        Statement drivers = delegate.getStatement();
        return drivers == null ? null : statement;
    }

    @Override
    public @Nullable Object getObject(int column) throws SQLException {
        return wrapped(delegate.getObject(column));
    }

    @Override
    public @Nullable Object getObject(String column) throws SQLException {
        return wrapped(delegate.getObject(column));
    }

    private @Nullable Object wrapped(@Nullable Object value) {
        if (value instanceof Array array) {
            return wrap(array);
        }
        return value instanceof ResultSet cursor ? wrap(cursor) : value;
    }

    @Override
    public void updateRow() throws SQLException {
        update(() -> {
            delegate.updateRow();
            return this;
        });
    }

    @Override
    public void insertRow() throws SQLException {
        update(() -> {
            delegate.insertRow();
            return this;
        });
    }

    @Override
    public void deleteRow() throws SQLException {
        update(() -> {
            delegate.deleteRow();
            return this;
        });
    }

    @Override
    public void refreshRow() throws SQLException {
        update(() -> {
            delegate.refreshRow();
            return this;
        });
    }

    /** The table may have triggers that set something. */
    private void update(JdbcWork<PoolSafeResultSet> update) throws SQLException {
        SeparateSettings.around(session, session.guard().hasHiddenState(), Set.of(), update);
    }

    @Override
    protected ResultSet wrap(ResultSet results) {
        return new PoolSafeResultSet(results, statement, session);
    }

    @Override
    @SuppressWarnings("NullAway") // null comes out as null
    protected Array wrap(@Nullable Array array) {
        return array == null ? null : new PoolSafeArray(array, session.face());
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        session.happened();
        return type.isInstance(this)
                ? type.cast(this)
                : type.isInstance(delegate) ? type.cast(delegate) : delegate.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || type.isInstance(delegate) || delegate.isWrapperFor(type);
    }

    @Override
    public String toString() {
        return delegate.toString();
    }
}
