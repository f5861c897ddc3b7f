package com.scrapersky.session.internal.guard;

import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.core.TransactionState;
import org.postgresql.util.PSQLState;

/**
 * A connection that behaves as one to a backend of its own, over a pooler that gives each transaction another backend. Lives
 * as long as one borrow: what its user sets is gone when it is closed.
 */
// Over 400 lines, because JDBC has that many methods which make a statement or end a transaction.
public final class PoolSafeConnection extends ForwardingConnection {

    private final VirtualSession session;
    private Connection face = this;
    private boolean closed;
    private boolean holdingPlace;
    private volatile boolean aborted;
    private final @Nullable ContextSettings context;

    PoolSafeConnection(Guard guard, Connection delegate, @Nullable ContextSettings context) throws SQLException {
        super(delegate);
        this.context = context;
        this.session = new VirtualSession(guard, delegate, this, context);
    }

    @Nullable
    ContextSettings context() {
        return context;
    }

    VirtualSession session() {
        return session;
    }

    /** The connection that statements answer for: this one, or the view of it that a session lends. */
    Connection face() {
        return face;
    }

    void lendAs(Connection view) {
        face = view;
    }

    /** Where the transaction stands at the server, without asking it. */
    public TransactionState transactionState() {
        return session.transactionState();
    }

    /**
     * Lets the transactions of this borrow be asked for their numbers, in the flush of their first statements. To be called
     * before anything else.
     */
    public void askForTransactionIds() throws SQLException {
        session.askForTransactionIds();
    }

    /** Lets {@code statement} go in front of each transaction's first one, in its flush. To be called before anything else. */
    public void demandFirst(String statement) {
        session.askFirst(statement);
    }

    /** Whether what {@link #demandFirst} demands is still to be sent. */
    public boolean hasFirstQuestion() {
        return session.hasFirstQuestion();
    }

    /**
     * Commits, and asks in the same flush how far the server's log has got.
     *
     * @return as {@link LogPosition} reads it; null where nothing was executed, or the connection has to be cleaned behind the
     *     commit
     */
    public @Nullable String commitTellingPosition() throws SQLException {
        return TransactionEnd.commit(session, true);
    }

    /** The number of the open transaction; null where it was not asked, or has executed nothing. */
    public @Nullable TransactionId transactionId() {
        return session.transactionId();
    }

    /** Asks, on this connection, what became of a transaction. One round trip. */
    public TransactionId.Status status(TransactionId id) throws SQLException {
        return TransactionId.status(session.connection(), session.driver(), id);
    }

    /** What the session has set so far, by name. */
    public Map<String, String> settings() {
        return session.state().session().asMap();
    }

    /** Executes a text without the objects of JDBC, or gives null, having sent nothing, where it needs them. */
    public @Nullable StraightQuery straight(String sql, StraightQuery.Values values) throws SQLException {
        return StraightQuery.execute(session, sql, values);
    }

    /**
     * Several statements under one Sync; null where one of them can only go by itself. Nothing is sent yet.
     *
     * @param wholeTransaction whether they are a transaction of their own, in autocommit
     * @param timeoutMillis after which the driver cancels them, or 0 for the connection's own
     */
    public @Nullable PipelinedFlight pipeline(
            List<PipelinedFlight.Entry> entries, boolean wholeTransaction, long timeoutMillis) throws SQLException {
        return PipelinedFlight.of(session, entries, wholeTransaction, timeoutMillis);
    }

    /** Goes on with another connection. */
    void moved(Connection connection) {
        delegate = connection;
    }

    @Override
    public Statement createStatement() throws SQLException {
        return statement((raw, sql) -> raw.createStatement());
    }

    @Override
    public Statement createStatement(int type, int concurrency) throws SQLException {
        return statement((raw, sql) -> raw.createStatement(type, concurrency));
    }

    @Override
    public Statement createStatement(int type, int concurrency, int holdability) throws SQLException {
        return statement((raw, sql) -> raw.createStatement(type, concurrency, holdability));
    }

    /** Rows of a statement that the driver has made for a question of its own. */
    ResultSet ofTheDriver(ResultSet rows) throws SQLException {
        Statement made = rows.getStatement();
        Statement statement = made;
        if (made instanceof PreparedStatement prepared) {
            String sql = DriverAccess.text(prepared);
            statement = new PoolSafePreparedStatement<>(
                    this, prepared, (raw, text) -> raw.prepareStatement(sql), sql, session.know(sql));
        } else if (made != null) {
            statement = new PoolSafeStatement<>(this, made, (raw, sql) -> raw.createStatement());
        }
        return new PoolSafeResultSet(rows, statement, session);
    }

    private Statement statement(StatementOrigin origin) throws SQLException {
        return new PoolSafeStatement<>(this, origin.make(delegate, ""), origin);
    }

    @Override
    public PreparedStatement prepareStatement(String sql) throws SQLException {
        return prepared(sql, Connection::prepareStatement);
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int type, int concurrency) throws SQLException {
        return prepared(sql, (raw, text) -> raw.prepareStatement(text, type, concurrency));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int type, int concurrency, int holdability)
            throws SQLException {
        return prepared(sql, (raw, text) -> raw.prepareStatement(text, type, concurrency, holdability));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int autoGeneratedKeys) throws SQLException {
        return prepared(
                sql,
                StatementOrigin.withKeys(
                        GeneratedKeys.of(autoGeneratedKeys),
                        (raw, text) -> raw.prepareStatement(text, autoGeneratedKeys)));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int[] columnIndexes) throws SQLException {
        // The driver takes no columns by their numbers.
        return prepared(sql, (raw, text) -> raw.prepareStatement(text, columnIndexes));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, String[] columnNames) throws SQLException {
        return prepared(
                sql,
                StatementOrigin.withKeys(
                        GeneratedKeys.of(columnNames), (raw, text) -> raw.prepareStatement(text, columnNames)));
    }

    private PreparedStatement prepared(String sql, StatementOrigin origin) throws SQLException {
        KnownText text = session.know(sql);
        PreparedStatement prepared =
                goesUnnamed(sql) ? unnamed(origin, sql) : (PreparedStatement) origin.make(delegate, sql);
        return new PoolSafePreparedStatement<>(this, prepared, origin, sql, text);
    }

    private boolean goesUnnamed(String sql) throws SQLException {
        StatementNames names = session.guard().names();
        return names.areLookedAfter()
                && session.areNamesCarried()
                && (names.isUnnamed(sql)
                        || (names.areLostByCursors() && session.driver().getDefaultFetchSize() > 0));
    }

    /**
     * A statement of the driver's that never gets a name. Under another text than its own, as the driver may know that one by
     * a name already, and the pooler by a plan.
     */
    PreparedStatement unnamed(StatementOrigin origin, String sql) throws SQLException {
        PreparedStatement unnamed = (PreparedStatement)
                origin.make(delegate, session.guard().names().unnamed(sql));
        NamedExecution.withoutName(unnamed);
        return unnamed;
    }

    @Override
    public CallableStatement prepareCall(String sql) throws SQLException {
        return call(sql, Connection::prepareCall);
    }

    @Override
    public CallableStatement prepareCall(String sql, int type, int concurrency) throws SQLException {
        return call(sql, (raw, text) -> raw.prepareCall(text, type, concurrency));
    }

    @Override
    public CallableStatement prepareCall(String sql, int type, int concurrency, int holdability) throws SQLException {
        return call(sql, (raw, text) -> raw.prepareCall(text, type, concurrency, holdability));
    }

    private CallableStatement call(String sql, StatementOrigin origin) throws SQLException {
        KnownText text = session.know(sql);
        CallableStatement call = (CallableStatement) origin.make(delegate, sql);
        return new PoolSafeCallableStatement(this, call, origin, sql, text);
    }

    @Override
    public void setAutoCommit(boolean autoCommit) throws SQLException {
        if (session.isGivenUp()) {
            // A program's clean-up must not hide the error behind which the pooler ceased to answer.
            return;
        }
        if (autoCommit && !session.hasOwnBackend() && !delegate.getAutoCommit()) {
            TransactionEnd.commit(session);
        }
        delegate.setAutoCommit(autoCommit);
    }

    @Override
    public void commit() throws SQLException {
        if (delegate.getAutoCommit()) {
            // The driver refuses it.
            delegate.commit();
        } else {
            TransactionEnd.commit(session);
        }
    }

    @Override
    public void rollback() throws SQLException {
        TransactionEnd.rollback(session);
    }

    @Override
    public Savepoint setSavepoint() throws SQLException {
        if (!delegate.getAutoCommit()) {
            SeparateSettings.tell(session);
        }
        Savepoint savepoint = delegate.setSavepoint();
        session.state().savepoint(savepoint);
        return savepoint;
    }

    @Override
    public Savepoint setSavepoint(String name) throws SQLException {
        if (!delegate.getAutoCommit()) {
            SeparateSettings.tell(session);
        }
        Savepoint savepoint = delegate.setSavepoint(name);
        session.state().savepoint(savepoint);
        return savepoint;
    }

    @Override
    public void rollback(Savepoint savepoint) throws SQLException {
        delegate.rollback(savepoint);
        session.state().rollbackTo(savepoint);
    }

    @Override
    public void releaseSavepoint(Savepoint savepoint) throws SQLException {
        delegate.releaseSavepoint(savepoint);
        session.state().release(savepoint);
    }

    @Override
    public void setTransactionIsolation(int level) throws SQLException {
        JdbcSettings.setIsolation(session, level);
    }

    @Override
    public int getTransactionIsolation() throws SQLException {
        return JdbcSettings.isolation(session);
    }

    @Override
    public void setReadOnly(boolean readOnly) throws SQLException {
        JdbcSettings.setReadOnly(session, readOnly);
    }

    @Override
    public boolean isReadOnly() throws SQLException {
        return JdbcSettings.isReadOnly(session);
    }

    @Override
    public void setSchema(@Nullable String schema) throws SQLException {
        JdbcSettings.setSchema(session, schema);
    }

    @Override
    public @Nullable String getSchema() throws SQLException {
        return JdbcSettings.schema(session);
    }

    @Override
    public void setClientInfo(String name, @Nullable String value) throws SQLClientInfoException {
        JdbcSettings.setClientInfo(session, name, value);
    }

    @Override
    public void setClientInfo(Properties properties) throws SQLClientInfoException {
        JdbcSettings.setClientInfo(session, properties);
    }

    @Override
    public @Nullable String getClientInfo(String name) throws SQLException {
        return JdbcSettings.clientInfo(session, name);
    }

    @Override
    public Properties getClientInfo() throws SQLException {
        return JdbcSettings.clientInfo(session);
    }

    /** Whether the connection to the pooler stands; about the backend of the next transaction nobody knows anything yet. */
    @Override
    public boolean isValid(int timeout) throws SQLException {
        if (session.hasOwnBackend() || timeout < 0) {
            return delegate.isValid(timeout);
        }
        return !delegate.isClosed() && ConnectionCheck.stands(session.driver(), timeout);
    }

    @Override
    public DatabaseMetaData getMetaData() throws SQLException {
        return new PoolSafeMetaData(delegate.getMetaData(), this);
    }

    @Override
    public void close() throws SQLException {
        if (closed) {
            return;
        }
        closed = true;
        Connection connection = delegate;
        try {
            if (aborted) {
                giveBackAborted(connection);
            } else {
                leave(connection);
            }
        } finally {
            Places places = session.guard().places();
            if (holdingPlace && places != null) {
                places.leave();
            }
        }
    }

    private void leave(Connection connection) throws SQLException {
        try (connection) {
            TransactionEnd.leave(session);
        }
    }

    /** It was borrowed at one of the guard's places, where there are any. */
    PoolSafeConnection holdsPlace() {
        holdingPlace = session.guard().places() != null;
        return this;
    }

    /** HikariCP says of a connection that was aborted that it is closed, and throws it away. */
    private static void giveBackAborted(Connection connection) throws SQLException {
        try {
            connection.close();
        } catch (SQLException gone) {
            if (!PSQLState.CONNECTION_DOES_NOT_EXIST.getState().equals(gone.getSQLState())) {
                throw gone;
            }
        }
    }

    @Override
    public boolean isClosed() throws SQLException {
        return closed || aborted || delegate.isClosed();
    }

    /** Ends the connection, and the statement that runs on it: the driver by itself would leave it running at the server. */
    @Override
    public void abort(Executor executor) throws SQLException {
        aborted = true;
        if (!delegate.isClosed() && !delegate.isWrapperFor(CheckedConnection.class)) {
            CheckedConnection.cancelRunning(session.driver());
        }
        delegate.abort(executor);
    }

    /** The driver's connection itself is not guarded: in a transaction it finds the session's settings at least. */
    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        session.happened();
        if (PGConnection.class.equals(type) && !session.hasOwnBackend()) {
            return type.cast(new PoolSafePgConnection(session));
        }
        return type.isInstance(delegate) ? type.cast(delegate) : Objects.requireNonNull(delegate.unwrap(type));
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || type.isInstance(delegate) || delegate.isWrapperFor(type);
    }

    @Override
    public String toString() {
        return "pool-safe connection over " + session.connection();
    }
}
