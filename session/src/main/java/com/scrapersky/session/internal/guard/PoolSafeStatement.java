package com.scrapersky.session.internal.guard;

import com.scrapersky.session.internal.sql.SqlPart;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.TransactionState;

/**
 * A statement of a {@link PoolSafeConnection}. A text that is known to touch nothing, on a session that has set nothing,
 * goes to the driver as it is; any other is sent as a {@link Flight}.
 */
// Over 400 lines, because JDBC executes in fifteen ways, each of which is guarded.
public class PoolSafeStatement<D extends Statement> extends ForwardingStatement<D> {

    final PoolSafeConnection connection;
    final VirtualSession session;
    final StatementOrigin origin;

    /** The results of the last execution, where they were not the driver's alone. */
    @Nullable
    Outcome outcome;

    /** Made by the first {@link #addBatch(String)}: few statements ever get one. */
    private @Nullable StatementBatch batch;

    /** Those that hold the results of a text's first flights. */
    private @Nullable List<Statement> earlier;

    private int generation;

    PoolSafeStatement(PoolSafeConnection connection, D delegate, StatementOrigin origin) {
        super(delegate);
        this.connection = connection;
        this.session = connection.session();
        this.origin = origin;
        this.generation = session.generation();
    }

    /** Executes a text on a statement of the driver. */
    @FunctionalInterface
    interface Execution {
        boolean on(Statement statement, String sql) throws SQLException;
    }

    /** Whether {@code text} can go to the driver as it is; refuses it or moves the connection where it must. */
    final boolean goesStraight(KnownText text) throws SQLException {
        outcome = null;
        boolean straight = session.isStraight(text) || Boarding.board(session, text);
        session.drew(text);
        if (generation != session.generation()) {
            followMove();
        }
        return straight;
    }

    /** Sends {@code text} with what must be in front of it and behind it. */
    final Outcome fly(KnownText text, GeneratedKeys asked, Execution execution) throws SQLException {
        GeneratedKeys keys = asked.of(text.sql());
        if (text.isCopyIn()) {
            // Behind it the server would take the rest of a flight for rows, and end the connection.
            return SeparateSettings.around(session, () -> separately(text, keys, execution, false));
        }
        if (text.clean() && isUpdatable()) {
            boolean wasFailed = session.transactionState() == TransactionState.FAILED;
            return SeparateSettings.around(session, () -> separately(text, keys, execution, wasFailed));
        }
        closeEarlier();
        return inFlights(text, (parts, last) -> {
            boolean wasFailed = session.transactionState() == TransactionState.FAILED;
            boolean wasOpen = session.transactionState() != TransactionState.IDLE;
            Flight flight = FlightDispatch.flight(session, text, parts, keys, text.names(), false);
            Statement sent = last ? delegate : earlier();
            session.executes(flight);
            try {
                DriverAccess.wantKeys(sent, keys.areWanted());
                if (keys.areWritten()) {
                    sent.execute(flight.sql());
                } else {
                    execution.on(sent, flight.sql());
                }
                Outcome arrived = Outcome.read(sent, flight, keys.areWanted());
                Landing.landed(session, text, flight, arrived, text.names(), wasFailed);
                return arrived;
            } catch (SQLException failed) {
                session.failedTogether();
                throw Landing.crashed(session, flight, wasOpen, failed);
            } finally {
                DriverAccess.wantKeys(sent, false);
            }
        });
    }

    /** One of the flights that a text takes. */
    @FunctionalInterface
    interface Leg {
        Outcome fly(List<SqlPart> parts, boolean last) throws SQLException;
    }

    /** All flights of a text, whose results come as if there had been one. */
    final Outcome inFlights(KnownText text, Leg leg) throws SQLException {
        return FlightDispatch.needsDriversTransaction(session, text)
                ? AutoCommit.together(session, () -> flown(text, leg))
                : flown(text, leg);
    }

    private Outcome flown(KnownText text, Leg leg) throws SQLException {
        List<List<SqlPart>> flights = FlightDispatch.flights(session, text);
        boolean refused = !flights.get(0).isEmpty()
                && FlightDispatch.isRefusedHere(session, flights.get(0).get(0));
        Outcome all = leg.fly(flights.get(0), flights.size() == 1);
        if (refused) {
            throw FlightDispatch.refusedOutsideBlock();
        }
        for (int i = 1; i < flights.size(); i++) {
            List<SqlPart> parts = flights.get(i);
            boolean last = i == flights.size() - 1;
            all = all.and(AutoCommit.behindTransaction(session, () -> leg.fly(parts, last)));
        }
        outcome = all;
        return all;
    }

    /** Whether the driver can tell how long the rows of the result are at the most. */
    final boolean hasBoundedRows() throws SQLException {
        Outcome mine = outcome;
        ResultSet rows = mine == null ? delegate.getResultSet() : mine.resultSet();
        return rows == null || KeyedBatch.isBounded(DriverAccess.columns(rows));
    }

    /** A statement for a flight that is not the text's last: the driver's own closes its results with the next. */
    private Statement earlier() throws SQLException {
        Statement statement = origin.make(session.connection(), "");
        SessionMove.carryOver(delegate, statement);
        keepOpen(statement);
        return statement;
    }

    final void keepOpen(Statement statement) {
        List<Statement> kept = earlier;
        if (kept == null) {
            kept = new ArrayList<>();
            earlier = kept;
        }
        kept.add(statement);
    }

    final void closeEarlier() throws SQLException {
        List<Statement> kept = earlier;
        if (kept != null) {
            earlier = null;
            for (Statement statement : kept) {
                statement.close();
            }
        }
    }

    @Override
    public void close() throws SQLException {
        closeEarlier();
        super.close();
    }

    /** Rows can be updated only where theirs is the only statement of its text. */
    final boolean isUpdatable() throws SQLException {
        return delegate.getResultSetConcurrency() == ResultSet.CONCUR_UPDATABLE;
    }

    /** The driver finds the keys of rows by questions of its own, which must find the session's settings, too. */
    static void lookForKeys(@Nullable ResultSet rows) {
        if (rows == null) {
            return;
        }
        try {
            rows.moveToInsertRow();
            rows.moveToCurrentRow();
        } catch (SQLException notUpdatable) {
            // As the program will be told when it tries.
        }
    }

    private Outcome separately(KnownText text, GeneratedKeys keys, Execution execution, boolean wasFailed)
            throws SQLException {
        session.executes(false);
        execution.on(delegate, text.sql().text());
        lookForKeys(delegate.getResultSet());
        Flight flight = FlightDispatch.flight(session, text, text.sql().parts(), GeneratedKeys.NONE, Set.of(), false);
        return landed(text, flight, Outcome.read(delegate, flight, keys.areWanted()), Set.of(), wasFailed);
    }

    final Outcome landed(KnownText text, Flight flight, Outcome arrived, Set<String> names, boolean wasFailed)
            throws SQLException {
        outcome = arrived;
        Landing.landed(session, text, flight, arrived, names, wasFailed);
        return arrived;
    }

    /** The connection has moved: goes on with a statement like this one on its new backend. */
    @SuppressWarnings("unchecked")
    void followMove() throws SQLException {
        Statement moved = origin.make(session.connection(), "");
        SessionMove.carryOver(delegate, moved);
        delegate.close();
        delegate = (D) moved;
        generation = session.generation();
    }

    final void followed() {
        generation = session.generation();
    }

    final boolean isLeftBehind() {
        return generation != session.generation();
    }

    /** As {@link #goesStraight}, and counts what does. */
    private boolean goesByItself(KnownText text) throws SQLException {
        boolean straight = goesStraight(text);
        if (straight) {
            // The driver forgets the text after it, so that only one that is named at once has a name.
            session.executes(
                    session.guard().names().areUsed() && session.driver().getPrepareThreshold() == 1);
        }
        return straight;
    }

    /** A text that went to the driver as it is has failed. */
    final void noteFailure(KnownText text) {
        if (session.losesCount() && text.sql().parts().size() > 1) {
            session.failedTogether();
        }
    }

    private SQLException failed(KnownText text, SQLException failed) {
        noteFailure(text);
        return session.failed(failed);
    }

    @Override
    public ResultSet executeQuery(String sql) throws SQLException {
        KnownText text = session.know(sql);
        try {
            return goesByItself(text)
                    ? wrap(delegate.executeQuery(sql))
                    : wrap(fly(text, GeneratedKeys.NONE, Statement::execute).onlyResultSet());
        } catch (SQLException failed) {
            throw failed(text, failed);
        }
    }

    @Override
    public int executeUpdate(String sql) throws SQLException {
        KnownText text = session.know(sql);
        try {
            return goesByItself(text)
                    ? delegate.executeUpdate(sql)
                    : narrow(fly(text, GeneratedKeys.NONE, Statement::execute).onlyUpdateCount());
        } catch (SQLException failed) {
            throw failed(text, failed);
        }
    }

    @Override
    public int executeUpdate(String sql, int autoGeneratedKeys) throws SQLException {
        KnownText text = session.know(sql);
        try {
            return goesByItself(text)
                    ? delegate.executeUpdate(sql, autoGeneratedKeys)
                    : narrow(fly(
                                    text,
                                    GeneratedKeys.of(autoGeneratedKeys),
                                    (to, all) -> to.execute(all, autoGeneratedKeys))
                            .onlyUpdateCount());
        } catch (SQLException failed) {
            throw failed(text, failed);
        }
    }

    @Override
    public int executeUpdate(String sql, int[] columnIndexes) throws SQLException {
        KnownText text = session.know(sql);
        try {
            return goesByItself(text)
                    ? delegate.executeUpdate(sql, columnIndexes)
                    : narrow(fly(text, GeneratedKeys.NONE, (to, all) -> to.execute(all, columnIndexes))
                            .onlyUpdateCount());
        } catch (SQLException failed) {
            throw failed(text, failed);
        }
    }

    @Override
    public int executeUpdate(String sql, String[] columnNames) throws SQLException {
        KnownText text = session.know(sql);
        try {
            return goesByItself(text)
                    ? delegate.executeUpdate(sql, columnNames)
                    : narrow(fly(text, GeneratedKeys.of(columnNames), (to, all) -> to.execute(all, columnNames))
                            .onlyUpdateCount());
        } catch (SQLException failed) {
            throw failed(text, failed);
        }
    }

    @Override
    public long executeLargeUpdate(String sql) throws SQLException {
        KnownText text = session.know(sql);
        try {
            return goesByItself(text)
                    ? delegate.executeLargeUpdate(sql)
                    : fly(text, GeneratedKeys.NONE, Statement::execute).onlyUpdateCount();
        } catch (SQLException failed) {
            throw failed(text, failed);
        }
    }

    @Override
    public long executeLargeUpdate(String sql, int autoGeneratedKeys) throws SQLException {
        return executeUpdate(sql, autoGeneratedKeys);
    }

    @Override
    public long executeLargeUpdate(String sql, int[] columnIndexes) throws SQLException {
        return executeUpdate(sql, columnIndexes);
    }

    @Override
    public long executeLargeUpdate(String sql, String[] columnNames) throws SQLException {
        return executeUpdate(sql, columnNames);
    }

    @Override
    public boolean execute(String sql) throws SQLException {
        KnownText text = session.know(sql);
        try {
            return goesByItself(text)
                    ? delegate.execute(sql)
                    : fly(text, GeneratedKeys.NONE, Statement::execute).isResultSet();
        } catch (SQLException failed) {
            throw failed(text, failed);
        }
    }

    @Override
    public boolean execute(String sql, int autoGeneratedKeys) throws SQLException {
        KnownText text = session.know(sql);
        try {
            return goesByItself(text)
                    ? delegate.execute(sql, autoGeneratedKeys)
                    : fly(text, GeneratedKeys.of(autoGeneratedKeys), (to, all) -> to.execute(all, autoGeneratedKeys))
                            .isResultSet();
        } catch (SQLException failed) {
            throw failed(text, failed);
        }
    }

    @Override
    public boolean execute(String sql, int[] columnIndexes) throws SQLException {
        KnownText text = session.know(sql);
        try {
            return goesByItself(text)
                    ? delegate.execute(sql, columnIndexes)
                    : fly(text, GeneratedKeys.NONE, (to, all) -> to.execute(all, columnIndexes))
                            .isResultSet();
        } catch (SQLException failed) {
            throw failed(text, failed);
        }
    }

    @Override
    public boolean execute(String sql, String[] columnNames) throws SQLException {
        KnownText text = session.know(sql);
        try {
            return goesByItself(text)
                    ? delegate.execute(sql, columnNames)
                    : fly(text, GeneratedKeys.of(columnNames), (to, all) -> to.execute(all, columnNames))
                            .isResultSet();
        } catch (SQLException failed) {
            throw failed(text, failed);
        }
    }

    static int narrow(long count) {
        return count > Integer.MAX_VALUE ? Statement.SUCCESS_NO_INFO : (int) count;
    }

    @Override
    public @Nullable ResultSet getResultSet() throws SQLException {
        Outcome mine = outcome;
        return wrap(mine == null ? delegate.getResultSet() : mine.resultSet());
    }

    @Override
    public int getUpdateCount() throws SQLException {
        Outcome mine = outcome;
        return mine == null ? delegate.getUpdateCount() : narrow(mine.updateCount());
    }

    @Override
    public long getLargeUpdateCount() throws SQLException {
        Outcome mine = outcome;
        return mine == null ? delegate.getLargeUpdateCount() : mine.updateCount();
    }

    @Override
    public boolean getMoreResults() throws SQLException {
        return getMoreResults(Statement.CLOSE_CURRENT_RESULT);
    }

    @Override
    public boolean getMoreResults(int current) throws SQLException {
        Outcome mine = outcome;
        return mine == null ? delegate.getMoreResults(current) : mine.next(current);
    }

    @Override
    public ResultSet getGeneratedKeys() throws SQLException {
        Outcome mine = outcome;
        ResultSet keys = mine == null ? null : mine.generatedKeys();
        return wrap(keys == null ? delegate.getGeneratedKeys() : keys);
    }

    @Override
    public void addBatch(String sql) throws SQLException {
        StatementBatch mine = batch;
        if (mine == null) {
            mine = new StatementBatch();
            batch = mine;
        }
        mine.add(session.know(sql));
        delegate.addBatch(sql);
    }

    @Override
    public void clearBatch() throws SQLException {
        batch = null;
        delegate.clearBatch();
    }

    @Override
    public int[] executeBatch() throws SQLException {
        StatementBatch guarded = takeBatch();
        if (guarded.isDrivers(session)) {
            session.executes(false);
            int[] counts = SeparateSettings.around(session, () -> together(delegate::executeBatch));
            guarded.followed(session);
            return counts;
        }
        delegate.clearBatch();
        return Arrays.stream(guarded.executeOneByOne(this))
                .mapToInt(PoolSafeStatement::narrow)
                .toArray();
    }

    @Override
    public long[] executeLargeBatch() throws SQLException {
        StatementBatch guarded = takeBatch();
        if (guarded.isDrivers(session)) {
            session.executes(false);
            long[] counts = SeparateSettings.around(session, () -> together(delegate::executeLargeBatch));
            guarded.followed(session);
            return counts;
        }
        delegate.clearBatch();
        return guarded.executeOneByOne(this);
    }

    private <T> T together(JdbcWork<T> batch) throws SQLException {
        try {
            return batch.run();
        } catch (SQLException failed) {
            session.failedTogether();
            throw failed;
        }
    }

    /** The batch that is to be executed. Another one begins. */
    private StatementBatch takeBatch() throws SQLException {
        outcome = null;
        StatementBatch mine = batch == null ? new StatementBatch() : batch;
        batch = null;
        mine.refuseIfLeftBehind(this);
        return mine;
    }

    @Override
    public @Nullable SQLWarning getWarnings() throws SQLException {
        SQLWarning warnings = delegate.getWarnings();
        Outcome mine = outcome;
        return mine == null ? warnings : mine.callers(warnings);
    }

    @Override
    public Connection getConnection() throws SQLException {
        // The driver tells whether the statement is still open.
        delegate.getConnection();
        return connection.face();
    }

    @Override
    @SuppressWarnings("NullAway") // null comes out as null
    protected ResultSet wrap(@Nullable ResultSet results) throws SQLException {
        return results == null ? null : new PoolSafeResultSet(results, this, session);
    }

    @Override
    @SuppressWarnings("NullAway") // null comes out as null
    protected Array wrap(@Nullable Array array) {
        return array == null ? null : new PoolSafeArray(array, connection);
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
