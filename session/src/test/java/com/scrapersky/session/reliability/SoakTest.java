package com.scrapersky.session.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.ErrorClass;
import com.scrapersky.session.reliability.Faults.Named;
import com.scrapersky.session.testkit.LeakProbe;
import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PostgresLab;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import java.io.IOException;
import java.sql.Connection;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
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
 * <p>{@code -Dsoak.minutes=60} for the long form, with a fault every ten seconds; {@code -Dsoak.seed} for other work,
 * {@code -Dsoak.page=write} writes what was counted to {@code docs/reliability.md}; {@code bin/soak} does all of that.
 */
@Tag("once")
@Timeout(value = 12, unit = TimeUnit.HOURS)
class SoakTest {

    private static final long MINUTES = Long.getLong("soak.minutes", 0);
    private static final long SEED = Long.getLong("soak.seed", 11);
    private static final int WORKERS = 6;

    private static PostgresLab postgres;

    private final Random random = new Random(SEED);
    private final Flatness flatness = new Flatness();
    private final Map<ErrorClass, Long> errors = new TreeMap<>();
    private int faultsStruck;
    private long acknowledged;
    private long unknown;

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
        long began = System.nanoTime();
        try (PgBouncerLab pooler = PgBouncerLab.builder(postgres)
                        .poolSize(4)
                        .setting("server_login_retry", "1")
                        .setting("max_client_conn", "40")
                        .start();
                FaultyNetwork network = new FaultyNetwork(pooler.port());
                LeakProbe probe =
                        LeakProbe.builder(pooler).customSettings("app.tenant").before()) {
            List<Named> faults = new Faults(postgres, random).ofPgBouncer(pooler, network);
            try (DatabaseSessionFactory sessions = FaultsTest.open(pooler, network.port())) {
                HikariPoolMXBean pool =
                        sessions.dataSource().unwrap(HikariDataSource.class).getHikariPoolMXBean();
                while (flatness.looks().size() < 4 || minutesSince(began) < MINUTES) {
                    work(sessions, strikes(faults));
                    flatness.look(pool);
                    probe.assertNothingLeaked();
                }
            }
            assertThat(pooler.admin("SHOW CLIENTS").stream()
                            .filter(client -> pooler.database().equals(client.get("database")))
                            .filter(client -> !String.valueOf(client.get("application_name"))
                                    .contains("sky-leak-probe")))
                    .as("clients of the pooler when the factory is closed")
                    .hasSizeLessThanOrEqualTo(4);
        }
        assertThat(flatness.differences(WORKERS))
                .as(flatness.looks().toString())
                .isEmpty();
        writeIfWanted(minutesSince(began));
    }

    /** Half of the faults in the short form, all of them in the long one, in an order of their own. */
    private List<Named> strikes(List<Named> faults) {
        if (MINUTES == 0) {
            int half = faults.size() / 2;
            return flatness.looks().size() % 2 == 0 ? faults.subList(0, half) : faults.subList(half, faults.size());
        }
        List<Named> shuffled = new ArrayList<>(faults);
        Collections.shuffle(shuffled, random);
        return shuffled;
    }

    private void work(DatabaseSessionFactory sessions, List<Named> faults) throws Exception {
        // One for each piece of work: what it keeps of each transfer would be taken for a leak.
        Ledger.prepare(postgres);
        try (Ledger ledger = new Ledger()) {
            ledger.work(sessions, WORKERS, random.nextLong());
            ledger.awaitSuccesses("the start", 5 * WORKERS);
            for (Named named : faults) {
                named.fault().strike();
                faultsStruck++;
                ledger.awaitSuccesses(named.name(), 5 * WORKERS);
                Faults.whileItLasts(MINUTES == 0 ? 200 : 10_000);
            }
            ledger.close();
            assertThat(ledger.differences(postgres)).isEmpty();
            acknowledged += ledger.acknowledged();
            unknown += ledger.unknown();
            ledger.errors().forEach((meaning, count) -> errors.merge(meaning, count, Long::sum));
        }
    }

    private static long minutesSince(long nanoTime) {
        return TimeUnit.NANOSECONDS.toMinutes(System.nanoTime() - nanoTime);
    }

    private void writeIfWanted(long minutes) throws IOException {
        if (!"write".equals(System.getProperty("soak.page"))) {
            return;
        }
        List<Flatness.Look> looks = flatness.looks();
        ReliabilityPage.write(
                "soak",
                String.format(
                        Locale.ROOT,
                        """

                        Counted on %s, %d processors, six workers, PgBouncer 1.26, %d minutes, %d faults. Transfers acknowledged: %d, of them lost or
                        doubled: none; outcome unknown: %d; errors by class: %s. All backends clean after each of %d rounds of faults.

                        | after | heap | threads | connections in use | connections |
                        |---|---:|---:|---:|---:|
                        %s%s%s
                        """,
                        LocalDate.now(),
                        Runtime.getRuntime().availableProcessors(),
                        minutes,
                        faultsStruck,
                        acknowledged,
                        unknown,
                        errors,
                        looks.size(),
                        line("the second round", looks.get(1)),
                        line("half of them", looks.get(looks.size() / 2)),
                        line("the last one", looks.get(looks.size() - 1))));
    }

    private static String line(String when, Flatness.Look look) {
        return String.format(
                Locale.ROOT,
                "| %s | %.1f MB | %d | %d | %d |%n",
                when,
                look.heap() / 1048576.0,
                look.threads(),
                look.connectionsInUse(),
                look.connections());
    }

    /** What the long run looks for is seen where it is. */
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
                sound.look(pool);
            }
            assertThat(sound.differences(WORKERS)).isEmpty();

            Flatness leaking = new Flatness();
            List<Connection> held = new ArrayList<>();
            try {
                for (int i = 0; i < 4; i++) {
                    kept.add(new byte[4 << 20]);
                    for (int j = 0; j < 3; j++) {
                        leakThread(end);
                    }
                    if (i == 3) {
                        held.add(sessions.dataSource().getConnection());
                    }
                    leaking.look(pool);
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
