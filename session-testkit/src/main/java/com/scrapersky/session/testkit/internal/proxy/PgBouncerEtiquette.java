package com.scrapersky.session.testkit.internal.proxy;

import com.scrapersky.session.testkit.Manners;
import com.scrapersky.session.testkit.PoolMode;
import com.scrapersky.session.testkit.internal.protocol.ErrorResponse;
import com.scrapersky.session.testkit.internal.protocol.StartupOptions;
import com.scrapersky.session.testkit.internal.protocol.StartupPacket;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** PgBouncer's ways, read off the real 1.18.0 and 1.26.1 in transaction mode. */
final class PgBouncerEtiquette implements Etiquette {

    private final ProxyOptions options;
    private final Manners manners;
    private final PgBouncerStatements.Names names = new PgBouncerStatements.Names();

    PgBouncerEtiquette(ProxyOptions options) {
        this.options = options;
        manners = options.manners();
    }

    @Override
    public Admission admit(StartupPacket startup, String address) throws Refusal {
        if (startup.user().isEmpty()) {
            throw new Refusal(ErrorResponse.protocolViolation("no username supplied"));
        }
        TrackedParameters parameters = parameters(startup);
        String database = startup.database();
        if (!database.equals(options.upstream().database())) {
            throw new Refusal(ErrorResponse.protocolViolation("no such database: " + database));
        }
        PoolKey pool = new PoolKey(startup.user(), database, Map.of());
        if (options.trustClients() && !options.users().containsKey(startup.user())) {
            throw new Refusal(ErrorResponse.protocolViolation("\"trust\" authentication failed"));
        }
        return new Admission(startup.user(), pool, parameters, !options.trustClients());
    }

    private TrackedParameters parameters(StartupPacket startup) throws Refusal {
        TrackedParameters parameters = new TrackedParameters(manners.trackedParameters(), manners.carriesExactly());
        for (Map.Entry<String, String> parameter : startup.parameters().entrySet()) {
            String name = parameter.getKey();
            if (name.equals("user") || name.equals("database") || name.startsWith("_pq_.")) {
                continue;
            }
            if (name.equals("options") && manners.readsOptions() && !isIgnored(name)) {
                readOptions(parameter.getValue(), parameters);
            } else if (parameters.isTracked(name)) {
                parameters.put(name, parameter.getValue());
            } else if (!isIgnored(name)) {
                throw new Refusal(ErrorResponse.protocolViolation("unsupported startup parameter: " + name));
            }
        }
        return parameters;
    }

    private void readOptions(String text, TrackedParameters parameters) throws Refusal {
        StartupOptions said = StartupOptions.parse(text);
        if (!said.others().isEmpty()) {
            throw new Refusal(ErrorResponse.protocolViolation(
                    "unsupported options startup parameter: only" + " '-c config=val' and '--config=val' are allowed"));
        }
        for (Map.Entry<String, String> setting : said.settings().entrySet()) {
            if (parameters.isTracked(setting.getKey())) {
                parameters.put(setting.getKey(), setting.getValue());
            } else if (!isIgnored(setting.getKey())) {
                throw new Refusal(ErrorResponse.protocolViolation(
                        "unsupported startup parameter in options: " + setting.getKey()));
            }
        }
    }

    private boolean isIgnored(String name) {
        return manners.ignoredStartupParameters().contains(name);
    }

    @Override
    public Refusal wrongPassword(Admission admission, String address) {
        return new Refusal(ErrorResponse.protocolViolation("SASL authentication failed"));
    }

    @Override
    public boolean needsBackendToGreet() {
        return true;
    }

    @Override
    public Map<String, String> greeting(Admission admission, Map<String, String> reported) {
        admission.parameters().fillIn(reported);
        Map<String, String> greeting = new LinkedHashMap<>(reported);
        greeting.putAll(admission.parameters().values());
        return greeting;
    }

    @Override
    public Statements statements(ClientConnection client) {
        int maximum = manners.maximumPreparedStatements();
        return maximum == 0 || manners.poolMode() == PoolMode.SESSION
                ? Statements.AS_THEY_ARE
                : new PgBouncerStatements(client, names, maximum);
    }

    @Override
    public int concurrency(int poolSize) {
        return poolSize;
    }

    /** PgBouncer itself waits 15 s (server_login_retry): too long for a test. */
    @Override
    public Duration coolDown() {
        return Duration.ofMillis(500);
    }

    @Override
    public ErrorResponse tlsRequired(String user) {
        return ErrorResponse.protocolViolation("SSL required");
    }

    @Override
    public ErrorResponse tooManyClients(int limit) {
        return ErrorResponse.protocolViolation("no more connections allowed (max_client_conn)");
    }

    @Override
    public ErrorResponse checkoutTimeout(Duration waited) {
        return ErrorResponse.protocolViolation("query_wait_timeout");
    }

    @Override
    public ErrorResponse unreachable(@Nullable ErrorResponse answer, String reason, boolean duringLogin) {
        if (answer != null && duringLogin) {
            return ErrorResponse.fatal(
                    answer.sqlState(), "server login failed: " + answer.severity() + " " + answer.text());
        }
        String detail = manners.readsOptions() ? "cached error: connect failed" : "try again later";
        return ErrorResponse.protocolViolation("server login has been failing, " + detail + " (server_login_retry)");
    }

    @Override
    public ErrorResponse backendLost(boolean serverSaidWhy) {
        return ErrorResponse.protocolViolation("server conn crashed?");
    }

    @Override
    public ErrorResponse invalidParameter() {
        return ErrorResponse.protocolViolation("invalid server parameter");
    }
}
