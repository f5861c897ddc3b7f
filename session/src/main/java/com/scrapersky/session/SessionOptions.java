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
import org.jspecify.annotations.Nullable;

/**
 * What a factory is told about its sessions, whoever opens its pool: {@link DatabaseSessionFactory.Builder}, which documents each
 * option, and {@link Wrapping} ask for the same. Not thread-safe.
 */
final class SessionOptions {

    /** Each holds a backend for as long as its borrower likes. */
    private static final int DEFAULT_SESSION_CONNECTIONS = 3;

    private final Map<SessionFeature, Treatment> policy = new EnumMap<>(SessionFeature.class);
    private final Set<String> roles = new LinkedHashSet<>();
    private @Nullable Supplier<SessionContext> context;
    private RetryPolicy retry = RetryPolicy.standard();
    private Duration commitCheck = Duration.ZERO;
    private @Nullable OperationObserver observer;
    private @Nullable DatabaseUrl sessionUrl;
    private int maximumSessionConnections = DEFAULT_SESSION_CONNECTIONS;

    void policy(SessionFeature feature, Treatment treatment) {
        policy.put(Objects.requireNonNull(feature), Objects.requireNonNull(treatment));
    }

    void roles(String... names) {
        for (String name : names) {
            roles.add(SessionContext.builder().role(name).build().role().orElseThrow());
        }
    }

    void context(Supplier<SessionContext> supplier) {
        context = Objects.requireNonNull(supplier);
    }

    void retry(RetryPolicy policy) {
        retry = Objects.requireNonNull(policy);
    }

    void commitCheck(Duration limit) {
        if (limit.isNegative()) {
            throw Errors.usage("a check of lost commits for " + limit, "give a positive duration, or zero for none");
        }
        commitCheck = limit;
    }

    void observer(OperationObserver told) {
        observer = Objects.requireNonNull(told);
    }

    void sessionUrl(String url) {
        sessionUrl = DatabaseUrl.parse(url);
    }

    void maximumSessionConnections(int connections) {
        if (connections < 1) {
            throw Errors.usage(connections + " session connections", "give at least 1");
        }
        maximumSessionConnections = connections;
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

    /**
     * The few connections with a backend of their own, where their address is given or certain.
     *
     * @param poolUrl the address of the pool, where it is known
     * @param connectionTimeout how long a caller waits for one, where that was told
     */
    @Nullable
    SessionPool sessions(
            @Nullable DatabaseUrl poolUrl, Map<String, String> driverProperties, @Nullable Duration connectionTimeout) {
        DatabaseUrl target = poolUrl == null ? sessionUrl : SessionUrls.choose(poolUrl, sessionUrl);
        if (target == null) {
            return null;
        }
        PoolAssembly assembly = new PoolAssembly(
                target, driverProperties, null, StatementMode.AUTO, maximumSessionConnections, connectionTimeout);
        return new SessionPool(assembly::openSessions);
    }

    /** How statements are executed on the connections of a pool. */
    FactoryTarget target(ConnectionSource connections) {
        return new FactoryTarget(connections, ContextBinding.of(roles, context), retry, commitCheck, observer, false);
    }
}
