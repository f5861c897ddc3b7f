package com.scrapersky.session.testkit.internal.proxy;

import com.scrapersky.session.testkit.Manners;
import com.scrapersky.session.testkit.internal.protocol.ErrorResponse;
import com.scrapersky.session.testkit.internal.protocol.StartupPacket;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** PgBouncer's ways, read off the real 1.18.0 and 1.26.1 in transaction mode. */
final class PgBouncerEtiquette implements Etiquette {

    private final ProxyOptions options;
    private final Manners manners;

    PgBouncerEtiquette(ProxyOptions options) {
        this.options = options;
        manners = options.manners();
    }

    @Override
    public Admission admit(StartupPacket startup, String address) throws Refusal {
        if (startup.user().isEmpty()) {
            throw new Refusal(ErrorResponse.protocolViolation("no username supplied"));
        }
        TrackedParameters parameters = new TrackedParameters(manners.trackedParameters());
        for (Map.Entry<String, String> parameter : startup.parameters().entrySet()) {
            String name = parameter.getKey();
            if (name.equals("user") || name.equals("database") || name.startsWith("_pq_.")) {
                continue;
            }
            if (parameters.isTracked(name)) {
                parameters.put(name, parameter.getValue());
            } else if (!isIgnored(name)) {
                throw new Refusal(ErrorResponse.protocolViolation("unsupported startup parameter: " + name));
            }
        }
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

    private boolean isIgnored(String name) {
        return manners.ignoredStartupParameters().contains(name);
    }

    @Override
    public Refusal wrongPassword(Admission admission, String address) {
        return new Refusal(ErrorResponse.protocolViolation("SASL authentication failed"));
    }

    @Override
    public boolean greetsAfterBackend() {
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
        return Statements.AS_THEY_ARE;
    }

    @Override
    public int concurrency(int poolSize) {
        return poolSize;
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
        return ErrorResponse.protocolViolation("server login has been failing, try again later (server_login_retry)");
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
