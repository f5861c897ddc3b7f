package com.scrapersky.session.internal.guard;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.SessionFeature.Treatment;
import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGStatement;
import org.postgresql.core.TransactionState;

/**
 * A prepared statement of a {@link PoolSafeConnection}. Values are bound to the driver's statement at once; where something
 * must travel in front, another statement of the driver's gets the whole text and the same values when it is executed.
 */
public class PoolSafePreparedStatement<D extends PreparedStatement> extends ForwardingPreparedStatement<D> {

    private final String sql;
    private KnownText text;

    /** The driver's statement for the text with everything around it, kept while that text is the same. */
    private @Nullable PreparedStatement composed;

    private String composedSql = "";
    private final GeneratedKeys keys;
    private int batched;

    PoolSafePreparedStatement(
            PoolSafeConnection connection, D delegate, StatementOrigin origin, String sql, KnownText text) {
        super(connection, delegate, origin);
        this.sql = sql;
        this.text = text;
        this.keys = origin.keys().of(text.sql());
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
        boolean wasIdle = session.isIdle();
        try {
            return delegate.execute();
        } catch (SQLException failed) {
            makeUnnamed(failed, wasIdle);
            return delegate.execute();
        }
    }

    @Override
    public ResultSet executeQuery() throws SQLException {
        if (!goesStraight()) {
            return wrap(fly().onlyResultSet());
        }
        boolean wasIdle = session.isIdle();
        try {
            return wrap(delegate.executeQuery());
        } catch (SQLException failed) {
            makeUnnamed(failed, wasIdle);
            return wrap(delegate.executeQuery());
        }
    }

    @Override
    public int executeUpdate() throws SQLException {
        if (!goesStraight()) {
            return narrow(fly().onlyUpdateCount());
        }
        boolean wasIdle = session.isIdle();
        try {
            return delegate.executeUpdate();
        } catch (SQLException failed) {
            makeUnnamed(failed, wasIdle);
            return delegate.executeUpdate();
        }
    }

    @Override
    public long executeLargeUpdate() throws SQLException {
        if (!goesStraight()) {
            return fly().onlyUpdateCount();
        }
        boolean wasIdle = session.isIdle();
        try {
            return delegate.executeLargeUpdate();
        } catch (SQLException failed) {
            makeUnnamed(failed, wasIdle);
            return delegate.executeLargeUpdate();
        }
    }

    /**
     * Makes ready to execute the statement once more, without a name, where nothing but its name was wrong.
     *
     * @throws SQLException the failure, where it cannot be repeated
     */
    private void makeUnnamed(SQLException failed, boolean wasIdle) throws SQLException {
        boolean repeatable = wasIdle && DriverAccess.canBeSentAgain(delegate);
        if (!session.isWorthRepeating(failed, sql, repeatable)) {
            throw failed;
        }
        PreparedStatement unnamed = connection.unnamed(origin, sql);
        try {
            SessionMove.carryOver(delegate, unnamed);
            unnamed.unwrap(PGStatement.class)
                    .setPrepareThreshold(
                            session.hasOwnBackend()
                                    ? delegate.unwrap(PGStatement.class).getPrepareThreshold()
                                    : 0);
            DriverAccess.copy(delegate, unnamed, 0);
        } catch (SQLException second) {
            unnamed.close();
            throw second;
        }
        closeComposed();
        delegate.close();
        replace(unnamed);
    }

    @SuppressWarnings("unchecked")
    private void replace(PreparedStatement statement) {
        delegate = (D) statement;
    }

    private Outcome fly() throws SQLException {
        boolean wasFailed = session.transactionState() == TransactionState.FAILED;
        boolean copyable = DriverAccess.canCopyFrom(delegate);
        Set<String> names = names();
        Flight flight = session.flight(text, keys, names, copyable);
        boolean asItIs = flight.sql().equals(sql);
        if (!asItIs && (!copyable || isUpdatable())) {
            return flySeparately(wasFailed);
        }
        PreparedStatement sent = asItIs ? delegate : composed(flight);
        try {
            sent.execute();
            return landed(text, flight, Outcome.read(sent, flight, keys.areWanted()), names, wasFailed);
        } catch (SQLException failed) {
            session.crashed(flight);
            throw failed;
        }
    }

    /** The driver does not tell what is bound to a text of several statements, and updates no rows of one. */
    private Outcome flySeparately(boolean wasFailed) throws SQLException {
        for (SessionFeature feature : text.features()) {
            if (session.guard().treatment(feature) == Treatment.VIRTUALISE
                    && !KnownText.mayHideState(Set.of(feature))) {
                throw session.guard()
                        .refusal(
                                feature,
                                "in a text of several statements with parameters, or for updatable rows; send it by itself");
            }
        }
        return session.withSettings(text.mayHideState(), names(), () -> {
            delegate.execute();
            if (isUpdatable()) {
                lookForKeys(delegate.getResultSet());
            }
            Flight flight = session.flight(text, GeneratedKeys.NONE, Set.of(), false);
            return landed(text, flight, Outcome.read(delegate, flight, keys.areWanted()), text.names(), wasFailed);
        });
    }

    /** The names of custom settings that the statement may set unseen. */
    final Set<String> names() throws SQLException {
        return text.mayHideState() ? DriverAccess.settingNames(delegate, text.names()) : Set.of();
    }

    private PreparedStatement composed(Flight flight) throws SQLException {
        PreparedStatement statement = composed;
        if (statement == null || !composedSql.equals(flight.sql())) {
            if (statement != null) {
                statement.close();
            }
            statement = (PreparedStatement) origin.make(session.connection(), flight.sql());
            if (keys.areWanted()) {
                DriverAccess.wantKeys(statement, true);
            }
            composed = statement;
            composedSql = flight.sql();
        }
        SessionMove.carryOver(delegate, statement);
        if (!session.hasOwnBackend()) {
            // One text with other settings in front each time: its name would be worth nothing.
            statement.unwrap(PGStatement.class).setPrepareThreshold(0);
        }
        int index = 0;
        for (String value : flight.bound()) {
            statement.setString(++index, value);
        }
        DriverAccess.copy(delegate, statement, index);
        return statement;
    }

    @Override
    @SuppressWarnings("unchecked")
    void followMove() throws SQLException {
        PreparedStatement moved = (PreparedStatement) origin.make(session.connection(), sql);
        SessionMove.carryOver(delegate, moved);
        if (!DriverAccess.copy(delegate, moved, 0)) {
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
            if (!session.board(text)) {
                session.refuseInCall(text, "a batch");
            }
        }
        if (isLeftBehind() && batched == 0) {
            followMove();
        }
        if (text.draws()) {
            session.drew(text);
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
        return session.withSettings(text.mayHideState(), names(), delegate::executeBatch);
    }

    @Override
    public long[] executeLargeBatch() throws SQLException {
        outcome = null;
        readyBatch();
        return session.withSettings(text.mayHideState(), names(), delegate::executeLargeBatch);
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
            return delegate.getMetaData();
        }
        return session.withSettings(() -> UnnamedDescription.of(delegate, session.driver()));
    }

    @Override
    public java.sql.ParameterMetaData getParameterMetaData() throws SQLException {
        if (isLeftBehind()) {
            followMove();
        }
        return session.withSettings(delegate::getParameterMetaData);
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
        return outcome != null && other != null ? withoutOurOwn(other.getWarnings()) : super.getWarnings();
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
