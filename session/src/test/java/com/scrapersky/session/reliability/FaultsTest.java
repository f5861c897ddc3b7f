package com.scrapersky.session.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.DatabaseUrl;
import com.scrapersky.session.ErrorClass;
import com.scrapersky.session.RetryPolicy;
import com.scrapersky.session.testkit.HandOver;
import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PostgresEndpoint;
import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.TransactionPooler;
import com.scrapersky.session.testkit.reliability.Faults;
import com.scrapersky.session.testkit.reliability.Faults.Named;
import com.scrapersky.session.testkit.reliability.FaultyNetwork;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Faults under a steady load: no acknowledged write is lost, none is applied twice, none that was said to have had no effect
 * had one, the sum is what it was, no session sees what another one has set, and work goes on within seconds.
 *
 * <p>{@code -Dfaults.rounds=20} for the long form, {@code -Dfaults.seed} for other work, {@code -Dfaults.page=write} writes
 * what was counted to {@code docs/reliability.md}; {@code bin/faults} does all of that.
 */
@Tag("once")
@Timeout(value = 4, unit = TimeUnit.HOURS)
class FaultsTest {

    private static final int ROUNDS = Integer.getInteger("faults.rounds", 1);
    private static final long SEED = Long.getLong("faults.seed", 7);
    private static final int WORKERS = 6;

    private static final FaultReport REPORT = new FaultReport();

    private static PostgresLab postgres;

    private final Random random = new Random(SEED);
    private Ledger ledger;
    private Faults faults;

    @BeforeAll
    static void start() {
        // What is acknowledged is in the log; the file system of this machine does not fail.
        postgres = PostgresLab.builder().setting("synchronous_commit", "on").start();
    }

    @AfterAll
    static void stop() throws Exception {
        postgres.close();
        REPORT.writeIfWanted();
    }

    @BeforeEach
    void accounts() {
        Ledger.prepare(postgres);
        ledger = new Ledger();
        faults = new Faults(postgres, random, Ledger.TABLES);
    }

    @AfterEach
    void settled() {
        ledger.close();
    }

    static DatabaseSessionFactory open(PostgresEndpoint endpoint, int port) {
        return DatabaseSessionFactory.builder(
                        DatabaseUrl.parse("postgresql://127.0.0.1:" + port + "/" + endpoint.database())
                                .withUser(endpoint.user())
                                .withPassword(endpoint.password()))
                .maximumPoolSize(WORKERS)
                .connectionTimeout(Duration.ofSeconds(3))
                .commitCheck(Duration.ofSeconds(10))
                .retry(RetryPolicy.standard().withPauses(Duration.ofMillis(10), Duration.ofMillis(200)))
                .build();
    }

    private void under(String way, List<Named> strikes, PostgresLab truth, DatabaseSessionFactory sessions)
            throws Exception {
        ledger.work(sessions, WORKERS, SEED);
        ledger.awaitSuccesses(way, 50);
        for (int round = 0; round < ROUNDS; round++) {
            for (Named named : strikes) {
                named.fault().strike();
                long struck = System.nanoTime();
                // Each worker has come through once, some of them more than once.
                ledger.awaitSuccesses(named.name(), 5 * WORKERS);
                REPORT.recovered(way, named.name(), System.nanoTime() - struck);
            }
        }
        ledger.close();
        REPORT.counted(way, ledger);
        assertThat(ledger.differences(truth)).isEmpty();
        assertThat(ledger.errors().keySet()).doesNotContain(ErrorClass.REJECTED);
        assertThat(ledger.acknowledged()).isPositive();
    }

    @Test
    void throughPgBouncer() throws Exception {
        try (PgBouncerLab pooler = PgBouncerLab.builder(postgres)
                        .poolSize(4)
                        .setting("server_login_retry", "1")
                        .setting("max_client_conn", "40")
                        .start();
                FaultyNetwork network = new FaultyNetwork(pooler.port());
                DatabaseSessionFactory sessions = open(pooler, network.port())) {
            under("PgBouncer 1.26", faults.ofPgBouncer(pooler, network), postgres, sessions);
        }
    }

    @Test
    void throughSupavisor() throws Exception {
        try (TransactionPooler pooler = TransactionPooler.supavisor(postgres.url())
                        .poolSize(3)
                        .handOver(HandOver.LONGEST_IDLE)
                        .start();
                FaultyNetwork network = new FaultyNetwork(pooler.port());
                DatabaseSessionFactory sessions = open(pooler, network.port())) {
            under(
                    "like Supavisor",
                    List.of(
                            new Named(
                                    "the pooler restarts, with a bare end of file",
                                    () -> pooler.faults().restart()),
                            new Named(
                                    "the pooler ends its clients with 57P01",
                                    () -> pooler.faults().drain()),
                            new Named("the server is down for a second, and logins succeed", faults::stopServer),
                            new Named("the pool is exhausted for a second", () -> {
                                try (var exhausted = pooler.faults().exhaustPool()) {
                                    Faults.whileItLasts(1000);
                                }
                            }),
                            new Named("clients are refused for a second, and all are cut", () -> {
                                try (var refused = pooler.faults()
                                        .refuseClients(com.scrapersky.session.testkit.PoolerError.fatal(
                                                "XX000", "(EMAXCONN) max client connections reached, limit: 200"))) {
                                    network.cut();
                                    Faults.whileItLasts(1000);
                                }
                            }),
                            new Named(
                                    "all backends are killed",
                                    () -> pooler.faults().killBackends()),
                            new Named(
                                    "a COMMIT does not arrive",
                                    () -> pooler.faults().cutBeforeCommit()),
                            new Named(
                                    "the answer to a COMMIT does not arrive",
                                    () -> pooler.faults().cutAfterCommit()),
                            new Named("DDL on the tables", faults::changeTables)),
                    postgres,
                    sessions);
        }
    }

    /** The standby confirms each commit, so that nothing acknowledged is lost with the primary. */
    @Test
    void whenTheStandbyTakesOver() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            try (PostgresLab primary = PostgresLab.builder()
                            .setting("synchronous_commit", "on")
                            .start();
                    PostgresLab standby = primary.standby()) {
                Ledger.prepare(primary);
                primary.execute("alter system set synchronous_standby_names = '*'", "select pg_reload_conf()");
                standby.execute("alter system set synchronous_standby_names = ''", "select pg_reload_conf()");
                ledger = new Ledger();
                try (FaultyNetwork network = new FaultyNetwork(primary.port());
                        DatabaseSessionFactory sessions = open(primary, network.port())) {
                    ledger.work(sessions, WORKERS, SEED + round);
                    ledger.awaitSuccesses("the start", 50);
                    primary.crash();
                    standby.promote();
                    network.leadTo(standby.port());
                    long struck = System.nanoTime();
                    ledger.awaitSuccesses("the failover", 5 * WORKERS);
                    REPORT.recovered("direct", "the standby takes over", System.nanoTime() - struck);
                    ledger.close();
                    REPORT.counted("direct", ledger);
                    assertThat(ledger.differences(standby)).isEmpty();
                }
            }
        }
    }

    /** Whoever is connected goes on when the password is another one. */
    @Test
    void whenThePasswordIsRotated() throws Exception {
        postgres.execute("drop role if exists ledger", "create role ledger superuser login password 'first'");
        try (DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(postgres.url())
                .user("ledger")
                .password("first")
                .maximumPoolSize(WORKERS)
                .build()) {
            under(
                    "direct",
                    List.of(new Named(
                            "the password is rotated",
                            () -> postgres.execute("alter role ledger password 'second" + random.nextInt() + "'"))),
                    postgres,
                    sessions);
            assertThat(ledger.errors()).isEmpty();
        }
    }

    /** A short transaction, cut at each of its bytes on the way to the server. */
    @Test
    void cutAtEachByte() throws Exception {
        try (FaultyNetwork network = new FaultyNetwork(postgres.port());
                DatabaseSessionFactory sessions = open(postgres, network.port())) {
            Random one = new Random(SEED);
            for (int i = 0; i < 20; i++) {
                ledger.step(sessions, one, 0);
            }
            long before = network.bytesPassed();
            int measured = 0;
            while (ledger.acknowledged() == 0 || measured < 8) {
                ledger.step(sessions, one, 0);
                measured++;
            }
            long longest = (network.bytesPassed() - before) / measured * 3;
            int step = ROUNDS > 1 ? 1 : 17;
            int cuts = 0;
            for (long bytes = 1; bytes < longest; bytes += step) {
                network.cutAfter(bytes);
                ledger.step(sessions, one, 0);
                cuts++;
            }
            network.cutAfter(Long.MAX_VALUE);
            REPORT.counted("direct, cut after each of its bytes", ledger);
            assertThat(cuts).isGreaterThan(20);
            assertThat(ledger.errors()).isNotEmpty();
            assertThat(ledger.differences(postgres)).isEmpty();
        }
    }
}
