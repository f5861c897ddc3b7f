package com.scrapersky.session;

import com.scrapersky.session.SessionFeature.Treatment;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * What a factory over somebody else's pool is made of: {@link DatabaseSessionFactory#wrapping}. Everything that the pool
 * decides, its size, login and times, is left out. Not thread-safe.
 *
 * <pre>{@code
 * DatabaseSessionFactory sessions = DatabaseSessionFactory.wrapping(pool)
 *         .roles("anon", "authenticated")
 *         .context(CurrentUser::context)
 *         .build();
 * }</pre>
 */
public final class Wrapping {

    private final DataSource pool;
    private final SessionOptions options = new SessionOptions();
    private @Nullable PoolerProfile pooler;

    Wrapping(DataSource pool) {
        this.pool = Objects.requireNonNull(pool);
    }

    /** As {@link DatabaseSessionFactory.Builder#roles}. */
    public Wrapping roles(String... names) {
        options.roles(names);
        return this;
    }

    /** As {@link DatabaseSessionFactory.Builder#context}. */
    public Wrapping context(Supplier<SessionContext> supplier) {
        options.context(supplier);
        return this;
    }

    /** As {@link DatabaseSessionFactory.Builder#pooler}: your word wins over detection. */
    public Wrapping pooler(PoolerProfile profile) {
        pooler = Objects.requireNonNull(profile);
        return this;
    }

    /**
     * As {@link DatabaseSessionFactory.Builder#sessionUrl}. User and password that it leaves out are taken from a
     * HikariDataSource with a JDBC URL; over any other pool it names them itself.
     */
    public Wrapping sessionUrl(String url) {
        options.sessionUrl(url);
        return this;
    }

    /** As {@link DatabaseSessionFactory.Builder#maximumSessionConnections}. */
    public Wrapping maximumSessionConnections(int connections) {
        options.maximumSessionConnections(connections);
        return this;
    }

    /** As {@link DatabaseSessionFactory.Builder#policy}. */
    public Wrapping policy(SessionFeature feature, Treatment treatment) {
        options.policy(feature, treatment);
        return this;
    }

    /** As {@link DatabaseSessionFactory.Builder#retry}. */
    public Wrapping retry(RetryPolicy policy) {
        options.retry(policy);
        return this;
    }

    /** As {@link DatabaseSessionFactory.Builder#commitCheck}. */
    public Wrapping commitCheck(Duration limit) {
        options.commitCheck(limit);
        return this;
    }

    /** As {@link DatabaseSessionFactory.Builder#observer}. */
    public Wrapping observer(OperationObserver told) {
        options.observer(told);
        return this;
    }

    /**
     * Looks at what is in front of the database; before the pool opens its first connection, where that is still to come.
     *
     * @throws ConnectionException if the pool gives no connection, or one that is not pgjdbc's
     */
    public DatabaseSessionFactory build() {
        ConnectionSource source = ConnectionSource.over(this);
        return new DatabaseSessionFactory(source, options.target(source));
    }

    DataSource pool() {
        return pool;
    }

    SessionOptions options() {
        return options;
    }

    @Nullable
    PoolerProfile pooler() {
        return pooler;
    }

    /** The few connections with a backend of their own, where one is given or certain. */
    @Nullable
    SessionPool sessions(@Nullable DatabaseUrl poolUrl) {
        return options.sessions(poolUrl, Map.of(), null);
    }
}
