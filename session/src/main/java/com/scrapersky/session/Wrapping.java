package com.scrapersky.session;

import com.scrapersky.session.PoolerProfile.StatementMode;
import com.scrapersky.session.SessionFeature.Treatment;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
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

    private static final int DEFAULT_SESSION_CONNECTIONS = 3;

    private final DataSource pool;
    private final Map<SessionFeature, Treatment> policy = new EnumMap<>(SessionFeature.class);
    private final Set<String> roles = new LinkedHashSet<>();
    private @Nullable Supplier<SessionContext> context;
    private @Nullable PoolerProfile pooler;
    private @Nullable DatabaseUrl sessionUrl;
    private int maximumSessionConnections = DEFAULT_SESSION_CONNECTIONS;
    private RetryPolicy retry = RetryPolicy.standard();
    private Duration commitCheck = Duration.ZERO;

    Wrapping(DataSource pool) {
        this.pool = Objects.requireNonNull(pool);
    }

    /** As {@link DatabaseSessionFactory.Builder#roles}. */
    public Wrapping roles(String... names) {
        for (String name : names) {
            roles.add(SessionContext.builder().role(name).build().role().orElseThrow());
        }
        return this;
    }

    /** As {@link DatabaseSessionFactory.Builder#context}. */
    public Wrapping context(Supplier<SessionContext> supplier) {
        context = Objects.requireNonNull(supplier);
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
        sessionUrl = DatabaseUrl.parse(url);
        return this;
    }

    /** As {@link DatabaseSessionFactory.Builder#maximumSessionConnections}. */
    public Wrapping maximumSessionConnections(int connections) {
        if (connections < 1) {
            throw Errors.usage(connections + " session connections", "give at least 1");
        }
        maximumSessionConnections = connections;
        return this;
    }

    /** As {@link DatabaseSessionFactory.Builder#policy}. */
    public Wrapping policy(SessionFeature feature, Treatment treatment) {
        policy.put(Objects.requireNonNull(feature), Objects.requireNonNull(treatment));
        return this;
    }

    /** As {@link DatabaseSessionFactory.Builder#retry}. */
    public Wrapping retry(RetryPolicy policy) {
        retry = Objects.requireNonNull(policy);
        return this;
    }

    /** As {@link DatabaseSessionFactory.Builder#commitCheck}. */
    public Wrapping commitCheck(Duration limit) {
        commitCheck = DatabaseSessionFactory.Builder.checkedCommitCheck(limit);
        return this;
    }

    /**
     * Looks at what is in front of the database; before the pool opens its first connection, where that is still to come.
     *
     * @throws ConnectionException if the pool gives no connection, or one that is not pgjdbc's
     */
    public DatabaseSessionFactory build() {
        return new DatabaseSessionFactory(
                ConnectionSource.over(this), ContextBinding.of(roles, context), retry, commitCheck);
    }

    DataSource pool() {
        return pool;
    }

    Map<SessionFeature, Treatment> policy() {
        return policy;
    }

    Set<String> roles() {
        return roles;
    }

    boolean hasContexts() {
        return context != null;
    }

    @Nullable
    PoolerProfile pooler() {
        return pooler;
    }

    /** The few connections with a backend of their own, where one is given or certain. */
    @Nullable
    SessionPool sessions(@Nullable DatabaseUrl poolUrl) {
        DatabaseUrl target = poolUrl == null ? sessionUrl : SessionUrls.choose(poolUrl, sessionUrl);
        if (target == null) {
            return null;
        }
        PoolAssembly assembly =
                new PoolAssembly(target, Map.of(), null, StatementMode.AUTO, maximumSessionConnections, null);
        return new SessionPool(assembly::openSessions);
    }
}
