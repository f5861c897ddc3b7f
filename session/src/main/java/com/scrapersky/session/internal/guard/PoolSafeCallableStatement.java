package com.scrapersky.session.internal.guard;

import com.scrapersky.session.internal.guard.NamedExecution.Remedy;
import java.sql.CallableStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** A call of a {@link PoolSafeConnection}: the driver rewrites its text, so settings go in front in a round trip of their own. */
public final class PoolSafeCallableStatement extends ForwardingCallableStatement<CallableStatement> {

    PoolSafeCallableStatement(
            PoolSafeConnection connection,
            CallableStatement delegate,
            StatementOrigin origin,
            String sql,
            KnownText text) {
        super(connection, delegate, origin, sql, text);
    }

    private <T> T call(JdbcWork<T> work) throws SQLException {
        if (!goesStraight(text())) {
            Boarding.refuseInCall(session, text(), "a call");
            return SeparateSettings.around(session, text().mayHideState(), names(), work);
        }
        int mark = NamedExecution.begin(session, delegate);
        try {
            T result = work.run();
            NamedExecution.succeeded(session, mark);
            return result;
        } catch (SQLException failed) {
            noteFailure(text());
            int from = DriverAccess.canBeSentAgain(delegate) ? mark : StatementNames.notFirst(mark);
            if (NamedExecution.failed(session, failed, DriverAccess.text(delegate), from) == Remedy.NOTHING) {
                throw failed;
            }
            NamedExecution.withoutName(delegate);
            return work.run();
        }
    }

    @Override
    public boolean execute() throws SQLException {
        return call(() -> delegate.execute());
    }

    @Override
    public ResultSet executeQuery() throws SQLException {
        return wrap(call(() -> delegate.executeQuery()));
    }

    @Override
    public int executeUpdate() throws SQLException {
        return call(() -> delegate.executeUpdate());
    }

    @Override
    public long executeLargeUpdate() throws SQLException {
        return call(() -> delegate.executeLargeUpdate());
    }

    @Override
    public <T> T getObject(int index, Class<T> type) throws SQLException {
        return delegate.getObject(index, type);
    }

    @Override
    public Object getObject(int index) throws SQLException {
        Object value = delegate.getObject(index);
        return value instanceof ResultSet cursor ? wrap(cursor) : value;
    }
}
