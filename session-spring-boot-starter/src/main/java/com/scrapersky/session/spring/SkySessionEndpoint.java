package com.scrapersky.session.spring;

import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.PoolerProfile;
import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.SessionStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/**
 * Tells of each DataSource what is in front of it, how that is known, what was applied because of it, and what its sessions
 * have done. Never a URL, a user or a password. Asks nobody: what has not been opened is told as such.
 */
@Endpoint(id = "skysession")
final class SkySessionEndpoint {

    private final DataSourceGuard guard;

    SkySessionEndpoint(DataSourceGuard guard) {
        this.guard = guard;
    }

    @ReadOperation
    Map<String, Object> dataSources() {
        Map<String, Object> dataSources = new TreeMap<>();
        for (GuardedDataSource dataSource : guard.guarded()) {
            DatabaseSessionFactory sessions = dataSource.sessionsIfOpen();
            dataSources.put(dataSource.name(), sessions == null ? Map.of("opened", false) : told(sessions));
        }
        return Map.of("dataSources", dataSources);
    }

    private static Map<String, Object> told(DatabaseSessionFactory sessions) {
        PoolerProfile profile = sessions.profile();
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("opened", true);
        told.putAll(inShort(profile));
        told.put("evidence", List.copyOf(profile.evidence()));
        told.put("parameters", List.copyOf(profile.parameters()));
        told.put("warnings", profile.warnings());
        told.put("statistics", counted(sessions.statistics()));
        return told;
    }

    private static Map<String, Object> counted(SessionStatistics statistics) {
        Map<String, Object> told = new LinkedHashMap<>();
        told.put(
                "statements", Map.of("named", statistics.namedStatements(), "unnamed", statistics.unnamedStatements()));
        told.put("contextsApplied", statistics.contextsApplied());
        told.put("transactions", byName(statistics.transactions(), SkySessionEndpoint::word));
        told.put("backendHeldSeconds", statistics.backendHeld().toNanos() / 1e9);
        told.put("retries", byName(statistics.retries(), SkySessionEndpoint::word));
        told.put("poolerErrors", byName(statistics.poolerErrors(), code -> code));
        told.put("refused", byName(statistics.refusals(), SessionFeature::id));
        told.put("moved", byName(statistics.moves(), SessionFeature::id));
        return told;
    }

    /** What was counted at all. */
    private static <K> Map<String, Long> byName(Map<K, Long> counts, Function<K, String> name) {
        Map<String, Long> told = new TreeMap<>();
        counts.forEach((key, count) -> {
            if (count > 0) {
                told.put(name.apply(key), count);
            }
        });
        return told;
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** What is in front, in three words. */
    static Map<String, Object> inShort(PoolerProfile profile) {
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("pooler", profile.pooler().title());
        told.put("mode", profile.mode().name().toLowerCase(Locale.ROOT));
        told.put("statements", profile.statementMode().name().toLowerCase(Locale.ROOT));
        return told;
    }
}
