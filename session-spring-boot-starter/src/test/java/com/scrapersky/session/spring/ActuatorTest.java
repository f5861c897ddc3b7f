package com.scrapersky.session.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.SessionContext;
import com.scrapersky.session.testkit.MustChangeBackend;
import com.scrapersky.session.testkit.PoolerError;
import com.scrapersky.session.testkit.PoolerFaults.Fault;
import com.scrapersky.session.testkit.TransactionPooler;
import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.sql.DataSource;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.jmx.JmxEndpointAutoConfiguration;
import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.jmx.JmxAutoConfiguration;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.prometheus.PrometheusMetricsExportAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/** What operators see. */
@MustChangeBackend
class ActuatorTest {

    private static final Map<String, Object> IN_FRONT =
            Map.of("pooler", "Supavisor", "mode", "transaction", "statements", "unnamed");

    private static final Path DASHBOARD = Path.of("..", "docs", "grafana", "sky-session.json");

    private final ApplicationContextRunner application = MeasuredApplication.withMetricsIn(
                    SimpleMetricsExportAutoConfiguration.class)
            .withPropertyValues(
                    "management.endpoints.web.exposure.include=skysession",
                    "management.endpoints.jmx.exposure.include=skysession",
                    "spring.jmx.enabled=true",
                    "sky.session.session-url=" + Route.postgres().url())
            .withPropertyValues(Route.LIKE_SUPAVISOR.properties());

    @Test
    @SuppressWarnings("unchecked")
    void theEndpointTellsWhatIsInFrontAndNoSecret() {
        application
                .withPropertyValues("spring.datasource.password=wrong-but-secret")
                .run(context -> {
                    SkySessionEndpoint endpoint = context.getBean(SkySessionEndpoint.class);
                    assertThat(endpoint.dataSources().toString())
                            .isEqualTo("{dataSources={dataSource={opened=false}}}");
                });
        application.run(context -> {
            JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
            jdbc.queryForObject("select pg_try_advisory_lock(7)", Boolean.class);
            SkySessionEndpoint endpoint = context.getBean(SkySessionEndpoint.class);
            var told =
                    ((Map<String, Map<String, Object>>) endpoint.dataSources().get("dataSources")).get("dataSource");
            assertThat(told)
                    .containsEntry("pooler", "Supavisor")
                    .containsEntry("mode", "transaction")
                    .containsEntry("statements", "unnamed");
            assertThat((Map<String, Object>) told.get("statistics"))
                    .containsEntry("statements", Map.of("named", 0L, "unnamed", 2L))
                    .containsEntry("moved", Map.of("advisory-lock", 1L))
                    .containsEntry("refused", Map.of())
                    .containsKeys("contextsApplied", "transactions", "backendHeldSeconds", "retries", "poolerErrors");
            assertThat(told.toString())
                    .contains("application_name=Supavisor")
                    .contains("assumeMinServerVersion")
                    .doesNotContain("password=")
                    .doesNotContain("jdbc:");
        });
    }

    /** As JSON, with the reasons in it, over JMX: what its mapper cannot write would be an error. */
    @Test
    void theEndpointIsServed() {
        application
                .withConfiguration(AutoConfigurations.of(
                        JmxAutoConfiguration.class,
                        EndpointAutoConfiguration.class,
                        JmxEndpointAutoConfiguration.class))
                .run(context -> {
                    context.getBean(DataSource.class).getConnection().close();
                    Object told = context.getBean(MBeanServer.class)
                            .invoke(
                                    new ObjectName("org.springframework.boot:type=Endpoint,name=Skysession"),
                                    "dataSources",
                                    new Object[0],
                                    new String[0]);
                    assertThat(told)
                            .asInstanceOf(InstanceOfAssertFactories.MAP)
                            .extracting("dataSources")
                            .asInstanceOf(InstanceOfAssertFactories.MAP)
                            .extracting("dataSource")
                            .asInstanceOf(InstanceOfAssertFactories.MAP)
                            .containsEntry("pooler", "Supavisor")
                            .hasEntrySatisfying(
                                    "evidence",
                                    all -> assertThat(all.toString()).contains("observation", "conclusion"))
                            .hasEntrySatisfying(
                                    "parameters",
                                    all -> assertThat(all.toString())
                                            .contains("name=assumeMinServerVersion", "reason"));
                });
    }

    @Test
    void healthTellsWhatIsInFrontAndAsksNobody() {
        application.run(context -> {
            HealthIndicator health = context.getBean("skySessionHealthIndicator", HealthIndicator.class);
            assertThat(health.health().getStatus()).isEqualTo(Status.UNKNOWN);
            assertThat(health.health().getDetails()).containsExactly(Map.entry("dataSource", "not opened yet"));
            DataSource dataSource = context.getBean(DataSource.class);
            dataSource.getConnection().close();
            assertThat(health.health().getStatus()).isEqualTo(Status.UP);
            assertThat(health.health().getDetails()).containsExactly(Map.entry("dataSource", IN_FRONT));
            dataSource.unwrap(HikariDataSource.class).close();
            assertThat(health.health().getDetails())
                    .as("whether the database answers is Spring Boot's own indicator's question")
                    .containsExactly(Map.entry("dataSource", IN_FRONT));
        });
        application
                .withPropertyValues("management.health.skysession.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean("skySessionHealthIndicator"));
    }

    @Test
    void infoTellsWhatIsInFront() {
        application.run(context -> {
            InfoContributor contributor = context.getBean(InfoContributor.class);
            assertThat(told(contributor)).isEqualTo(Map.of());
            context.getBean(DataSource.class).getConnection().close();
            assertThat(told(contributor)).isEqualTo(Map.of("dataSource", IN_FRONT));
        });
    }

    private static Object told(InfoContributor contributor) {
        Info.Builder info = new Info.Builder();
        contributor.contribute(info);
        return info.build().get("skySession");
    }

    @Test
    void transactionsErrorsAndMovesAreCounted() {
        application.run(context -> {
            JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
            TransactionTemplate transaction = context.getBean(TransactionTemplate.class);
            MeterRegistry meters = context.getBean(MeterRegistry.class);
            transaction.executeWithoutResult(status -> jdbc.execute("select 1"));
            transaction.executeWithoutResult(status -> {
                jdbc.execute("select 1");
                status.setRollbackOnly();
            });
            jdbc.queryForObject("select pg_try_advisory_lock(8)", Boolean.class);
            assertThat(meters.get(SkySessionMetrics.TRANSACTIONS)
                            .tag("outcome", "committed")
                            .timer()
                            .count())
                    .isEqualTo(1);
            assertThat(meters.get(SkySessionMetrics.TRANSACTIONS)
                            .tag("outcome", "rolled_back")
                            .timer()
                            .count())
                    .isEqualTo(1);
            assertThat(meters.get(SkySessionMetrics.MOVES)
                            .tag("feature", "advisory-lock")
                            .functionCounter()
                            .count())
                    .isEqualTo(1);
            assertThat(meters.get(SkySessionMetrics.OPENED).gauge().value()).isEqualTo(1);
        });
        TransactionPooler pooler = (TransactionPooler) Route.LIKE_SUPAVISOR.endpoint();
        application.run(context -> {
            try (Fault refusing = pooler.faults()
                    .refuseClients(PoolerError.fatal("XX000", "(ENOTFOUND) tenant/user postgres.tenant not found"))) {
                assertThatThrownBy(() -> context.getBean(DataSource.class).getConnection())
                        .isInstanceOf(java.sql.SQLException.class);
            }
            assertThat(context.getBean(MeterRegistry.class)
                            .get(SkySessionMetrics.CONNECTION_ERRORS)
                            .tag("db.response.status_code", "XX000")
                            .counter()
                            .count())
                    .isEqualTo(1);
        });
    }

    private static double count(MeterRegistry meters, String name, String tag, String value) {
        return meters.get(name)
                .tag("name", "dataSource")
                .tag(tag, value)
                .functionCounter()
                .count();
    }

    @Test
    void whatTheLibraryCountsIsPublished() {
        application
                .withPropertyValues("sky.session.policy.temporary-object=refuse")
                .run(context -> {
                    JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
                    MeterRegistry meters = context.getBean(MeterRegistry.class);
                    TransactionTemplate transaction = context.getBean(TransactionTemplate.class);
                    jdbc.queryForObject("select 1", Integer.class);
                    double before = count(meters, SkySessionMetrics.STATEMENTS, "mode", "unnamed");
                    jdbc.queryForObject("select 1", Integer.class);
                    transaction.executeWithoutResult(status -> jdbc.queryForObject("select 2", Integer.class));
                    transaction.executeWithoutResult(status -> {
                        jdbc.queryForObject("select 3", Integer.class);
                        status.setRollbackOnly();
                    });
                    assertThat(count(meters, SkySessionMetrics.STATEMENTS, "mode", "unnamed") - before)
                            .isEqualTo(3);
                    assertThat(count(meters, SkySessionMetrics.STATEMENTS, "mode", "named"))
                            .isZero();
                    assertThat(count(meters, SkySessionMetrics.ENDED, "outcome", "committed"))
                            .isEqualTo(1);
                    assertThat(count(meters, SkySessionMetrics.ENDED, "outcome", "rolled_back"))
                            .isEqualTo(1);
                    var held = meters.get(SkySessionMetrics.HELD).functionTimer();
                    assertThat(held.count()).isEqualTo(2);
                    assertThat(held.totalTime(TimeUnit.NANOSECONDS)).isPositive();
                    assertThatThrownBy(() -> jdbc.execute("create temporary table t (n int)"))
                            .isInstanceOf(DataAccessException.class);
                    assertThat(count(meters, SkySessionMetrics.REFUSALS, "feature", "temporary-object"))
                            .isEqualTo(1);
                    TransactionPooler pooler = (TransactionPooler) Route.LIKE_SUPAVISOR.endpoint();
                    try (Fault busy = pooler.faults()
                            .answer(
                                    PoolerError.fatal(
                                            "XX000",
                                            "(ECHECKOUTTIMEOUT) unable to check out connection from the pool after 60000ms"),
                                    "select 'busy'")) {
                        assertThatThrownBy(() -> jdbc.queryForObject("select 'busy'", String.class))
                                .isInstanceOf(DataAccessException.class);
                    }
                    assertThat(count(meters, SkySessionMetrics.POOLER_ERRORS, "code", "ECHECKOUTTIMEOUT"))
                            .isEqualTo(1);
                    try (Fault busy = pooler.faults()
                            .answer(
                                    PoolerError.fatal(
                                            "XX000",
                                            "(ECHECKOUTTIMEOUT) unable to check out connection from the pool after 60000ms"),
                                    "select 'again'")) {
                        assertThat(context.getBean(DatabaseSessionFactory.class)
                                        .sql("select 'again'")
                                        .single(String.class))
                                .isEqualTo("again");
                    }
                    assertThat(count(meters, SkySessionMetrics.RETRIES, "error.type", "not_executed"))
                            .isEqualTo(1);
                    assertThat(count(meters, SkySessionMetrics.POOLER_ERRORS, "code", "ECHECKOUTTIMEOUT"))
                            .isEqualTo(2);
                });
    }

    @Test
    void contextsAreCounted() {
        application
                .withBean(
                        SessionContextSource.class,
                        () -> () -> SessionContext.builder()
                                .setting("app.tenant", "7")
                                .build())
                .run(context -> {
                    JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
                    jdbc.queryForObject("select current_setting('app.tenant')", String.class);
                    context.getBean(TransactionTemplate.class).executeWithoutResult(status -> {
                        jdbc.queryForObject("select 1", Integer.class);
                        jdbc.queryForObject("select 2", Integer.class);
                    });
                    assertThat(context.getBean(MeterRegistry.class)
                                    .get(SkySessionMetrics.CONTEXTS)
                                    .functionCounter()
                                    .count())
                            .isEqualTo(2);
                });
    }

    @Test
    void theDashboardShowsWhatIsScraped() throws IOException {
        Set<String> shown = shown();
        assertThat(shown).hasSizeGreaterThan(14);
        application
                .withConfiguration(AutoConfigurations.of(PrometheusMetricsExportAutoConfiguration.class))
                .run(context -> {
                    JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
                    context.getBean(TransactionTemplate.class).executeWithoutResult(status -> jdbc.execute("select 1"));
                    PrometheusMeterRegistry meters = context.getBean(PrometheusMeterRegistry.class);
                    Set<String> there = scraped(meters);
                    // What cannot be had any more is an error of its own, and the pool's metrics go with it.
                    DataSource dataSource = context.getBean(DataSource.class);
                    dataSource.unwrap(HikariDataSource.class).close();
                    assertThatThrownBy(dataSource::getConnection).isInstanceOf(SQLException.class);
                    there.addAll(scraped(meters));
                    assertThat(there).containsAll(shown);
                });
    }

    private static Set<String> scraped(PrometheusMeterRegistry meters) {
        return Pattern.compile("^[a-z_]+", Pattern.MULTILINE)
                .matcher(meters.scrape())
                .results()
                .map(MatchResult::group)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> shown() throws IOException {
        return Pattern.compile("\\b(db_client|sky_session|hikaricp)_[a-z_]+")
                .matcher(Files.readString(DASHBOARD))
                .results()
                .map(result -> result.group())
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
