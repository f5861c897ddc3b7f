package com.scrapersky.session.testkit.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PgBouncerVersion;
import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.TransactionPooler;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The promise of the guide: no more than 15 % over the latency of a real PgBouncer, side by side on {@link OneProcessor}. What
 * else a busy machine does may hit one of the two harder than the other for a while, so the median of a set of rounds counts,
 * and the best of several sets.
 */
@Timeout(value = 15, unit = TimeUnit.MINUTES) // What is compared is a ratio: a machine that is busy may take its time.
@Tag("alone")
class LatencyTest {

    private static final double LIMIT = 1.15;
    private static final int ROUNDS = 7;
    private static final int SETS = 5;

    private static ExecutorService processor;
    private static PostgresLab postgres;

    @BeforeAll
    static void start() throws Exception {
        processor = Executors.newSingleThreadExecutor(OneProcessor::thread);
        postgres = processor.submit(() -> PostgresLab.start()).get();
    }

    @AfterAll
    static void stop() {
        postgres.close();
        processor.shutdown();
    }

    @Test
    void isThatOfPgBouncer118(TestReporter reporter) throws Exception {
        processor.submit(() -> comparesWith118(reporter)).get();
    }

    private static boolean comparesWith118(TestReporter reporter) throws SQLException {
        try (PgBouncerLab real = LatencyMeter.pgBouncer(postgres, PgBouncerVersion.V1_18, false);
                TransactionPooler emulated = TransactionPooler.pgBouncer118(postgres.url())
                        .poolSize(2)
                        .start()) {
            return compare(real, emulated, reporter);
        }
    }

    /** Also where the real one goes on with the backend that it has, which costs less than to change it. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void isThatOfPgBouncer126(boolean changing, TestReporter reporter) throws Exception {
        processor.submit(() -> comparesWith126(changing, reporter)).get();
    }

    private static boolean comparesWith126(boolean changing, TestReporter reporter) throws SQLException {
        try (PgBouncerLab real = LatencyMeter.pgBouncer(postgres, PgBouncerVersion.V1_26, changing);
                TransactionPooler emulated = TransactionPooler.pgBouncer126(postgres.url())
                        .poolSize(2)
                        .start()) {
            return compare(real, emulated, reporter);
        }
    }

    private static boolean compare(PgBouncerLab real, TransactionPooler emulated, TestReporter reporter)
            throws SQLException {
        List<Double> ratios = new ArrayList<>();
        try (LatencyMeter meter = new LatencyMeter(real, emulated)) {
            do {
                double[] set = new double[ROUNDS];
                for (int round = 0; round < ROUNDS; round++) {
                    double[] medians = meter.round();
                    set[round] = medians[1] / medians[0];
                    reporter.publishEntry(String.format(
                            Locale.ROOT, "%s %.1f us, %s %.1f us", real, medians[0], emulated, medians[1]));
                }
                Arrays.sort(set);
                ratios.add(set[ROUNDS / 2]);
            } while (ratios.get(ratios.size() - 1) > LIMIT && ratios.size() < SETS);
        }
        assertThat(ratios).anyMatch(ratio -> ratio <= LIMIT);
        // Fast because it does less would be no use: every transaction went to another backend.
        assertThat(emulated.counters().sameBackendAgain()).isZero();
        assertThat(emulated.counters().transactions()).isGreaterThan(ROUNDS);
        return true;
    }
}
