package com.scrapersky.session.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.DatabaseException;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.RawSql;
import com.scrapersky.session.SessionContext;
import com.scrapersky.session.testkit.HandOver;
import com.scrapersky.session.testkit.PoolerError;
import com.scrapersky.session.testkit.PoolerFaults.Fault;
import com.scrapersky.session.testkit.PostgresEndpoint;
import com.scrapersky.session.testkit.TransactionPooler;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.prometheus.PrometheusMetricsExportAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * After work of every kind, well done and failed, whose texts are full of them: no password, token, claim or value is in a meter's
 * name, description or tag, in an observation, or in the name of a thread.
 */
class SecretsInMetricsTest {

    /** In every secret, so that a part of one is found, too; looked for in whatever case. */
    private static final String MARKER = "xq7marker";

    private static final String PASSWORD = "pw_xq7marker";
    private static final String TOKEN = "token_xq7marker";
    private static final String CLAIM = "claim_xq7marker";
    private static final String VALUE = "value_xq7marker";
    private static final String LOGIN = "measured";

    private final Observed observed = new Observed();
    private final ApplicationContextRunner application = MeasuredApplication.withMetricsIn(
                    PrometheusMetricsExportAutoConfiguration.class)
            .withConfiguration(AutoConfigurations.of(ObservationAutoConfiguration.class))
            .withBean(Observed.class, () -> observed)
            .withPropertyValues(
                    "sky.session.policy.temporary-object=refuse",
                    "sky.session.roles=" + LOGIN,
                    "sky.session.security.enabled=true",
                    "sky.session.security.authenticated-role=" + LOGIN,
                    "sky.session.session-url=postgres://" + LOGIN + ":" + PASSWORD + "@"
                            + Route.postgres().host() + ":" + Route.postgres().port() + "/"
                            + Route.postgres().database());

    @BeforeEach
    void login() {
        Route.postgres()
                .execute(
                        "drop table if exists measured_people",
                        "drop function if exists measured_raise(text)",
                        "drop role if exists " + LOGIN,
                        "create role " + LOGIN + " login password '" + PASSWORD + "'",
                        "create table measured_people (email text primary key)",
                        "grant all on measured_people to " + LOGIN,
                        "create function measured_raise(what text) returns int language plpgsql as "
                                + "$$ begin raise exception '%', what using errcode = 'ZX001', detail = what, hint = what; end $$");
    }

    private static void authenticate() {
        SecurityContextHolder.getContext()
                .setAuthentication(new JwtAuthenticationToken(
                        Jwt.withTokenValue(TOKEN)
                                .header("alg", "none")
                                .subject(CLAIM)
                                .claim("email", CLAIM)
                                .build(),
                        List.of()));
    }

    @AfterEach
    void nobodyAndNothing() {
        SecurityContextHolder.clearContext();
        Route.postgres()
                .execute(
                        "drop table measured_people",
                        "drop function measured_raise(text)",
                        "drop owned by " + LOGIN,
                        "drop role " + LOGIN);
    }

    @Test
    void areInNoMeterInNoObservationAndInNoThreadsName() {
        behind(Route.PGBOUNCER_1_26.endpoint(), PASSWORD).run(context -> {
            authenticate();
            goodWork(context);
            failingWork(context);
            assertNothingTold(context);
            assertThat(names(context.getBean(MeterRegistry.class)))
                    .contains(
                            SkySessionMetrics.TRANSACTIONS,
                            SkySessionMetrics.CONTEXTS,
                            SkySessionMetrics.ENDED,
                            SkySessionMetrics.HELD,
                            SkySessionMetrics.REFUSALS,
                            SkySessionMetrics.MOVES,
                            SkySessionMetrics.OPENED,
                            OperationObservations.OPERATIONS,
                            OperationObservations.TRANSACTIONS);
            assertThat(observed.ended().stream().map(Observation.Context::getContextualName))
                    .as("work of every kind")
                    .contains("transaction", "read-only transaction", "SELECT", "BATCH INSERT", "PIPELINE", "OTHER");
            assertThat(observed.ended().stream().filter(one -> one.getError() != null))
                    .hasSizeGreaterThan(8);
            theSearchFindsWhatIsThere(context);
        });
    }

    /** What a pooler answers is whatever somebody has written. */
    @Test
    void whatAPoolerAnswersIsInNone() {
        try (TransactionPooler pooler = TransactionPooler.pgBouncer126(
                        Route.postgres().url())
                .user(LOGIN, PASSWORD)
                .poolSize(2)
                .handOver(HandOver.LONGEST_IDLE)
                .start()) {
            behind(pooler, PASSWORD).run(context -> {
                authenticate();
                DatabaseSessionFactory sessions = context.getBean(DatabaseSessionFactory.class);
                for (String text : List.of(
                        "(ECHECKOUTTIMEOUT) " + VALUE,
                        "(EVALUE" + VALUE.toUpperCase(Locale.ROOT) + ") " + VALUE,
                        "no such user: " + VALUE)) {
                    try (Fault answer = pooler.faults().answer(PoolerError.fatal("XX000", text), "select 'busy'")) {
                        sessions.read(session -> session.sql("select 1").row());
                        assertThatThrownBy(() -> context.getBean(JdbcTemplate.class)
                                        .queryForObject("select 'busy'", String.class))
                                .isInstanceOf(DataAccessException.class);
                    }
                }
                assertNothingTold(context);
                assertThat(names(context.getBean(MeterRegistry.class))).contains(SkySessionMetrics.POOLER_ERRORS);
            });
            behind(pooler, "wrong_" + PASSWORD).run(context -> {
                assertThatThrownBy(() -> context.getBean(DataSource.class).getConnection())
                        .isInstanceOf(SQLException.class);
                assertNothingTold(context);
                assertThat(names(context.getBean(MeterRegistry.class))).contains(SkySessionMetrics.CONNECTION_ERRORS);
            });
        }
    }

    /** User and password in the URL itself, as many write them. */
    private ApplicationContextRunner behind(PostgresEndpoint pooler, String password) {
        return application.withPropertyValues(
                "spring.datasource.url=jdbc:postgresql://" + pooler.host() + ":" + pooler.port() + "/"
                        + pooler.database() + "?user=" + LOGIN + "&password=" + password,
                "spring.datasource.hikari.connection-timeout=2000");
    }

    private static void goodWork(ApplicationContext context) {
        DatabaseSessionFactory sessions = context.getBean(DatabaseSessionFactory.class);
        JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
        sessions.sql("insert into measured_people values (:email)")
                .param("email", VALUE)
                .update();
        sessions.write(session -> session.sql("update measured_people set email = email where email = :email")
                .param("email", VALUE)
                .update());
        sessions.read(session -> session.sql("select '" + VALUE + "'").row());
        RawSql.executeRawSql(sessions, "select :email as " + VALUE, Map.of("email", VALUE));
        sessions.pipeline(
                pipeline -> pipeline.sql("select :email").param("email", VALUE).row());
        sessions.sql("insert into measured_people values (:email) on conflict do nothing")
                .batch(List.of(Map.of("email", VALUE), Map.of("email", VALUE)));
        DatabaseSessionFactory mine = sessions.withContext(SessionContext.builder()
                .claims(Map.of("email", CLAIM))
                .setting("app.token", TOKEN)
                .build());
        assertThat(mine.sql("select current_setting('app.token')").single(String.class))
                .isEqualTo(TOKEN);
        context.getBean(TransactionTemplate.class)
                .executeWithoutResult(status -> jdbc.queryForObject("select ?::text", String.class, VALUE));
        assertThat(jdbc.queryForObject("select current_setting('request.jwt.claims')", String.class))
                .contains(CLAIM);
        jdbc.queryForObject("select pg_try_advisory_lock(hashtext(?))", Boolean.class, VALUE);
    }

    private static void failingWork(ApplicationContext context) {
        DatabaseSessionFactory sessions = context.getBean(DatabaseSessionFactory.class);
        JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
        for (String wrong : List.of(
                "insert into measured_people values (:v)",
                "select :v::int",
                "select measured_raise(:v)",
                "select '" + VALUE + "', length(:v) / 0",
                VALUE + " is no keyword, and :v no help",
                "select " + VALUE + " from \"" + VALUE + "\" where 'a' = :v")) {
            assertThatThrownBy(() -> sessions.sql(wrong).param("v", VALUE).row())
                    .isInstanceOf(DatabaseException.class);
            assertThatThrownBy(() -> sessions.write(
                            session -> session.sql(wrong).batch(List.of(Map.of("v", VALUE), Map.of("v", VALUE)))))
                    .isInstanceOf(DatabaseException.class);
            assertThatThrownBy(() -> context.getBean(TransactionTemplate.class)
                            .executeWithoutResult(status -> jdbc.update(wrong.replace(":v", "?"), VALUE)))
                    .isInstanceOf(DataAccessException.class);
        }
        // A program's own exception, with the database's in it.
        assertThatThrownBy(() -> sessions.write(session -> {
                    try {
                        return session.sql("select measured_raise(:v)")
                                .param("v", VALUE)
                                .row();
                    } catch (DatabaseException failed) {
                        throw new IllegalStateException(VALUE + " was refused", failed);
                    }
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> jdbc.execute("create temporary table " + VALUE + " (n int)"))
                .isInstanceOf(DataAccessException.class);
        assertThatThrownBy(() -> sessions.withContext(
                                SessionContext.builder().role(VALUE).build())
                        .sql("select 1")
                        .row())
                .isInstanceOf(RuntimeException.class);
    }

    private void assertNothingTold(ApplicationContext context) {
        List<String> told = told(context);
        assertThat(told).as("looked at").hasSizeGreaterThan(100);
        assertThat(told).noneMatch(SecretsInMetricsTest::holdsASecret);
    }

    /** A leak of each kind, made here, is found: so none was there before. */
    private void theSearchFindsWhatIsThere(ApplicationContext context) throws InterruptedException {
        MeterRegistry meters = context.getBean(MeterRegistry.class);
        meters.counter("leak", "statement", "select '" + VALUE + "'").increment();
        Observation.createNotStarted("leak.observation", context.getBean(ObservationRegistry.class))
                .highCardinalityKeyValue("url", "postgres://u:" + PASSWORD.toUpperCase(Locale.ROOT) + "@h/d")
                .error(new IllegalStateException("caused", new SQLException(CLAIM)))
                .observe(() -> {});
        CountDownLatch end = new CountDownLatch(1);
        Thread named = new Thread(
                () -> {
                    try {
                        end.await();
                    } catch (InterruptedException over) {
                        Thread.currentThread().interrupt();
                    }
                },
                "job of " + TOKEN);
        named.start();
        try {
            List<String> found = told(context).stream()
                    .filter(SecretsInMetricsTest::holdsASecret)
                    .toList();
            assertThat(found)
                    .as("meter, what is scraped of it, observation, thread")
                    .anyMatch(text -> text.startsWith("meter leak") && text.contains(VALUE))
                    .anyMatch(text -> text.startsWith("scraped leak") && text.contains(VALUE))
                    .anyMatch(text -> text.startsWith("observation leak.observation") && text.contains("PW_XQ7MARKER"))
                    .anyMatch(text -> text.startsWith("error") && text.contains(CLAIM))
                    .anyMatch(text -> text.startsWith("thread") && text.contains(TOKEN));
        } finally {
            end.countDown();
            named.join();
        }
    }

    private static boolean holdsASecret(String text) {
        return text.toLowerCase(Locale.ROOT).contains(MARKER);
    }

    private static Set<String> names(MeterRegistry meters) {
        return meters.getMeters().stream().map(meter -> meter.getId().getName()).collect(Collectors.toSet());
    }

    /** All that leaves the program by way of its metrics and traces, and the names of its threads. */
    private List<String> told(ApplicationContext context) {
        List<String> told = new ArrayList<>();
        PrometheusMeterRegistry meters = context.getBean(PrometheusMeterRegistry.class);
        for (Meter meter : meters.getMeters()) {
            Meter.Id id = meter.getId();
            told.add("meter " + id.getName() + " " + id.getTags() + " " + id.getDescription() + " " + id.getBaseUnit()
                    + " "
                    + StreamSupport.stream(meter.measure().spliterator(), false)
                            .map(Measurement::toString)
                            .toList());
        }
        meters.scrape().lines().forEach(line -> told.add("scraped " + line));
        for (Observation.Context one : observed.ended()) {
            told.add("observation " + one.getName() + " " + one.getContextualName() + " " + one.getAllKeyValues() + " "
                    + one);
            if (one.getError() != null) {
                told.add("error " + trace(one.getError()));
            }
        }
        Thread.getAllStackTraces().keySet().forEach(thread -> told.add("thread " + thread + " " + thread.getName()));
        return told;
    }

    /** As tracers put it into a span, causes and all. */
    private static String trace(Throwable thrown) {
        StringWriter trace = new StringWriter();
        thrown.printStackTrace(new PrintWriter(trace));
        return trace.toString();
    }
}
