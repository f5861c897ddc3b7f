package com.scrapersky.benchmarks.guard;

import com.scrapersky.benchmarks.fake.FakePostgres;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.PoolerProfile;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;

/** Pools to the server in memory, with the standard advice for a pooler and with ours. */
public final class FakePools {

    private FakePools() {}

    /** pgjdbc under HikariCP with {@code prepareThreshold=0}. */
    public static HikariDataSource plain() {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(FakePostgres.URL);
        config.addDataSourceProperty("socketFactory", FakePostgres.SOCKET_FACTORY);
        config.addDataSourceProperty("prepareThreshold", "0");
        config.setMaximumPoolSize(1);
        return new HikariDataSource(config);
    }

    /** The factory that takes the server for PgBouncer in transaction mode, so that its connections are guarded. */
    public static DatabaseSessionFactory guarded() {
        return DatabaseSessionFactory.builder(FakePostgres.URL)
                .user("somebody")
                .driverProperty("socketFactory", FakePostgres.SOCKET_FACTORY)
                .pooler(PoolerProfile.pgBouncerTransaction())
                .maximumPoolSize(1)
                .build();
    }
}
