package com.scrapersky.session.spring;

import com.scrapersky.session.DatabaseSessionFactory;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/** What is in front of each DataSource, beside Spring Boot's own indicator, which asks whether the database answers. */
final class SkySessionHealth implements HealthIndicator {

    private final DataSourceGuard guard;

    SkySessionHealth(DataSourceGuard guard) {
        this.guard = guard;
    }

    @Override
    public Health health() {
        Health.Builder health = Health.unknown();
        for (GuardedDataSource dataSource : guard.guarded()) {
            DatabaseSessionFactory sessions = dataSource.sessionsIfOpen();
            if (sessions == null) {
                health.withDetail(dataSource.name(), "not opened yet");
            } else {
                health.up().withDetail(dataSource.name(), SkySessionEndpoint.inShort(sessions.profile()));
            }
        }
        return health.build();
    }
}
