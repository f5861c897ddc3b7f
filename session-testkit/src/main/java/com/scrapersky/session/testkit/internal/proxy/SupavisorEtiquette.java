package com.scrapersky.session.testkit.internal.proxy;

import com.scrapersky.session.testkit.Manners;
import com.scrapersky.session.testkit.PoolMode;
import com.scrapersky.session.testkit.internal.protocol.ErrorResponse;
import com.scrapersky.session.testkit.internal.protocol.StartupOptions;
import com.scrapersky.session.testkit.internal.protocol.StartupPacket;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Supavisor's ways in transaction mode. Its errors begin with a code in parentheses, with the exceptions below. */
final class SupavisorEtiquette implements Etiquette {

    private static final int MAXIMUM_STARTUP = 1024;
    private static final Duration SLOW_ANSWER = Duration.ofMillis(500);
    private static final Duration COOL_DOWN = Duration.ofMillis(2500);
    private static final Map<String, String> OWN_NAME = Map.of("application_name", "Supavisor");

    /** What a login says while no backend has been reached yet. */
    private static final Map<String, String> DEFAULT_STATUS = Map.of(
            "server_version", "15.0",
            "server_encoding", "UTF8",
            "client_encoding", "UTF8",
            "standard_conforming_strings", "on",
            "integer_datetimes", "on",
            "DateStyle", "ISO, MDY",
            "IntervalStyle", "postgres",
            "TimeZone", "UTC");

    private final ProxyOptions options;
    private final Manners manners;
    private final CircuitBreaker breaker;
    private final Set<PoolKey> pools = new HashSet<>();
    private Map<String, String> lastReported = DEFAULT_STATUS;

    SupavisorEtiquette(ProxyOptions options) {
        this.options = options;
        manners = options.manners();
        breaker = new CircuitBreaker(manners.authenticationFailures(), manners.failureWindow(), manners.circuitBreak());
    }

    static ErrorResponse error(String code, String text) {
        return ErrorResponse.fatal("XX000", "(" + code + ") " + text);
    }

    @Override
    public Admission admit(StartupPacket startup, String address) throws Refusal {
        if (startup.size() > MAXIMUM_STARTUP) {
            throw new Refusal(ErrorResponse.protocolViolation("(ESTARTUPPACKETTOOLARGE) Startup packet too large: "
                    + startup.size() + " bytes (max " + MAXIMUM_STARTUP + " bytes)"));
        }
        StartupOptions said = StartupOptions.parse(startup.parameters().getOrDefault("options", ""));
        String user = startup.user();
        String tenant = reference(said);
        int dot = user.lastIndexOf('.');
        if (tenant == null && dot >= 0) {
            tenant = user.substring(dot + 1);
            user = user.substring(0, dot);
        }
        if (tenant == null) {
            throw new Refusal(
                    error("ENOIDENTIFIER", "no tenant identifier provided (external_id or sni_hostname required)"));
        }
        if (!tenant.equals(manners.tenant()) || !options.users().containsKey(user)) {
            throw new Refusal(error("ENOTFOUND", "tenant/user " + user + "." + tenant + " not found"), SLOW_ANSWER);
        }
        if (breaker.isOpen(address)) {
            throw new Refusal(error(
                    "ECIRCUITBREAKER", "too many authentication failures, new connections are temporarily blocked"));
        }
        PoolKey pool = poolOf(startup, said, user);
        if (!pools.contains(pool) && pools.size() >= manners.maximumPools()) {
            throw new Refusal(error("EMAXPOOLSREACHED", "max pools count reached"));
        }
        return new Admission(user, pool, TrackedParameters.none(), !options.trustClients());
    }

    private static @Nullable String reference(StartupOptions said) {
        for (String word : said.others()) {
            if (word.startsWith("reference=")) {
                return word.substring("reference=".length());
            }
        }
        return said.settings().get("reference");
    }

    private static PoolKey poolOf(StartupPacket startup, StartupOptions said, String user) {
        String searchPath = startup.parameters().get("search_path");
        if (searchPath == null) {
            searchPath = said.settings().get("search_path");
        }
        Map<String, String> parameters = new TreeMap<>(OWN_NAME);
        if (searchPath != null) {
            parameters.put("search_path", searchPath);
        }
        String database = startup.parameters().getOrDefault("database", "postgres");
        return new PoolKey(user, database, parameters);
    }

    @Override
    public Refusal wrongPassword(Admission admission, String address) {
        breaker.failed(address);
        return new Refusal(
                ErrorResponse.fatal("28P01", "password authentication failed for user \"" + admission.user() + "\""),
                SLOW_ANSWER);
    }

    @Override
    public void admitted(Admission admission) {
        pools.add(admission.pool());
    }

    @Override
    public boolean needsBackendToGreet() {
        return false;
    }

    @Override
    public Map<String, String> greeting(Admission admission, Map<String, String> reported) {
        if (!reported.isEmpty()) {
            lastReported = reported;
        }
        Map<String, String> greeting = new LinkedHashMap<>(lastReported);
        greeting.putAll(OWN_NAME);
        return greeting;
    }

    @Override
    public Map<String, String> heartbeat() {
        return OWN_NAME;
    }

    @Override
    public Statements statements(ClientConnection client) {
        int maximum = manners.maximumPreparedStatements();
        return maximum == 0 || keepsSessions() ? Statements.AS_THEY_ARE : new SupavisorStatements(client, maximum);
    }

    @Override
    public boolean losesWhatFollowsIdleSync() {
        return !keepsSessions();
    }

    @Override
    public boolean deliversNotifications() {
        return keepsSessions();
    }

    @Override
    public boolean answersHttp() {
        return true;
    }

    @Override
    public int concurrency(int poolSize) {
        return keepsSessions() ? poolSize : poolSize + 1;
    }

    private boolean keepsSessions() {
        return manners.poolMode() == PoolMode.SESSION;
    }

    @Override
    public Duration coolDown() {
        return COOL_DOWN;
    }

    @Override
    public ErrorResponse tlsRequired(String user) {
        return error("ESSLREQUIRED", "SSL connection is required for user: " + user);
    }

    @Override
    public ErrorResponse tooManyClients(int limit) {
        return error("EMAXCONN", "max client connections reached, limit: " + limit);
    }

    @Override
    public @Nullable ErrorResponse sessionsFull(int clients, int poolSize) {
        return keepsSessions() && clients >= poolSize
                ? error(
                        "EMAXCONNSESSION",
                        "max clients reached in session mode - max clients are limited to pool_size: " + poolSize)
                : null;
    }

    @Override
    public ErrorResponse checkoutTimeout(Duration waited) {
        return error(
                "ECHECKOUTTIMEOUT",
                "unable to check out connection from the pool after " + waited.toMillis() + "ms in "
                        + (keepsSessions() ? "Session" : "Transaction") + " mode");
    }

    @Override
    public ErrorResponse unreachable(@Nullable ErrorResponse answer, String reason, boolean duringLogin) {
        if (answer == null) {
            return ErrorResponse.fatal("08006", "Failed to connect to database: {:error, :econnrefused}");
        }
        if (answer.sqlState().equals("28P01")) {
            return ErrorResponse.fatal(
                    "28P01",
                    "Authentication credentials are invalid. Please reconnect with fresh credentials to"
                            + " reestablish the pool.");
        }
        // ECHECKOUTFAILED stands in its log only: what the client hears is the backend's own (checkout_error.ex).
        return ErrorResponse.fatal(answer.sqlState(), answer.text());
    }

    @Override
    public @Nullable ErrorResponse backendLost(boolean serverSaidWhy) {
        return serverSaidWhy ? null : error("EDBHANDLEREXITED", "DbHandler exited. Check logs for more information");
    }

    @Override
    public ErrorResponse invalidParameter() {
        throw new IllegalStateException("Supavisor carries no parameters over");
    }
}
