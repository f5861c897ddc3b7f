package com.scrapersky.session;

import com.scrapersky.session.PoolerProfile.Evidence;
import com.scrapersky.session.PoolerProfile.Mode;
import com.scrapersky.session.PoolerProfile.Origin;
import com.scrapersky.session.PoolerProfile.Parameter;
import com.scrapersky.session.PoolerProfile.Pooler;
import com.scrapersky.session.PoolerProfile.StatementMode;
import com.scrapersky.session.PoolerProfile.Statements;
import com.scrapersky.session.internal.guard.CheckedConnection;
import com.scrapersky.session.internal.guard.Guard;
import com.scrapersky.session.internal.guard.SessionCounters;
import com.scrapersky.session.internal.pooler.AutomaticParameters;
import com.scrapersky.session.internal.pooler.Destination;
import com.scrapersky.session.internal.pooler.PoolerDetection;
import com.scrapersky.session.internal.pooler.PoolerDetection.Finding;
import com.scrapersky.session.internal.pooler.StatementProbe;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/** Makes a pool out of a URL: finds out what is in front, decides about every parameter, opens. */
final class PoolAssembly {

    private static final int DEFAULT_POOL_SIZE = 10;
    private static final String THRESHOLD = "prepareThreshold";

    /** pgjdbc's own default. */
    static final int NAMED_AFTER = 5;

    private static final Duration DEFAULT_CONNECTION_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration MAXIMUM_LIFETIME = Duration.ofMinutes(30);

    /** What names the server and the login; everything else is a parameter. */
    private static final Set<String> LOGIN = Set.of("user", "password", "PGDBNAME", "PGHOST", "PGPORT", "sslpassword");

    /** What the URL for the driver says already. */
    private static final Set<String> ADDRESS = Set.of("PGDBNAME", "PGHOST", "PGPORT");

    private final DatabaseUrl url;
    private final Map<String, Parameter> explicit = new LinkedHashMap<>();

    /** Kept apart from the parameters: those are shown, and passwords are among these. */
    private final Map<String, String> login = new LinkedHashMap<>();

    private final @Nullable PoolerProfile given;
    private final StatementMode statementMode;
    private final Parameter maximumPoolSize;
    private final Parameter connectionTimeout;

    /** What sessions begin with, and may not be sent when a connection to a transaction pooler is opened. */
    private final SessionStart start;

    private final RefusedLogin refused = new RefusedLogin();
    private int maximumWaiting = Integer.MAX_VALUE;
    private @Nullable Duration leakDetection;
    private @Nullable SessionCounters counters;

    PoolAssembly(
            DatabaseUrl url,
            Map<String, String> driverProperties,
            @Nullable PoolerProfile pooler,
            StatementMode statementMode,
            @Nullable Integer maximumPoolSize,
            @Nullable Duration connectionTimeout) {
        this.url = url;
        this.given = pooler == null ? fromUrl(url) : pooler;
        this.statementMode = statementMode;
        url.driverProperties().forEach((name, value) -> {
            if (!LOGIN.contains(name)) {
                explicit.put(name, new Parameter(name, value, "set in the URL", Origin.URL));
            }
        });
        login.putAll(url.driverProperties());
        login.keySet().retainAll(LOGIN);
        driverProperties.forEach((name, value) -> {
            if (LOGIN.contains(name)) {
                login.put(name, value);
            } else {
                explicit.put(name, new Parameter(name, value, "set by the builder", Origin.BUILDER));
            }
        });
        this.start = SessionStart.of(explicit);
        this.maximumPoolSize = poolSize(url, maximumPoolSize);
        this.connectionTimeout = timeout(url, connectionTimeout);
    }

    /** What is done about callers that are too many, and that hold a connection for too long. */
    PoolAssembly crowd(int mostWaiting, @Nullable Duration longestHold) {
        maximumWaiting = mostWaiting;
        leakDetection = longestHold;
        return this;
    }

    /** What its sessions do is counted together with others. */
    PoolAssembly countedBy(SessionCounters together) {
        counters = together;
        return this;
    }

    private static @Nullable PoolerProfile fromUrl(DatabaseUrl url) {
        // "pgbouncer=true" says that a transaction pooler is in front; "false" only that nobody asks for its treatment.
        return url.transactionPooler().orElse(false)
                ? PoolerProfile.of(
                        Pooler.PGBOUNCER,
                        Mode.TRANSACTION,
                        List.of(new Evidence("the URL says pgbouncer=true", "taken at its word", true)))
                : null;
    }

    private static Parameter poolSize(DatabaseUrl url, @Nullable Integer built) {
        String reason = "connections at the most; real concurrency is the pooler's own pool size";
        if (built != null) {
            return new Parameter("maximumPoolSize", built.toString(), reason, Origin.BUILDER);
        } else if (url.connectionLimit().isPresent()) {
            return new Parameter(
                    "maximumPoolSize", Integer.toString(url.connectionLimit().getAsInt()), reason, Origin.URL);
        }
        return new Parameter("maximumPoolSize", Integer.toString(DEFAULT_POOL_SIZE), reason, Origin.AUTOMATIC);
    }

    private static Parameter timeout(DatabaseUrl url, @Nullable Duration built) {
        Duration value = built != null ? built : url.poolTimeout().orElse(DEFAULT_CONNECTION_TIMEOUT);
        Origin origin = built != null ? Origin.BUILDER : url.poolTimeout().isPresent() ? Origin.URL : Origin.AUTOMATIC;
        return new Parameter(
                "connectionTimeout",
                Long.toString(value.toMillis()),
                "milliseconds a caller waits for a connection; poolers hold a client for up to 60 s or more",
                origin);
    }

    /** Where connections go first. */
    static Destination destination(DatabaseUrl url, String user) {
        DatabaseUrl.Host host = url.hosts().get(0);
        String sslmode = url.driverProperties().getOrDefault("sslmode", "");
        return new Destination(host.name(), host.port(), user, url.database(), Destination.enforcesTls(sslmode));
    }

    ConnectionSource open(SessionOptions options, @Nullable SessionPool sessions) {
        PoolerProfile profile = profile();
        FactoryPool pool = pool(profile);
        boolean shared = profile.mode() == Mode.TRANSACTION;
        Guard.Builder guard = ConnectionSource.guard(profile)
                .policy(options.policy())
                .sessions(sessions)
                .roles(options.roles())
                .contexts(options.hasContexts());
        if (counters != null) {
            guard.counters(counters);
        }
        if (isAsked(profile)) {
            name(guard, profile, destination(url, user()));
        }
        if (shared) {
            guard.readOnlySentAtOnce(start.isReadOnlySentAtOnce());
        }
        return ConnectionSource.owning(pool, inForce(profile), guard, shared ? start.settings() : Map.of(), sessions);
    }

    /** What is in front and what a pool would be opened with; opens none. */
    PoolerProfile diagnose() {
        return inForce(profile());
    }

    /** A pool for sessions with backends of their own, to be opened when the first one is needed. */
    SessionPool.Opened openSessions() {
        PoolerProfile profile = profile();
        HikariDataSource pool = pool(profile);
        return new SessionPool.Opened(pool, profile);
    }

    private PoolerProfile profile() {
        PoolerProfile known = given;
        PoolerProfile profile = known == null ? detect() : known;
        return statementMode == StatementMode.AUTO
                ? profile
                : profile.with(
                        Statements.of(statementMode, "the code that built the factory says so", "taken at its word"));
    }

    /** Whether connections have to be asked, one by one, before anything is named on them. */
    private boolean isAsked(PoolerProfile profile) {
        return isNamedBehindPooler(profile) && !explicit.containsKey(THRESHOLD);
    }

    static boolean isNamedBehindPooler(PoolerProfile profile) {
        return profile.mode() == Mode.TRANSACTION && profile.statementMode() == StatementMode.NAMED;
    }

    /** Lets a guard name statements on the connections that it has asked. */
    static void name(Guard.Builder guard, PoolerProfile profile, Destination destination) {
        guard.namedAfter(NAMED_AFTER)
                .losesPortals(profile.pooler() == Pooler.SUPAVISOR)
                .whenNamesAreLost(() -> StatementProbe.forget(destination));
    }

    private AutomaticParameters decide(PoolerProfile profile) {
        Map<String, Parameter> given = profile.mode() == Mode.TRANSACTION ? start.sent(explicit) : explicit;
        return AutomaticParameters.decide(profile, given, isLoopback());
    }

    private PoolerProfile inForce(PoolerProfile profile) {
        AutomaticParameters decided = decide(profile);
        List<Parameter> parameters = new ArrayList<>(decided.parameters());
        if (profile.mode() == Mode.TRANSACTION) {
            List<Parameter> kept = start.parameters();
            parameters.removeIf(
                    sent -> kept.stream().anyMatch(parameter -> parameter.name().equals(sent.name())));
            parameters.addAll(kept);
        }
        parameters.add(maximumPoolSize);
        parameters.add(connectionTimeout);
        parameters.add(lifetime());
        List<String> notes = url.translations().stream()
                .map(translation -> translation.parameter() + "=" + translation.value() + " of the URL was translated: "
                        + translation.meaning())
                .toList();
        Parameter threshold = explicit.get(THRESHOLD);
        PoolerProfile applied = threshold == null
                ? profile
                : profile.with(Statements.of(
                        decided.statementMode(),
                        THRESHOLD + "=" + threshold.value() + " was " + threshold.reason(),
                        "taken at its word"));
        return applied.with(parameters, decided.warnings(), notes);
    }

    private String user() {
        return url.user().orElseGet(() -> System.getProperty("user.name"));
    }

    private boolean isLoopback() {
        return url.hosts().stream().allMatch(host -> Destination.isLoopback(host.name()));
    }

    private PoolerProfile detect() {
        // Looks with the parameters that are safe everywhere.
        PoolerProfile cautious = PoolerProfile.of(Pooler.UNKNOWN, Mode.TRANSACTION, List.of());
        PGSimpleDataSource driver = driver(decide(cautious).parameters(), false, null);
        String user = user();
        try {
            if (!explicit.containsKey("socketTimeout")) {
                driver.setProperty(
                        "socketTimeout", Long.toString(Math.max(1, Long.parseLong(connectionTimeout.value()) / 1000)));
            }
            Destination destination = destination(url, user);
            Finding finding = PoolerDetection.detect(driver::getConnection, destination, true);
            PoolerProfile found = PoolerProfile.of(finding.pooler(), finding.mode(), finding.evidence());
            if (statementMode != StatementMode.AUTO
                    || explicit.containsKey(THRESHOLD)
                    || !finding.mayCarryStatements()) {
                return found;
            }
            return found.with(StatementProbe.ask(driver::getConnection, destination));
        } catch (SQLException error) {
            throw Errors.noConnection("the database could not be opened: ", error);
        }
    }

    private PGSimpleDataSource driver(List<Parameter> parameters, boolean shared, @Nullable PoolRoom room) {
        PGSimpleDataSource driver = new DriverDataSource(refused, shared, room);
        try {
            driver.setURL(url.jdbcUrl());
            for (Map.Entry<String, String> property : login.entrySet()) {
                if (!ADDRESS.contains(property.getKey())) {
                    driver.setProperty(property.getKey(), property.getValue());
                }
            }
            for (Parameter parameter : parameters) {
                driver.setProperty(parameter.name(), parameter.value());
            }
            return driver;
        } catch (SQLException unknown) {
            throw Errors.usage(
                    "pgjdbc refuses a connection property: " + unknown.getMessage(),
                    "give names and values of org.postgresql.PGProperty");
        }
    }

    private FactoryPool pool(PoolerProfile profile) {
        HikariConfig config = new HikariConfig();
        PoolRoom room = new PoolRoom(Integer.parseInt(maximumPoolSize.value()));
        PGSimpleDataSource driver = driver(decide(profile).parameters(), profile.mode() == Mode.TRANSACTION, room);
        if (isAsked(profile)) {
            // Until the connection itself has been asked.
            driver.setPrepareThreshold(0);
        }
        config.setDataSource(driver);
        config.setPoolName("sky-session");
        config.setMaximumPoolSize(Integer.parseInt(maximumPoolSize.value()));
        config.setConnectionTimeout(Long.parseLong(connectionTimeout.value()));
        config.setExceptionOverride(new KeptOnUnsupportedFeature());
        config.setMaxLifetime(MAXIMUM_LIFETIME.toMillis());
        if (leakDetection != null) {
            config.setLeakDetectionThreshold(leakDetection.toMillis());
        }
        try {
            FactoryPool pool = new FactoryPool(config, refused, maximumWaiting);
            room.is(pool);
            return pool;
        } catch (PoolInitializationException failure) {
            throw failure.getCause() instanceof SQLException error
                    ? Errors.noConnection("the database could not be opened: ", error)
                    : failure;
        }
    }

    private static Parameter lifetime() {
        return new Parameter(
                "maxLifetime",
                Long.toString(MAXIMUM_LIFETIME.toMillis()),
                "milliseconds until a connection is replaced; poolers restart and move",
                Origin.AUTOMATIC);
    }

    /** Keeps the login timeout of the profile: HikariCP would put its connection timeout in its place. */
    private static final class DriverDataSource extends PGSimpleDataSource {

        private static final long serialVersionUID = 1L;

        private final transient RefusedLogin refused;

        /** Whether the pool's question whether a connection lives must do without a backend. */
        private final boolean shared;

        private final transient @Nullable PoolRoom room;

        DriverDataSource(RefusedLogin refused, boolean shared, @Nullable PoolRoom room) {
            this.refused = refused;
            this.shared = shared;
            this.room = room;
        }

        @Override
        public Connection getConnection() throws SQLException {
            refused.check();
            Connection connection;
            try {
                connection = super.getConnection();
            } catch (SQLException error) {
                refused.remember(error);
                if (room != null) {
                    room.refused(error);
                }
                throw error;
            }
            return shared ? new CheckedConnection(connection) : connection;
        }

        @Override
        public void setLoginTimeout(int seconds) {}
    }
}
