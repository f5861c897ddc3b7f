package com.scrapersky.session;

import com.scrapersky.session.internal.guard.ContextSettings;
import com.scrapersky.session.internal.guard.Guard;
import com.scrapersky.session.internal.guard.PoolSafeConnection;
import com.scrapersky.session.internal.guard.PoolSafeDataSource;
import com.scrapersky.session.internal.guard.SessionCounters;
import com.scrapersky.session.internal.guard.StatementNames;
import com.scrapersky.session.internal.pooler.AutomaticParameters;
import com.scrapersky.session.internal.pooler.Destination;
import com.scrapersky.session.internal.pooler.PoolerDetection;
import com.scrapersky.session.internal.pooler.PoolerDetection.Finding;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The pool behind a factory: where connections come from, and what is known about what they lead to. */
final class ConnectionSource implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionSource.class);

    private final PoolSafeDataSource dataSource;
    private final @Nullable HikariDataSource owned;
    private final PoolerProfile profile;

    private final @Nullable SessionPool sessions;

    /** Where reads may go, where that is not here. */
    private @Nullable Replicas replicas;

    /** How often something was tried again, by the SQLSTATE that was the reason. */
    private final Map<String, LongAdder> retries = new ConcurrentHashMap<>();

    private final Map<ErrorClass, LongAdder> retriesByClass = new ConcurrentHashMap<>();

    private ConnectionSource(
            PoolSafeDataSource dataSource,
            @Nullable HikariDataSource owned,
            PoolerProfile profile,
            @Nullable SessionPool sessions) {
        this.dataSource = dataSource;
        this.owned = owned;
        this.profile = profile;
        this.sessions = sessions;
    }

    /** A pool of our own. */
    static ConnectionSource owning(
            FactoryPool pool,
            PoolerProfile profile,
            Guard.Builder builder,
            Map<String, String> start,
            @Nullable SessionPool sessions) {
        Guard guard;
        try {
            guard = look(pool, builder.poolOurs().places(pool), profile, start, applicationName(profile));
        } catch (SQLException | RuntimeException failed) {
            pool.close();
            throw failed instanceof SQLException error
                    ? Errors.noConnection("the database could not be opened: ", error)
                    : (RuntimeException) failed;
        }
        return new ConnectionSource(new PoolSafeDataSource(pool, guard, false, () -> null), pool, profile, sessions);
    }

    /** Reads what the database's own code may do unseen, and lets the server judge what sessions begin with. */
    private static Guard look(
            DataSource pool,
            Guard.Builder builder,
            PoolerProfile profile,
            Map<String, String> start,
            @Nullable String applicationName)
            throws SQLException {
        try (Connection connection = pool.getConnection()) {
            if (profile.mode() == PoolerProfile.Mode.TRANSACTION) {
                if (profile.statementMode() == PoolerProfile.StatementMode.UNNAMED) {
                    // A pool that knows of no pooler names its statements, COMMIT and ROLLBACK among them.
                    connection.unwrap(PGConnection.class).setPrepareThreshold(0);
                }
                StartupParameters startup =
                        StartupParameters.of(connection.unwrap(PGConnection.class), applicationName);
                Map<String, String> defaults = new LinkedHashMap<>(startup.dropped());
                defaults.putAll(start);
                builder.defaults(defaults).startup(startup.asked());
            }
            Guard guard = builder.build();
            boolean autoCommit = connection.getAutoCommit();
            connection.setAutoCommit(true);
            guard.readCatalogue(connection);
            guard.tryDefaults(connection);
            connection.setAutoCommit(autoCommit);
            return guard;
        }
    }

    private static @Nullable String applicationName(PoolerProfile profile) {
        return profile.parameters().stream()
                .filter(parameter -> parameter.name().equals("ApplicationName"))
                .map(PoolerProfile.Parameter::value)
                .findFirst()
                .orElse(null);
    }

    /** Somebody else's pool, looked at before it opens, or through one of its connections. */
    static ConnectionSource over(Wrapping wrapping) {
        DataSource pool = wrapping.pool();
        UnopenedPool unopened = UnopenedPool.of(pool);
        try {
            PoolerProfile found = wrapping.pooler();
            if (found == null && unopened != null) {
                found = unopened.detect();
            }
            List<PoolerProfile.Parameter> said =
                    unopened == null || found == null ? List.of() : unopened.prepare(found);
            WrappedPool wrapped = WrappedPool.of(pool, found);
            Destination destination;
            List<PoolerProfile.Parameter> parameters;
            SessionStart start;
            String applicationName;
            boolean named;
            try (Connection connection = pool.getConnection()) {
                Properties url = url(connection.getMetaData());
                destination = destination(url, connection.getMetaData().getUserName());
                parameters = new ArrayList<>(said);
                parameters.addAll(existing(connection.unwrap(PGConnection.class)));
                named = connection.unwrap(PGConnection.class).getPrepareThreshold() != 0;
                start = unopened == null ? SessionStart.of(WrappedPool.parameters(url)) : unopened.start();
                applicationName = url.getProperty("ApplicationName");
            }
            if (found == null) {
                found = profileOf(PoolerDetection.detect(pool::getConnection, destination, false));
            }
            wrapped.refuseWhatWouldLeak(found.mode());
            boolean unnamed = found.statementMode() == PoolerProfile.StatementMode.UNNAMED;
            if (unnamed && said.stream().noneMatch(parameter -> parameter.name().equals("prepareThreshold"))) {
                parameters.add(
                        0,
                        new PoolerProfile.Parameter(
                                "prepareThreshold",
                                "0",
                                "set on each connection when it is borrowed: no statement stays at a backend under a name",
                                PoolerProfile.Origin.AUTOMATIC));
            }
            Map<String, String> defaults = new LinkedHashMap<>(start.settings());
            defaults.putAll(wrapped.settings());
            SessionPool sessions = wrapping.sessions(unopened == null ? null : unopened.databaseUrl());
            Guard.Builder guard = guard(found)
                    .readOnlySentAtOnce(start.isReadOnlySentAtOnce())
                    .policy(wrapping.options().policy())
                    .sessions(sessions)
                    .roles(wrapping.options().roles())
                    .contexts(wrapping.options().hasContexts());
            if (unopened != null && PoolAssembly.isNamedBehindPooler(found)) {
                Destination asked = unopened.destination();
                PoolAssembly.name(guard, found, asked);
            }
            String initSql = wrapped.initSql();
            if (initSql != null) {
                defaults = settingsOf(pool, guard.defaults(defaults).build(), initSql);
            }
            List<PoolerProfile.Parameter> asItIs = new ArrayList<>(parameters);
            asItIs.removeAll(said);
            List<String> warnings = new ArrayList<>(AutomaticParameters.warnings(found, asItIs));
            if (unnamed && named) {
                warnings.add(
                        "the wrapped pool opens its connections without prepareThreshold=0: what it sends before the"
                                + " library gets one is named, such as the ROLLBACK of a pool with autoCommit=false, and stays on a"
                                + " backend; say prepareThreshold=0 in the pool's own URL");
            }
            Guard built = look(pool, guard, found, defaults, applicationName);
            return new ConnectionSource(
                    new PoolSafeDataSource(pool, built, unnamed, () -> null),
                    null,
                    found.with(parameters, warnings, List.of()),
                    sessions);
        } catch (SQLException error) {
            throw Errors.noConnection("the wrapped DataSource gave none of pgjdbc: ", error);
        }
    }

    private static PoolerProfile profileOf(Finding finding) {
        return PoolerProfile.of(finding.pooler(), finding.mode(), finding.evidence());
    }

    /** What a text sets that a pool would run on each new connection. */
    private static Map<String, String> settingsOf(DataSource pool, Guard guard, String initSql) throws SQLException {
        try (PoolSafeConnection connection = guard.guard(pool.getConnection());
                Statement statement = connection.createStatement()) {
            statement.execute(initSql);
            return connection.settings();
        }
    }

    private static Properties url(DatabaseMetaData metaData) throws SQLException {
        Properties url = Driver.parseURL(metaData.getURL(), new Properties());
        if (url == null) {
            throw new SQLException("its connections have no URL of pgjdbc's");
        }
        return url;
    }

    /** By the driver's own reader: a pool that works may well have a URL that libpq would refuse. */
    static Destination destination(Properties url, String user) {
        String port = first(url.getProperty("PGPORT", "5432"));
        return new Destination(
                first(url.getProperty("PGHOST", "localhost")),
                port.isEmpty() ? 5432 : Integer.parseInt(port),
                user,
                url.getProperty("PGDBNAME", user),
                Destination.enforcesTls(url.getProperty("sslmode")));
    }

    private static String first(String list) {
        int comma = list.indexOf(',');
        return comma < 0 ? list : list.substring(0, comma);
    }

    private static List<PoolerProfile.Parameter> existing(PGConnection connection) {
        List<PoolerProfile.Parameter> parameters = new ArrayList<>();
        String reason = "as the wrapped pool opened its connections";
        parameters.add(new PoolerProfile.Parameter(
                "preferQueryMode",
                connection.getPreferQueryMode().value(),
                reason,
                PoolerProfile.Origin.EXISTING_POOL));
        parameters.add(new PoolerProfile.Parameter(
                "autosave", connection.getAutosave().value(), reason, PoolerProfile.Origin.EXISTING_POOL));
        return parameters;
    }

    /** What a pool behind {@code profile} needs by itself. */
    static Guard.Builder guard(PoolerProfile profile) {
        return Guard.builder(SessionFeatureRefusedException::new)
                .passThrough(profile.mode() != PoolerProfile.Mode.TRANSACTION)
                .losesCount(profile.losesCount())
                .poolerTracks(profile.pooler() != PoolerProfile.Pooler.SUPAVISOR);
    }

    DataSource dataSource(ContextBinding contexts) {
        return dataSource.with(contexts);
    }

    /** To be told before the first use. */
    void readFrom(Replicas others) {
        replicas = others;
    }

    @Nullable
    Replicas replicas() {
        return replicas;
    }

    PoolerProfile profile() {
        StatementNames.Loss loss = dataSource.guard().lossOfNames();
        return loss == null
                ? profile
                : profile.with(new PoolerProfile.Statements(
                        PoolerProfile.StatementMode.UNNAMED,
                        new PoolerProfile.Evidence(
                                loss.observation(),
                                "the pooler that was found first is another one now, or was set up otherwise, so"
                                        + " statements stay unnamed",
                                true),
                        loss.since()));
    }

    /** @param context what the session begins with, or null */
    PoolSafeConnection borrow(@Nullable ContextSettings context) {
        HikariDataSource pool = owned;
        if (pool != null && pool.isClosed()) {
            throw Errors.usage("the factory is closed", "keep it open for as long as the program needs the database");
        }
        try {
            return dataSource.getConnection(context);
        } catch (SQLException error) {
            String state = pool == null ? "" : state(pool.getHikariPoolMXBean());
            // With a cause, somebody refused a connection.
            throw error instanceof SQLTransientConnectionException && !(error.getCause() instanceof SQLException)
                    ? Errors.crowded(state + error.getMessage())
                    : Errors.noConnection(state, error);
        }
    }

    private static String state(@Nullable HikariPoolMXBean pool) {
        return pool == null
                ? ""
                : "of " + pool.getTotalConnections() + " in the pool " + pool.getActiveConnections()
                        + " are in use and " + pool.getThreadsAwaitingConnection() + " callers wait: ";
    }

    /** Gives a connection back after a failure that is already being told. */
    static void giveBack(Connection connection) {
        try {
            connection.close();
        } catch (SQLException second) {
            LOG.debug("a connection could not be given back", second);
        }
    }

    /**
     * What {@link Attempts#next} says, and counts it.
     *
     * @return null where no attempt is left
     */
    @Nullable
    Attempts again(RetryPolicy policy, @Nullable Attempts before, DatabaseException failure) {
        Attempts next = Attempts.next(policy, before, failure);
        if (next != null) {
            retries.computeIfAbsent(failure.sqlState().orElse("-"), first -> new LongAdder())
                    .increment();
            retriesByClass
                    .computeIfAbsent(failure.errorClass(), first -> new LongAdder())
                    .increment();
        }
        return next;
    }

    Map<String, Long> retries() {
        Map<String, Long> counts = new TreeMap<>();
        retries.forEach((sqlState, count) -> counts.put(sqlState, count.sum()));
        return counts;
    }

    SessionStatistics statistics() {
        SessionCounters counters = dataSource.guard().counters();
        Map<ErrorClass, Long> causes = new EnumMap<>(ErrorClass.class);
        retriesByClass.forEach((cause, count) -> causes.put(cause, count.sum()));
        return new SessionStatistics(
                counters.unnamedStatements(),
                counters.namedStatements(),
                counters.contextsApplied(),
                counters.transactions(),
                Duration.ofNanos(counters.heldNanos()),
                causes,
                counters.poolerErrors(),
                counters.refusals(),
                moves());
    }

    /** Where what is done at replicas is counted, too. */
    SessionCounters counters() {
        return dataSource.guard().counters();
    }

    /** How many connections moved to a session of their own, by the feature that needed it. */
    Map<SessionFeature, Long> moves() {
        return sessions == null ? Map.of() : sessions.moves();
    }

    @Override
    public void close() {
        if (replicas != null) {
            replicas.close();
        }
        if (sessions != null) {
            sessions.close();
        }
        if (owned != null) {
            owned.close();
        }
    }
}
