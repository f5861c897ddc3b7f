package com.scrapersky.session.spring;

import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.PoolerProfile;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/**
 * Tells of each DataSource what is in front of it, how that is known, what was applied because of it, and what moved to a
 * session of its own. Never a URL, a user or a password. Asks nobody: what has not been opened is told as such.
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
        Map<String, Long> moves = new TreeMap<>();
        sessions.sessionMoves().forEach((feature, count) -> moves.put(feature.id(), count));
        told.put("sessionMoves", moves);
        return told;
    }

    /** What is in front, in three words. */
    static Map<String, Object> inShort(PoolerProfile profile) {
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("pooler", profile.pooler().title());
        told.put("mode", profile.mode().name().toLowerCase(java.util.Locale.ROOT));
        told.put("statements", profile.statementMode().name().toLowerCase(java.util.Locale.ROOT));
        return told;
    }
}
