package com.scrapersky.session.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.PoolerProfile.Mode;
import com.scrapersky.session.PoolerProfile.Pooler;
import com.scrapersky.session.PoolerProfile.StatementMode;
import com.scrapersky.session.testkit.MustChangeBackend;
import com.zaxxer.hikari.HikariConfigMXBean;
import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.SQLFeatureNotSupportedException;
import java.util.HashMap;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.PGConnection;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.jdbc.DataSourceUnwrapper;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.health.DataSourceHealthContributorAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.metrics.DataSourcePoolMetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;

/** What Spring Boot does with a DataSource, it does with one that is pool-safe. */
@MustChangeBackend
class DataSourcesTest {

    private static final Route ROUTE = Route.PGBOUNCER_1_18;

    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    DataSourceAutoConfiguration.class,
                    DataSourceTransactionManagerAutoConfiguration.class,
                    JdbcTemplateAutoConfiguration.class,
                    SkySessionAutoConfiguration.class))
            .withPropertyValues(ROUTE.properties());

    private static HikariDataSource pool(DataSource dataSource) {
        return DataSourceUnwrapper.unwrap(dataSource, HikariConfigMXBean.class, HikariDataSource.class);
    }

    /** A session setting that comes back on whichever backend shows that the DataSource is pool-safe. */
    private static void isPoolSafe(DataSource dataSource) throws Exception {
        try (Connection connection = dataSource.getConnection();
                var statement = connection.createStatement()) {
            statement.execute("set search_path = pg_catalog, public");
            int first = backend(connection);
            assertThat(backend(connection)).isNotEqualTo(first);
            try (var result = statement.executeQuery("show search_path")) {
                result.next();
                assertThat(result.getString(1)).isEqualTo("pg_catalog, public");
            }
            assertThat(connection.unwrap(PGConnection.class).getPrepareThreshold())
                    .isZero();
        }
    }

    private static int backend(Connection connection) throws Exception {
        try (var statement = connection.createStatement();
                var result = statement.executeQuery("select pg_backend_pid()")) {
            result.next();
            return result.getInt(1);
        }
    }

    @Test
    void propertiesOfDataSourceAndPoolStay() {
        application
                .withPropertyValues(
                        "spring.datasource.hikari.maximum-pool-size=3",
                        "spring.datasource.hikari.pool-name=orders",
                        "spring.datasource.hikari.auto-commit=false",
                        "spring.datasource.hikari.data-source-properties.ApplicationName=orders")
                .run(context -> {
                    DataSource dataSource = context.getBean(DataSource.class);
                    HikariDataSource pool = pool(dataSource);
                    assertThat(pool.isRunning()).as("opened by wrapping").isFalse();
                    try (Connection connection = dataSource.getConnection()) {
                        assertThat(connection.getAutoCommit()).isFalse();
                        assertThat(connection.getClientInfo("ApplicationName")).isEqualTo("orders");
                    }
                    assertThat(pool.getPoolName()).isEqualTo("orders");
                    assertThat(pool.getMaximumPoolSize()).isEqualTo(3);
                    assertThat(pool.getDataSourceProperties())
                            .containsEntry("prepareThreshold", "0")
                            .containsEntry("assumeMinServerVersion", "12");
                });
    }

    /** Named where the pooler carries names to whichever backend: seen by the backends' own lists, on several of them. */
    @ParameterizedTest
    @EnumSource(names = {"PGBOUNCER_1_18", "PGBOUNCER_1_26", "LIKE_SUPAVISOR"})
    void statementsAreNamedWhereThePoolerCarriesThem(Route route) {
        boolean named = route == Route.PGBOUNCER_1_26;
        application
                .withPropertyValues(route.properties("spring.datasource.hikari.maximum-pool-size=1"))
                .run(context -> {
                    JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
                    Map<Integer, Boolean> namedAt = new HashMap<>();
                    for (int i = 0; i < 16; i++) {
                        jdbc.query(
                                "select pg_backend_pid(), exists (select from pg_prepared_statements"
                                        + " where statement like 'select pg_backend_pid(), exists%') as starter, ?::int",
                                row -> {
                                    namedAt.put(row.getInt(1), row.getBoolean(2));
                                },
                                i);
                    }
                    assertThat(namedAt).as("backends").hasSizeGreaterThan(1);
                    assertThat(namedAt.values()).containsOnly(named);
                    DatabaseSessionFactory sessions = context.getBean(DatabaseSessionFactory.class);
                    assertThat(sessions.profile().statementMode())
                            .isEqualTo(named ? StatementMode.NAMED : StatementMode.UNNAMED);
                    assertThat(sessions.statistics().namedStatements() > 0).isEqualTo(named);
                });
    }

    @Test
    void connectionsComeOnlyFromWhereTheyAreGuarded() {
        application.run(context -> assertThatThrownBy(
                        () -> context.getBean(DataSource.class).createConnectionBuilder())
                .isInstanceOf(SQLFeatureNotSupportedException.class)
                .hasMessageContaining("dataSource"));
    }

    @Test
    void whatADriverWouldSetWhenItConnectsIsSetForEachSession() {
        application
                .withPropertyValues(
                        "spring.datasource.url="
                                + ROUTE.url("?currentSchema=pg_catalog&options=-c%20statement_timeout=7s"),
                        "spring.datasource.hikari.connection-init-sql=set lock_timeout = '3s'",
                        "spring.datasource.hikari.transaction-isolation=TRANSACTION_REPEATABLE_READ")
                .run(context -> {
                    JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
                    Map<String, String> expected = Map.of(
                            "search_path", "pg_catalog",
                            "statement_timeout", "7s",
                            "lock_timeout", "3s",
                            "transaction_isolation", "repeatable read");
                    for (int i = 0; i < 3; i++) {
                        expected.forEach((name, value) -> assertThat(
                                        jdbc.queryForObject("select current_setting(?)", String.class, name))
                                .as(name)
                                .isEqualTo(value));
                    }
                    assertThat(context.getBean(DatabaseSessionFactory.class)
                                    .profile()
                                    .warnings())
                            .isEmpty();
                });
    }

    @Test
    void onADirectConnectionThePoolSetsThemItself() {
        application
                .withPropertyValues(Route.DIRECT.properties(
                        "spring.datasource.url=" + Route.DIRECT.url("?currentSchema=pg_catalog"),
                        "spring.datasource.hikari.transaction-isolation=TRANSACTION_SERIALIZABLE"))
                .run(context -> {
                    JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
                    assertThat(jdbc.queryForObject("show search_path", String.class))
                            .isEqualTo("pg_catalog");
                    assertThat(jdbc.queryForObject("show transaction_isolation", String.class))
                            .isEqualTo("serializable");
                    assertThat(pool(context.getBean(DataSource.class)).getDataSourceProperties())
                            .as("statements stay named")
                            .doesNotContainKey("prepareThreshold");
                });
    }

    @Test
    void connectionDetailsDecideWhereItGoes() {
        application
                .withPropertyValues("spring.datasource.url=jdbc:postgresql://nowhere.invalid/none")
                .withBean(JdbcConnectionDetails.class, Details::new)
                .run(context -> isPoolSafe(context.getBean(DataSource.class)));
    }

    /** As a container of Testcontainers or Docker Compose gives them. */
    private static final class Details implements JdbcConnectionDetails {
        @Override
        public String getUsername() {
            return ROUTE.endpoint().user();
        }

        @Override
        public String getPassword() {
            return ROUTE.endpoint().password();
        }

        @Override
        public String getJdbcUrl() {
            return ROUTE.url("");
        }
    }

    @Test
    void hikarisMetricsAreBound() {
        application
                .withConfiguration(AutoConfigurations.of(
                        MetricsAutoConfiguration.class,
                        CompositeMeterRegistryAutoConfiguration.class,
                        SimpleMetricsExportAutoConfiguration.class,
                        DataSourcePoolMetricsAutoConfiguration.class))
                .run(context -> {
                    isPoolSafe(context.getBean(DataSource.class));
                    MeterRegistry meters = context.getBean(MeterRegistry.class);
                    assertThat(meters.get("hikaricp.connections").gauge().value())
                            .isPositive();
                    assertThat(meters.get("jdbc.connections.max").gauge().value())
                            .isEqualTo(10);
                });
    }

    @Test
    void healthIsAsked() {
        ApplicationContextRunner withHealth = application.withConfiguration(AutoConfigurations.of(
                HealthContributorAutoConfiguration.class, DataSourceHealthContributorAutoConfiguration.class));
        withHealth.run(context -> {
            var health = context.getBean("dbHealthContributor", HealthIndicator.class)
                    .health();
            assertThat(health.getStatus()).isEqualTo(Status.UP);
            assertThat(health.getDetails()).containsEntry("database", "PostgreSQL");
        });
        withHealth
                .withPropertyValues("spring.datasource.url=jdbc:postgresql://127.0.0.1:1/none")
                .run(context -> assertThat(context.getBean("dbHealthContributor", HealthIndicator.class)
                                .health()
                                .getStatus())
                        .isEqualTo(Status.DOWN));
    }

    @Test
    void connectionsAreFetchedLateWhereTheApplicationSaysSo() {
        application
                .withPropertyValues("spring.datasource.connection-fetch=lazy")
                .run(context -> {
                    DataSource dataSource = context.getBean(DataSource.class);
                    assertThat(dataSource).isInstanceOf(LazyConnectionDataSourceProxy.class);
                    isPoolSafe(dataSource);
                    HikariDataSource pool = pool(dataSource);
                    try (Connection connection = dataSource.getConnection()) {
                        assertThat(pool.getHikariPoolMXBean().getActiveConnections())
                                .isZero();
                        backend(connection);
                        assertThat(pool.getHikariPoolMXBean().getActiveConnections())
                                .isEqualTo(1);
                    }
                });
    }

    @Test
    void unwrappingIsHonest() {
        application.run(context -> {
            DataSource dataSource = context.getBean(DataSource.class);
            assertThat(dataSource).isNotInstanceOf(HikariDataSource.class);
            assertThat(dataSource.isWrapperFor(HikariDataSource.class)).isTrue();
            HikariDataSource pool = dataSource.unwrap(HikariDataSource.class);
            assertThat(pool(dataSource)).isSameAs(pool);
            assertThat(dataSource.isWrapperFor(PGSimpleDataSource.class)).isFalse();
            assertThatThrownBy(() -> dataSource.unwrap(PGSimpleDataSource.class))
                    .isInstanceOf(java.sql.SQLException.class);
            context.close();
            assertThat(pool.isClosed()).isTrue();
        });
    }

    @Test
    void aDatabaseThatIsAwayDoesNotKeepTheApplicationFromStarting() {
        application
                .withPropertyValues("spring.datasource.url=jdbc:postgresql://127.0.0.1:1/none")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    DataSource dataSource = context.getBean(DataSource.class);
                    assertThatThrownBy(dataSource::getConnection)
                            .isInstanceOf(java.sql.SQLTransientConnectionException.class)
                            .hasMessageContaining("refused");
                });
    }

    @Test
    void whatIsSwitchedOffOrExcludedStaysAsItIs() {
        application
                .withPropertyValues("sky.session.enabled=false")
                .run(context -> assertThat(context.getBean(DataSource.class)).isInstanceOf(HikariDataSource.class));
        application
                .withPropertyValues("sky.session.exclude=dataSource")
                .run(context -> assertThat(context.getBean(DataSource.class)).isInstanceOf(HikariDataSource.class));
    }

    @Test
    void everyDataSourceIsWrapped() {
        application.withUserConfiguration(Several.class).run(context -> {
            isPoolSafe(context.getBean("pooled", DataSource.class));
            isPoolSafe(context.getBean("routing", DataSource.class));
            DatabaseSessionFactory sessions = context.getBean(DatabaseSessionFactory.class);
            assertThat(sessions.profile().mode()).isEqualTo(Mode.TRANSACTION);
            assertThat(sessions.profile().pooler()).isEqualTo(Pooler.PGBOUNCER);
        });
    }

    @Configuration(proxyBeanMethods = false)
    static class Several {
        @Bean
        @Primary
        DataSource pooled() {
            HikariDataSource pool = new HikariDataSource();
            pool.setJdbcUrl(ROUTE.endpoint().jdbcUrl());
            return pool;
        }

        @Bean
        AbstractRoutingDataSource routing() {
            PGSimpleDataSource plain = new PGSimpleDataSource();
            plain.setURL(ROUTE.endpoint().jdbcUrl());
            AbstractRoutingDataSource routing = new AbstractRoutingDataSource() {
                @Override
                protected Object determineCurrentLookupKey() {
                    return "a";
                }
            };
            routing.setTargetDataSources(Map.of("a", plain));
            return routing;
        }
    }
}
