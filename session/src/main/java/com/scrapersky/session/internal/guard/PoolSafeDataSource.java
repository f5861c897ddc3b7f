package com.scrapersky.session.internal.guard;

import com.scrapersky.session.SessionUsageException;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLNonTransientException;
import java.util.function.Supplier;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/** A pool as its users may see it: they borrow pool-safe connections from it, and cannot close it. */
public final class PoolSafeDataSource implements DataSource {

    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    private final DataSource pool;
    private final Guard guard;
    private final boolean unnameStatements;
    private final Supplier<? extends @Nullable ContextSettings> contexts;

    /**
     * @param unnameStatements whether each borrowed connection must be told to leave no named statements behind
     * @param contexts is asked at each borrow what its session begins with
     */
    public PoolSafeDataSource(
            DataSource pool,
            Guard guard,
            boolean unnameStatements,
            Supplier<? extends @Nullable ContextSettings> contexts) {
        this.pool = pool;
        this.guard = guard;
        this.unnameStatements = unnameStatements;
        this.contexts = contexts;
    }

    /** What its connections share. */
    public Guard guard() {
        return guard;
    }

    /** The same pool for other sessions. */
    public PoolSafeDataSource with(Supplier<? extends @Nullable ContextSettings> others) {
        return new PoolSafeDataSource(pool, guard, unnameStatements, others);
    }

    @Override
    public PoolSafeConnection getConnection() throws SQLException {
        ContextSettings context;
        try {
            context = contexts.get();
        } catch (SessionUsageException refused) {
            throw new SQLNonTransientException(refused.getMessage(), INSUFFICIENT_PRIVILEGE, refused);
        }
        return getConnection(context);
    }

    /** Borrows for a session that begins with {@code context}. */
    public PoolSafeConnection getConnection(@Nullable ContextSettings context) throws SQLException {
        guard.refreshInBackground(pool);
        Places places = guard.places();
        Connection connection = borrow(places);
        try {
            if (unnameStatements) {
                // A field of the driver's connection. At 0 its own BEGIN, COMMIT and ROLLBACK are unnamed, too.
                connection.unwrap(PGConnection.class).setPrepareThreshold(0);
            }
            return guard.guard(connection, context).holdsPlace();
        } catch (SQLException | RuntimeException notPgjdbc) {
            giveBack(connection, places);
            throw notPgjdbc;
        }
    }

    private static void giveBack(Connection connection, @Nullable Places places) throws SQLException {
        try {
            connection.close();
        } finally {
            if (places != null) {
                places.leave();
            }
        }
    }

    private Connection borrow(@Nullable Places places) throws SQLException {
        try {
            return places == null ? pool.getConnection() : places.enter();
        } catch (SQLException refused) {
            guard.counters().failed(refused);
            throw refused;
        }
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException("the pool logs in as one user; build a factory for another one");
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return type.isInstance(this) ? type.cast(this) : type.isInstance(pool) ? type.cast(pool) : pool.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || type.isInstance(pool) || pool.isWrapperFor(type);
    }

    @Override
    public @Nullable PrintWriter getLogWriter() throws SQLException {
        return pool.getLogWriter();
    }

    @Override
    public void setLogWriter(@Nullable PrintWriter out) throws SQLException {
        pool.setLogWriter(out);
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        return pool.getLoginTimeout();
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        pool.setLoginTimeout(seconds);
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        return pool.getParentLogger();
    }
}
