package com.scrapersky.benchmarks.threads;

import com.scrapersky.benchmarks.measure.Reading;
import com.scrapersky.benchmarks.measure.SideBySide;
import com.scrapersky.benchmarks.measure.Spread;
import com.scrapersky.benchmarks.measure.Subject;
import com.scrapersky.benchmarks.peers.HandWritten;
import com.scrapersky.benchmarks.peers.Ours;
import com.scrapersky.benchmarks.peers.Peer;
import com.scrapersky.benchmarks.peers.Texts;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PgBouncerVersion;
import com.scrapersky.session.testkit.PostgresLab;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;

/**
 * {@code bin/bench threads}: one-row selects by 10,000 virtual threads that wait for a pool of 10, beside 16 platform threads on
 * the same pool, in rounds that alternate. Ends with 1 where the median of the rounds' ratios says that the many lose more than 5 %
 * of the throughput of the few. Compiled where there is a JDK 21.
 */
public final class VirtualThreads {

    private static final int MANY = 10_000;
    private static final int FEW = 16;
    private static final int POOL = 10;
    private static final int SELECTS_OF_ONE_OF_MANY = 3;
    private static final int SELECTS = MANY * SELECTS_OF_ONE_OF_MANY;
    private static final int WARM_UP_ROUNDS = 4;
    private static final double BOUND = 0.95;

    /** All of the many ask at once, so that the last of them waits for most of a round. */
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

    private VirtualThreads() {}

    public static void main(String[] arguments) throws Exception {
        int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 15;
        boolean lost;
        try (PostgresLab postgres =
                        PostgresLab.builder().passwordAuthentication(false).start();
                PgBouncerLab pooler = PgBouncerLab.builder(postgres)
                        .version(PgBouncerVersion.V1_26)
                        .poolSize(POOL)
                        .passwordAuthentication(false)
                        .start()) {
            postgres.execute(Texts.schema().toArray(new String[0]));
            byHand("direct", postgres.jdbcUrl(), rounds);
            boolean direct = loses("direct", postgres.url(), rounds);
            byHand("PgBouncer 1.26", pooler.jdbcUrl() + "&prepareThreshold=0", rounds);
            lost = loses("PgBouncer 1.26", pooler.url(), rounds) | direct;
        }
        System.exit(lost ? 1 : 0);
    }

    /** What pgjdbc and HikariCP lose by themselves. */
    private static void byHand(String route, String url, int rounds) throws Exception {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(POOL);
        config.setConnectionTimeout(LONGEST_WAIT.toMillis());
        try (HikariDataSource pool = new HikariDataSource(config)) {
            lost(route + ", by hand", new HandWritten(pool, pool), rounds);
        }
    }

    private static boolean loses(String route, String url, int rounds) throws Exception {
        try (DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(url)
                .maximumPoolSize(POOL)
                .connectionTimeout(LONGEST_WAIT)
                .build()) {
            return lost(route, new Ours(sessions), rounds).median() < BOUND;
        }
    }

    private static Spread lost(String what, Peer peer, int rounds) throws Exception {
        try (ExecutorService many = Executors.newVirtualThreadPerTaskExecutor();
                ExecutorService few = Executors.newFixedThreadPool(FEW)) {
            SideBySide run = new SideBySide(List.of(new Subject("many", () -> peer), new Subject("few", () -> peer)));
            for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
                boolean manyFirst = round % 2 == 0;
                double first = nanos(manyFirst ? many : few, manyFirst ? MANY : FEW, peer);
                double second = nanos(manyFirst ? few : many, manyFirst ? FEW : MANY, peer);
                if (round >= 0) {
                    run.record("many", new Reading(manyFirst ? first : second, 0, 0));
                    run.record("few", new Reading(manyFirst ? second : first, 0, 0));
                }
            }
            // Throughput is the inverse of the time for the same work.
            Spread ratio = run.ratio("few", "many", Reading::nanos);
            System.out.printf(
                    Locale.ROOT,
                    "%s: throughput of %,d virtual threads on a pool of %d, as a part of that of %d threads: %s%n",
                    what,
                    MANY,
                    POOL,
                    FEW,
                    ratio);
            return ratio;
        }
    }

    /** All the selects of a round, shared out among threads that begin together; the time is that on the wall for each. */
    private static double nanos(ExecutorService threads, int count, Peer peer) throws Exception {
        int each = SELECTS / count;
        Callable<Integer> work = () -> {
            int sum = 0;
            for (int i = 0; i < each; i++) {
                sum += peer.oneRow(ThreadLocalRandom.current().nextInt(1, Texts.PROFILES))
                        .score();
            }
            return sum;
        };
        List<Callable<Integer>> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(work);
        }
        long clock = System.nanoTime();
        for (Future<Integer> done : threads.invokeAll(all)) {
            done.get();
        }
        return (double) (System.nanoTime() - clock) / ((double) each * count);
    }
}
