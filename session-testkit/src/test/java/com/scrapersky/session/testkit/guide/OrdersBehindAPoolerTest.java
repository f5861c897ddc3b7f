package com.scrapersky.session.testkit.guide;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.testkit.Backends;
import com.scrapersky.session.testkit.LeakProbe;
import com.scrapersky.session.testkit.Pooler;
import com.scrapersky.session.testkit.PoolerLab;
import com.scrapersky.session.testkit.PoolerTest;
import com.scrapersky.session.testkit.PostgresLab;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import org.junit.jupiter.api.BeforeEach;

/** The guide's worked example. */
// guide: test
class OrdersBehindAPoolerTest {

    @BeforeEach
    void createTable(PostgresLab postgres) {
        postgres.execute(
                "drop table if exists orders",
                "create table orders (item text,"
                        + " tenant text not null default nullif(current_setting('app.tenant', true), ''))");
    }

    @PoolerTest(poolers = {Pooler.PGBOUNCER_1_18, Pooler.PGBOUNCER_1_26, Pooler.ODYSSEY, Pooler.HOSTILE_SUPAVISOR})
    void keepsTheTenantsApart(PoolerLab pooler, Backends backends, LeakProbe probe) throws SQLException {
        try (HikariDataSource dataSource = dataSource(pooler)) {
            Orders orders = new Orders(dataSource);
            probe.during("add for a", () -> orders.add("a", "book"));
            probe.during("add for b", () -> orders.add("b", "lamp"));
            backends.onEach(() -> assertThat(orders.ofTenant("a")).containsExactly("book"));
        }
    }

    static HikariDataSource dataSource(PoolerLab pooler) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(pooler.jdbcUrl());
        config.setMaximumPoolSize(2);
        // As in production: unnamed statements, and the application name in the startup packet.
        config.addDataSourceProperty("prepareThreshold", "0");
        config.addDataSourceProperty("assumeMinServerVersion", "12");
        return new HikariDataSource(config);
    }
}
// end
