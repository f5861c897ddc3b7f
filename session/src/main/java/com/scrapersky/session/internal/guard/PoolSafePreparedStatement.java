package com.scrapersky.session.internal.guard;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.SessionFeature.Treatment;
import com.scrapersky.session.internal.sql.SqlPart;
import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGStatement;
import org.postgresql.core.TransactionState;

/**
 * A prepared statement of a {@link PoolSafeConnection}. Values are bound to the driver's statement at once; where something
 * must travel in front, another statement of the driver's gets the whole text and the same values when it is executed.
 */
// Over 400 lines, because JDBC has many ways to execute, batch and describe, and each may meet a lost name or a move.
public class PoolSafePreparedStatement<D extends PreparedStatement> extends ForwardingPreparedStatement<D> {

    private final String sql;
    private KnownText text;

    /** The driver's statement for the text with everything around it, kept while that text is the same. */
    private @Nullable PreparedStatement composed;

    private String composedSql = "";
    private int batched;

    PoolSafePreparedStatement(
            PoolSafeConnection connection, D delegate, StatementOrigin origin, String sql, KnownText text) {
        super(connection, delegate, origin);
        this.sql = sql;
        this.text = text;
    }

    private boolean goesStraight() throws SQLException {
        if (text.version() != session.guard().version()) {
            text = session.know(sql);
        }
        return goesStraight(text);
    }

    final KnownText text() {
        return text;
    }

    @Override
    public boolean execute() throws SQLException {
        if (!goesStraight()) {
            return fly().isResultSet();
        }
        int mark = NamedExecution.begin(session, delegate);
        try {
            boolean isResultSet = delegate.execute();
            NamedExecution.succeeded(session, mark);
            return isResultSet;
        } catch (SQLException failed) {
            prepareAgain(failed, mark);
            return delegate.execute();
        }
    }

    @Override
    public ResultSet executeQuery() throws SQLException {
        if (!goesStraight()) {
            return wrap(fly().onlyResultSet());
        }
        int mark = NamedExecution.begin(session, delegate);
        try {
            ResultSet rows = delegate.executeQuery();
            NamedExecution.succeeded(session, mark);
            return wrap(rows);
        } catch (SQLException failed) {
            prepareAgain(failed, mark);
            return wrap(delegate.executeQuery());
        }
    }

    @Override
    public int executeUpdate() throws SQLException {
        if (!goesStraight()) {
            return narrow(fly().onlyUpdateCount());
        }
        int mark = NamedExecution.begin(session, delegate);
        try {
            int count = delegate.executeUpdate();
            NamedExecution.succeeded(session, mark);
            return count;
        } catch (SQLException failed) {
            prepareAgain(failed, mark);
            return delegate.executeUpdate();
        }
    }

    @Override
    public long executeLargeUpdate() throws SQLException {
        if (!goesStraight()) {
            return fly().onlyUpdateCount();
        }
        int mark = NamedExecution.begin(session, delegate);
        try {
            long count = delegate.executeLargeUpdate();
            NamedExecution.succeeded(session, mark);
            return count;
        } catch (SQLException failed) {
            prepareAgain(failed, mark);
            return delegate.executeLargeUpdate();
        }
    }

    /**
     * Makes ready to execute the statement once more, where nothing but its name or its plan was wrong.
     *
     * @throws SQLException the failure, where it cannot be repeated
     */
    private void prepareAgain(SQLException failed, int mark) throws SQLException {
        noteFailure(text);
        int from = DriverAccess.canBeSentAgain(delegate) ? mark : StatementNames.notFirst(mark);
        switch (NamedExecution.failed(session, failed, sql, from)) {
            case NOTHING -> throw failed;
            case AS_IT_IS -> {
                // The driver names it anew.
            }
            case WITHOUT_NAME -> NamedExecution.withoutName(delegate);
            case AS_ANOTHER_TEXT -> goOnUnnamed();
        }
    }

    /** Goes on with a statement of the driver's that never gets a name, and has the same values bound. */
    private void goOnUnnamed() throws SQLException {
        PreparedStatement unnamed = connection.unnamed(origin, sql);
        try {
            SessionMove.carryOver(delegate, unnamed);
            NamedExecution.withoutName(unnamed);
            DriverAccess.copy(delegate, unnamed, 0, 0, Integer.MAX_VALUE);
        } catch (SQLException second) {
            unnamed.close();
            throw second;
        }
        closeComposed();
        delegate.close();
        replace(unnamed);
    }

    /** A pooler that loses the cursors of named statements is asked for none. */
    @Override
    public void setFetchSize(int rows) throws SQLException {
        delegate.setFetchSize(rows);
        if (rows > 0
                && batched == 0
                && session.areNamesCarried()
                && session.guard().names().areLostByCursors()) {
            goOnUnnamed();
        }
    }

    @SuppressWarnings("unchecked")
    private void replace(PreparedStatement statement) {
        delegate = (D) statement;
    }

    private Outcome fly() throws SQLException {
        boolean copyable = DriverAccess.canCopyFrom(delegate);
        Set<String> names = names();
        GeneratedKeys keys = origin.keys().of(text.sql());
        closeEarlier();
        if (text.isCopyIn()) {
            return flySeparately(keys, false);
        }
        int[] placeholders = {0};
        return inFlights(text, (parts, last) -> {
            boolean wasFailed = session.transactionState() == TransactionState.FAILED;
            boolean wasOpen = session.transactionState() != TransactionState.IDLE;
            Flight flight = FlightDispatch.flight(session, text, parts, keys, names, copyable);
            boolean asItIs = flight.sql().equals(sql);
            if (!asItIs && (!copyable || isUpdatable())) {
                if (parts.size() < text.sql().parts().size()) {
                    throw refusedSeparately(SessionFeature.SETTING);
                }
                return flySeparately(keys, wasFailed);
            }
            int first = placeholders[0];
            int count = parts.stream().mapToInt(SqlPart::placeholders).sum();
            placeholders[0] += count;
            PreparedStatement sent = asItIs ? delegate : composed(flight, keys, last, first, count);
            if (asItIs) {
                session.executes(NamedExecution.isNamed(session.driver(), delegate));
            } else {
                session.executes(flight);
            }
            try {
                sent.execute();
                Outcome arrived = Outcome.read(sent, flight, keys.areWanted());
                Landing.landed(session, text, flight, arrived, names, wasFailed);
                return arrived;
            } catch (SQLException failed) {
                session.failedTogether();
                throw session.failed(Landing.crashed(session, flight, wasOpen, failed));
            }
        });
    }

    private SQLException refusedSeparately(SessionFeature feature) {
        return session.guard()
                .refusal(
                        feature,
                        "in a text of several statements with parameters, or for updatable rows; send it by itself");
    }

    /** The driver does not tell what is bound to a text of several statements, and updates no rows of one. */
    private Outcome flySeparately(GeneratedKeys keys, boolean wasFailed) throws SQLException {
        for (SessionFeature feature : text.features()) {
            if (session.guard().treatment(feature) == Treatment.VIRTUALISE
                    && !KnownText.mayHideState(Set.of(feature))) {
                throw refusedSeparately(feature);
            }
        }
        return SeparateSettings.around(session, text.mayHideState(), names(), () -> {
            session.executes(NamedExecution.isNamed(session.driver(), delegate));
            try {
                delegate.execute();
            } catch (SQLException failed) {
                noteFailure(text);
                throw failed;
            }
            if (isUpdatable()) {
                lookForKeys(delegate.getResultSet());
            }
            Flight flight =
                    FlightDispatch.flight(session, text, text.sql().parts(), GeneratedKeys.NONE, Set.of(), false);
            return landed(text, flight, Outcome.read(delegate, flight, keys.areWanted()), text.names(), wasFailed);
        });
    }

    /** The names of custom settings that the statement may set unseen. */
    final Set<String> names() throws SQLException {
        return text.mayHideState() ? DriverAccess.settingNames(delegate, text.names()) : Set.of();
    }

    /** The statement for a flight, with the {@code count} values of the caller's from {@code first} on. */
    private PreparedStatement composed(Flight flight, GeneratedKeys keys, boolean last, int first, int count)
            throws SQLException {
        PreparedStatement statement = last ? composed : null;
        if (statement == null || !composedSql.equals(flight.sql())) {
            if (statement != null) {
                statement.close();
            }
            statement = (PreparedStatement) origin.make(session.connection(), flight.sql());
            if (keys.areWanted()) {
                DriverAccess.wantKeys(statement, true);
            }
            if (last) {
                composed = statement;
                composedSql = flight.sql();
            } else {
                keepOpen(statement);
            }
        }
        SessionMove.carryOver(delegate, statement);
        // For a named statement with a text column the driver would put a Sync in front of it, behind which the
        // settings are
        // gone (QueryExecutorImpl.flushIfDeadlockRisk, 42.7.14).
        statement.unwrap(PGStatement.class).setPrepareThreshold(0);
        int index = 0;
        for (String value : flight.bound()) {
            statement.setString(++index, value);
        }
        DriverAccess.copy(delegate, statement, index, first, count);
        return statement;
    }

    @Override
    @SuppressWarnings("unchecked")
    void followMove() throws SQLException {
        PreparedStatement moved = (PreparedStatement) origin.make(session.connection(), sql);
        SessionMove.carryOver(delegate, moved);
        if (!DriverAccess.copy(delegate, moved, 0, 0, Integer.MAX_VALUE)) {
            moved.close();
            throw session.guard()
                    .refusal(
                            SessionFeature.PREPARED_STATEMENT,
                            "its parameters were bound before the connection moved to a session of its own; prepare it again");
        }
        closeComposed();
        delegate.close();
        delegate = (D) moved;
        followed();
    }

    @Override
    public void addBatch() throws SQLException {
        if (text.version() != session.guard().version()) {
            text = session.know(sql);
        }
        if (!session.isStraight(text)) {
            if (!Boarding.board(session, text)) {
                Boarding.refuseInCall(session, text, "a batch");
            }
        }
        if (isLeftBehind() && batched == 0) {
            followMove();
        }
        batched++;
        delegate.addBatch();
    }

    @Override
    public void clearBatch() throws SQLException {
        batched = 0;
        super.clearBatch();
    }

    @Override
    public int[] executeBatch() throws SQLException {
        outcome = null;
        readyBatch();
        KeyedBatch keyed = keyedBatch();
        return keyed != null
                ? Arrays.stream(execute(keyed))
                        .mapToInt(PoolSafeStatement::narrow)
                        .toArray()
                : SeparateSettings.around(session, text.mayHideState(), names(), () -> batch(delegate::executeBatch));
    }

    @Override
    public long[] executeLargeBatch() throws SQLException {
        outcome = null;
        readyBatch();
        KeyedBatch keyed = keyedBatch();
        return keyed != null
                ? execute(keyed)
                : SeparateSettings.around(
                        session, text.mayHideState(), names(), () -> batch(delegate::executeLargeBatch));
    }

    /** The driver names the statement of a batch at once. */
    private <T> T batch(JdbcWork<T> work) throws SQLException {
        int mark = NamedExecution.begin(session, delegate);
        if (mark == StatementNames.UNUSED && !session.losesCount()) {
            return work.run();
        }
        NamedBatch batch = NamedBatch.of(delegate);
        try {
            T counts = work.run();
            NamedExecution.succeeded(session, mark);
            return counts;
        } catch (SQLException failed) {
            session.failedTogether();
            if (!batch.isWhole(failed)) {
                mark = StatementNames.notFirst(mark);
            }
            prepareAgain(failed, mark);
            batch.giveBack(delegate);
            return work.run();
        }
    }

    /** The batch, if the driver would commit rows of it one by one, and settings have to travel with each. */
    private @Nullable KeyedBatch keyedBatch() throws SQLException {
        return SeparateSettings.isWrapped(session, text)
                        && origin.keys().of(text.sql()).areWanted()
                ? KeyedBatch.of(session, delegate)
                : null;
    }

    private long[] execute(KeyedBatch keyed) throws SQLException {
        try {
            return keyed.execute(text.mayHideState(), names());
        } finally {
            outcome = Outcome.ofKeys(keyed.generatedKeys());
        }
    }

    private void readyBatch() throws SQLException {
        if (isLeftBehind()) {
            if (batched > 0) {
                throw session.guard()
                        .refusal(
                                SessionFeature.PREPARED_STATEMENT,
                                "a batch was begun before its connection moved to a session of its own; begin it again");
            }
            followMove();
        }
        if (batched > 0) {
            session.drew(text);
        }
        batched = 0;
    }

    /** Describes the statement without a name, which the driver would leave at whichever backend it meets. */
    @Override
    @SuppressWarnings("NullAway") // a statement that returns no rows has no description
    public @Nullable ResultSetMetaData getMetaData() throws SQLException {
        Outcome mine = outcome;
        ResultSet rows = mine == null ? delegate.getResultSet() : mine.resultSet();
        if (rows != null && !rows.isClosed()) {
            return rows.getMetaData();
        }
        if (session.hasOwnBackend()) {
            if (isLeftBehind()) {
                followMove();
            }
            return description(delegate::getMetaData);
        }
        return SeparateSettings.aroundDescription(
                session, () -> description(() -> UnnamedDescription.of(delegate, session.driver())));
    }

    @Override
    public java.sql.ParameterMetaData getParameterMetaData() throws SQLException {
        if (isLeftBehind()) {
            followMove();
        }
        return SeparateSettings.aroundDescription(session, () -> description(delegate::getParameterMetaData));
    }

    /**
     * Asks what a statement is. Behind a pooler it has no name then: the server describes a named one as it was when any client's
     * came to that backend first, under another search_path perhaps. And where the question fails the driver takes a named
     * statement for described all the same, and finds no columns for its rows when it is executed (42.7.14, QueryExecutorImpl:
     * on ReadyForQuery {@code portalDescribed} stays set).
     */
    private <T extends @Nullable Object> T description(JdbcWork<T> question) throws SQLException {
        if (session.areNamesCarried()) {
            DriverAccess.unprepare(delegate);
        }
        try {
            return question.run();
        } catch (SQLException failed) {
            DriverAccess.unprepare(delegate);
            throw failed;
        }
    }

    @Override
    public void setArray(int index, @Nullable Array array) throws SQLException {
        delegate.setArray(index, array instanceof PoolSafeArray wrapped ? wrapped.delegate : array);
    }

    @Override
    public void setObject(int index, @Nullable Object value) throws SQLException {
        delegate.setObject(index, value instanceof PoolSafeArray wrapped ? wrapped.delegate : value);
    }

    @Override
    public void cancel() throws SQLException {
        delegate.cancel();
        PreparedStatement other = composed;
        if (other != null) {
            other.cancel();
        }
    }

    @Override
    public @Nullable SQLWarning getWarnings() throws SQLException {
        PreparedStatement other = composed;
        Outcome mine = outcome;
        return mine != null && other != null ? mine.callers(other.getWarnings()) : super.getWarnings();
    }

    @Override
    public void close() throws SQLException {
        closeComposed();
        super.close();
    }

    private void closeComposed() throws SQLException {
        PreparedStatement other = composed;
        if (other != null) {
            composed = null;
            composedSql = "";
            other.close();
        }
    }
}
