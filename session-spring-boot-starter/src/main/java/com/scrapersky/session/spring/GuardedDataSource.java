package com.scrapersky.session.spring;

import com.scrapersky.session.ConnectionException;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.ErrorClass;
import com.scrapersky.session.SessionContext;
import java.sql.Connection;
import java.sql.ConnectionBuilder;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * A DataSource of the application as everybody else gets it. What is in front of its database is looked at when the first
 * connection is wanted, as the pool itself would open only then; a look that fails is repeated with the next one. A
 * DataSource whose connections are not pgjdbc's is left as it is.
 */
final class GuardedDataSource extends DelegatingDataSource {

    /**
     * Why a DataSource of this JVM could not be opened when that was tried last. Hibernate keeps such a reason to itself; and
     * when a start that failed is looked into, the beans of its context are gone.
     */
    private static final AtomicReference<@Nullable Throwable> LAST_FAILURE = new AtomicReference<>();

    private final String name;
    private final DataSource pool;
    private final boolean certainlyPgjdbc;
    private final Supplier<DatabaseSessionFactory> opener;

    /** Not a monitor: opening talks to the database. */
    private final ReentrantLock opening = new ReentrantLock();

    private volatile @Nullable DatabaseSessionFactory sessions;
    private volatile @Nullable DataSource safe;
    private volatile Consumer<String> failures = state -> {};
    private volatile Consumer<DatabaseSessionFactory> openings = opened -> {};

    /**
     * @param certainlyPgjdbc whether its connections are known to be pgjdbc's without a look
     * @param opener makes the factory over {@code pool}
     */
    GuardedDataSource(String name, DataSource pool, boolean certainlyPgjdbc, Supplier<DatabaseSessionFactory> opener) {
        super(pool);
        this.name = name;
        this.pool = pool;
        this.certainlyPgjdbc = certainlyPgjdbc;
        this.opener = opener;
    }

    /** The bean's name. */
    String name() {
        return name;
    }

    @Override
    public Connection getConnection() throws SQLException {
        DataSource known = safe;
        try {
            return (known == null ? open() : known).getConnection();
        } catch (SQLException failure) {
            String state = failure.getSQLState();
            failures.accept(state == null ? "none" : state);
            throw failure;
        }
    }

    /** @param listener is told the SQLSTATE each time that no connection could be had */
    void onFailure(Consumer<String> listener) {
        failures = listener;
    }

    /** @param listener is told of the factory over this pool, as soon as there is one */
    void onOpened(Consumer<DatabaseSessionFactory> listener) {
        opening.lock();
        try {
            openings = listener;
            DatabaseSessionFactory opened = sessions;
            if (opened != null) {
                listener.accept(opened);
            }
        } finally {
            opening.unlock();
        }
    }

    /** Connections with the login's own rights, whatever context there is: for migrations. */
    Connection connectionOfLogin() throws SQLException {
        if (safe == null) {
            open();
        }
        DatabaseSessionFactory opened = sessions;
        return opened == null
                ? pool.getConnection()
                : opened.withContext(SessionContext.none()).dataSource().getConnection();
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        DataSource known = safe;
        return (known == null ? open() : known).getConnection(username, password);
    }

    /** A builder of the pool's own would make connections that nobody guards. */
    @Override
    public ConnectionBuilder createConnectionBuilder() throws SQLException {
        throw new SQLFeatureNotSupportedException("the DataSource \"" + name + "\" has no connection builder");
    }

    private DataSource open() throws SQLException {
        opening.lock();
        try {
            DataSource known = safe;
            if (known == null) {
                known = certainlyPgjdbc || isPgjdbc() ? openSafe() : pool;
                safe = known;
            }
            return known;
        } finally {
            opening.unlock();
        }
    }

    private boolean isPgjdbc() throws SQLException {
        try (Connection connection = pool.getConnection()) {
            return connection.isWrapperFor(PGConnection.class);
        }
    }

    private DataSource openSafe() throws SQLException {
        try {
            DatabaseSessionFactory opened = opener.get();
            sessions = opened;
            LAST_FAILURE.set(null);
            openings.accept(opened);
            return opened.dataSource();
        } catch (ConnectionException failure) {
            LAST_FAILURE.set(failure);
            // What callers of a DataSource can deal with.
            String state = failure.sqlState().orElse("08001");
            throw failure.errorClass() == ErrorClass.CONFIGURATION
                    ? new SQLNonTransientConnectionException(failure.getMessage(), state, failure)
                    : new SQLTransientConnectionException(failure.getMessage(), state, failure);
        }
    }

    /** The factory over this pool, opened if need be. */
    DatabaseSessionFactory sessions() {
        try {
            open();
        } catch (SQLException failure) {
            throw failure.getCause() instanceof RuntimeException told ? told : new IllegalStateException(failure);
        }
        DatabaseSessionFactory opened = sessions;
        if (opened == null) {
            throw new IllegalStateException("the DataSource \"" + name
                    + "\" is not PostgreSQL's, so there is no DatabaseSessionFactory over it");
        }
        return opened;
    }

    /** The same, without opening anything: null before the first connection, and where it is not PostgreSQL's. */
    @Nullable
    DatabaseSessionFactory sessionsIfOpen() {
        return sessions;
    }

    /** Another application starts. */
    static void forgetFailure() {
        LAST_FAILURE.set(null);
    }

    static @Nullable Throwable lastFailure() {
        return LAST_FAILURE.get();
    }

    /** Closes what is ours; the pool is the application's. */
    void close() {
        DatabaseSessionFactory opened = sessions;
        if (opened != null) {
            opened.close();
        }
    }

    /** Asked for a DataSource it gives the pool: Spring Boot asks again and again until it has the innermost one. */
    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return type == GuardedDataSource.class
                ? type.cast(this)
                : type.isInstance(pool) ? type.cast(pool) : pool.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type == GuardedDataSource.class || type.isInstance(pool) || pool.isWrapperFor(type);
    }

    @Override
    public String toString() {
        return "pool-safe " + pool;
    }
}
