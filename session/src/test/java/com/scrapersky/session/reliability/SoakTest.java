package com.scrapersky.session.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.testkit.LeakProbe;
import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.reliability.Faults;
import com.scrapersky.session.testkit.reliability.Faults.Named;
import com.scrapersky.session.testkit.reliability.FaultyNetwork;
import com.scrapersky.session.testkit.reliability.Flatness;
import com.scrapersky.session.testkit.reliability.PoolerClients;
import com.scrapersky.session.testkit.reliability.Soak;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The same work for long, with a fault every few seconds: heap and threads stay what they were, the pool takes all its
 * connections back, the backends are left as they were, and no transfer is lost or doubled.
 *
 * <p>{@code -Dsoak.minutes=60} for the long form, with a fault every ten seconds; {@code -Dsoak.seed} for other work; {@code
 * bin/soak library} does that. The figures of {@code docs/reliability.md} are those of the profiles service, whose soak is
 * {@code ServiceSoakTest}.
 */
@Tag("once")
@Timeout(value = 12, unit = TimeUnit.HOURS)
class SoakTest {

    private static final int WORKERS = 6;

    private static PostgresLab postgres;

    private final Soak soak = new Soak();

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
        Ledger.prepare(postgres);
        try (PgBouncerLab pooler = Soak.pooler(postgres);
                FaultyNetwork network = new FaultyNetwork(pooler.port());
                LeakProbe probe =
                        LeakProbe.builder(pooler).customSettings("app.tenant").before()) {
            List<Named> faults = new Faults(postgres, soak.random(), Ledger.TABLES).ofPgBouncer(pooler, network);
            try (DatabaseSessionFactory sessions = FaultsTest.open(pooler, network.port())) {
                HikariPoolMXBean pool =
                        sessions.dataSource().unwrap(HikariDataSource.class).getHikariPoolMXBean();
                while (soak.goesOn()) {
                    work(sessions, soak.strikes(faults));
                    soak.flatness().add(look(pool));
                    assertThat(PoolerClients.remaining(pooler, "sky-session", WORKERS))
                            .as("clients of the pooler")
                            .isBetween(1L, (long) WORKERS);
                    probe.assertNothingLeaked();
                }
            }
            assertThat(PoolerClients.remaining(pooler, "sky-session", 0))
                    .as("clients of the pooler when the factory is closed")
                    .isZero();
        }
        assertThat(soak.flatness().differences(WORKERS))
                .as(soak.flatness().looks().toString())
                .isEmpty();
    }

    private void work(DatabaseSessionFactory sessions, List<Named> faults) throws Exception {
        // One for each piece of work: what it keeps of each transfer would be taken for a leak.
        Ledger.prepare(postgres);
        try (Ledger ledger = new Ledger()) {
            ledger.work(sessions, WORKERS, soak.random().nextLong());
            ledger.awaitSuccesses("the start", 5 * WORKERS);
            for (Named named : faults) {
                named.fault().strike();
                ledger.awaitSuccesses(named.name(), 5 * WORKERS);
                Faults.whileItLasts(Soak.isShort() ? 200 : 10_000);
            }
            ledger.close();
            assertThat(ledger.differences(postgres)).isEmpty();
        }
    }

    private static Flatness.Look look(HikariPoolMXBean pool) throws IOException {
        return Flatness.Look.at(
                ManagementFactory.getPlatformMBeanServer(), pool.getActiveConnections(), pool.getTotalConnections());
    }

    /** What the long run looks for is seen where it is, also while what earlier tests left in this process comes to its end. */
    @Test
    void aLeakOfEachKindIsFound() throws Exception {
        List<byte[]> kept = new ArrayList<>();
        CountDownLatch end = new CountDownLatch(1);
        try (DatabaseSessionFactory sessions = FaultsTest.open(postgres, postgres.port())) {
            HikariPoolMXBean pool =
                    sessions.dataSource().unwrap(HikariDataSource.class).getHikariPoolMXBean();
            Flatness sound = new Flatness();
            for (int i = 0; i < 4; i++) {
                sessions.sql("select 1").row();
                sound.add(look(pool));
            }
            assertThat(sound.differences(WORKERS)).isEmpty();

            Flatness leaking = new Flatness();
            List<Connection> held = new ArrayList<>();
            try {
                for (int i = 0; i < 4; i++) {
                    kept.add(new byte[16 << 20]);
                    for (int j = 0; j < 30; j++) {
                        leakThread(end);
                    }
                    if (i == 3) {
                        held.add(sessions.dataSource().getConnection());
                    }
                    leaking.add(look(pool));
                }
            } finally {
                end.countDown();
                for (Connection connection : held) {
                    connection.close();
                }
            }
            assertThat(kept).hasSize(4);
            assertThat(leaking.differences(WORKERS))
                    .anyMatch(difference -> difference.startsWith("the heap grew"))
                    .anyMatch(difference -> difference.startsWith("the threads grew"))
                    .anyMatch(difference -> difference.startsWith("1 connections were in use"));
        }
    }

    private static void leakThread(CountDownLatch end) {
        Thread thread = new Thread(
                () -> {
                    try {
                        end.await();
                    } catch (InterruptedException ended) {
                        Thread.currentThread().interrupt();
                    }
                },
                "leaked");
        thread.setDaemon(true);
        thread.start();
    }
}
