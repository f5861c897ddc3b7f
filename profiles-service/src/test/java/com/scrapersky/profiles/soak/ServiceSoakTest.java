package com.scrapersky.profiles.soak;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.profiles.ProfilesApplication;
import com.scrapersky.profiles.ServiceProcess;
import com.scrapersky.profiles.development.Tokens;
import com.scrapersky.session.testkit.Leak;
import com.scrapersky.session.testkit.LeakProbe;
import com.scrapersky.session.testkit.MayLeak;
import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.reliability.Faults;
import com.scrapersky.session.testkit.reliability.Faults.Named;
import com.scrapersky.session.testkit.reliability.FaultyNetwork;
import com.scrapersky.session.testkit.reliability.Flatness;
import com.scrapersky.session.testkit.reliability.PoolerClients;
import com.scrapersky.session.testkit.reliability.Soak;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The profiles service for long, in a process of its own behind a real PgBouncer, asked for everything it has by two tenants,
 * with a fault every few seconds: its heap and threads stay what they were, its pool takes all connections back, the backends
 * are left as they were, every acknowledged write is there once, and nobody is given a foreign row.
 *
 * <p>{@code -Dsoak.minutes=60} for the long form, with a fault every ten seconds; {@code -Dsoak.seed} for other work,
 * {@code -Dsoak.page=write} writes what was counted to {@code docs/reliability.md}; {@code bin/soak} does all of that.
 */
@Tag("once")
@Timeout(value = 12, unit = TimeUnit.HOURS)
class ServiceSoakTest {

    private static final int CLIENTS = 6;
    private static final int POOL = 10;

    /** So that half a processor is left in the long form. */
    private static final Duration PAUSE = Duration.ofMillis(Soak.isShort() ? 15 : 60);

    private static PostgresLab postgres;

    private final Tokens tokens = Tokens.ofRandomSecret();
    private final Soak soak = new Soak();
    private final SoakFigures figures = new SoakFigures();

    @BeforeAll
    static void start() {
        postgres = PostgresLab.builder().setting("synchronous_commit", "on").start();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @Test
    void nothingGrowsAndNothingIsLeftBehind() throws Exception {
        try (PgBouncerLab pooler = Soak.pooler(postgres);
                FaultyNetwork network = new FaultyNetwork(pooler.port())) {
            List<Named> faults =
                    new Faults(postgres, soak.random(), "profiles", "profile_notes").ofPgBouncer(pooler, network);
            try (WatchedService service = service(ProfilesApplication.class, "soak", pooler, network);
                    LeakProbe probe = LeakProbe.before(pooler)) {
                // Classes and caches, which no look should count.
                serve(service, 1000);
                while (soak.goesOn()) {
                    work(service, soak.strikes(faults));
                    Flatness.Look look = service.look();
                    soak.flatness().add(look);
                    if (!Soak.isShort()) {
                        System.out.println(look);
                    }
                    assertThat(PoolerClients.remaining(pooler, "profiles-service", POOL))
                            .as("clients of the pooler")
                            .isLessThanOrEqualTo(POOL);
                    probe.assertNothingLeaked();
                }
            }
            assertThat(PoolerClients.remaining(pooler, "profiles-service", 0))
                    .as("clients when the service is stopped")
                    .isZero();
        }
        assertThat(soak.flatness().differences(POOL))
                .as(soak.flatness().looks().toString())
                .isEmpty();
        figures.writeIfWanted(soak.minutes(), soak.flatness().looks());
    }

    /** What the long run looks for is seen where it is. */
    @Test
    @MayLeak("leaves a setting on a backend, to see that it is found")
    void aMistakeOfEachKindIsFound() throws Exception {
        try (PgBouncerLab pooler = Soak.pooler(postgres);
                FaultyNetwork network = new FaultyNetwork(pooler.port());
                WatchedService service = service(LeakingService.class, "leaking-service", pooler, network);
                LeakProbe probe = LeakProbe.before(pooler)) {
            for (int i = 0; i < 4; i++) {
                serve(service, 150);
                soak.flatness().add(service.look());
            }
            assertThat(soak.flatness().differences(POOL))
                    .anyMatch(difference -> difference.startsWith("the heap grew"))
                    .anyMatch(difference -> difference.startsWith("the threads grew"))
                    .anyMatch(difference -> difference.startsWith("1 connections were in use"));
            try (Connection connection = pooler.connect();
                    Statement statement = connection.createStatement()) {
                statement.execute("set statement_timeout = '77s'");
            }
            assertThat(probe.leaks()).extracting(Leak::name).contains("statement_timeout");
            wrongRowsAreFound(service);
        }
    }

    private WatchedService service(Class<?> main, String log, PgBouncerLab pooler, FaultyNetwork network)
            throws Exception {
        return WatchedService.start(
                main,
                log,
                Soak.isShort() ? List.of(ServiceProcess.QUICK_START) : List.of(),
                List.of(
                        "--profiles.expensive-requests-per-minute=100000",
                        // A job that a fault met goes on soon.
                        "--profiles.jobs.silence=2s",
                        "--profiles.jobs.look-every=" + (Soak.isShort() ? "200ms" : "1s"),
                        "--profiles.jobs.events-every=200ms",
                        // All threads from the beginning, so that any more are a leak.
                        "--server.tomcat.threads.max=16",
                        "--server.tomcat.threads.min-spare=16",
                        "--spring.datasource.hikari.maximum-pool-size=" + POOL),
                Map.of(
                        "DATABASE_URL", pooler.url().replace(":" + pooler.port(), ":" + network.port()),
                        "MIGRATION_DATABASE_URL", postgres.url(),
                        "JWT_SECRET_KEY", tokens.secret()));
    }

    private void wrongRowsAreFound(WatchedService service) throws Exception {
        ServiceLoad.prepare(postgres);
        try (ServiceLoad load = new ServiceLoad(service.port(), tokens, CLIENTS, soak.random())) {
            load.start(Duration.ofMillis(1));
            load.awaitSuccesses("nothing", 50);
            load.settle(postgres);
            assertThat(load.differences(postgres)).isEmpty();
            postgres.execute(
                    "delete from profiles where id = (select id from profiles order by id limit 1)",
                    "insert into profiles (tenant_id, name) select tenant_id, name from profiles order by id limit 1",
                    "insert into profiles (tenant_id, name) values (gen_random_uuid(), 'foreign')");
            assertThat(load.differences(postgres))
                    .anyMatch(difference -> difference.startsWith("0 times there instead of ONCE"))
                    .anyMatch(difference -> difference.startsWith("2 times there instead of ONCE"))
                    .anyMatch(difference -> difference.startsWith("a row of another tenant"));
        }
    }

    /** Without faults. */
    private void serve(WatchedService service, int requests) throws Exception {
        ServiceLoad.prepare(postgres);
        try (ServiceLoad load = new ServiceLoad(service.port(), tokens, CLIENTS, soak.random())) {
            load.start(Duration.ofMillis(1));
            load.awaitSuccesses("nothing", requests);
            load.settle(postgres);
            assertThat(load.differences(postgres)).isEmpty();
        }
    }

    private void work(WatchedService service, List<Named> faults) throws Exception {
        ServiceLoad.prepare(postgres);
        // One for each round: what it keeps of each write would fill the memory of the test.
        try (ServiceLoad load = new ServiceLoad(service.port(), tokens, CLIENTS, soak.random())) {
            load.start(PAUSE);
            load.awaitSuccesses("the start", 5 * CLIENTS);
            for (Named named : faults) {
                named.fault().strike();
                long struck = System.nanoTime();
                load.awaitSuccesses(named.name(), 5 * CLIENTS);
                figures.recovered(named.name(), System.nanoTime() - struck);
                Faults.whileItLasts(
                        Soak.isShort() ? 100 : Math.max(0, 10_000 - (System.nanoTime() - struck) / 1_000_000));
            }
            load.settle(postgres);
            assertThat(load.differences(postgres)).isEmpty();
            figures.counted(load.notebook());
        }
    }
}
