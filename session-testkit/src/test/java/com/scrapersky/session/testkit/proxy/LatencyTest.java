package com.scrapersky.session.testkit.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PgBouncerVersion;
import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.TransactionPooler;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The promise of the guide: no more than 15 % over the latency of a real PgBouncer, side by side. A round on a busy machine may
 * hit one of the two harder than the other, so the best of several counts.
 */
class LatencyTest {

    private static final double LIMIT = 1.15;
    private static final int ROUNDS = 8;

    private static PostgresLab postgres;

    @BeforeAll
    static void start() {
        postgres = PostgresLab.start();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @Test
    void isThatOfPgBouncer118(TestReporter reporter) throws SQLException {
        try (PgBouncerLab real = LatencyMeter.pgBouncer(postgres, PgBouncerVersion.V1_18, false);
                TransactionPooler emulated = TransactionPooler.pgBouncer118(postgres.url())
                        .poolSize(2)
                        .start()) {
            compare(real, emulated, reporter);
        }
    }

    /** Also where the real one goes on with the backend that it has, which costs less than to change it. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void isThatOfPgBouncer126(boolean changing, TestReporter reporter) throws SQLException {
        try (PgBouncerLab real = LatencyMeter.pgBouncer(postgres, PgBouncerVersion.V1_26, changing);
                TransactionPooler emulated = TransactionPooler.pgBouncer126(postgres.url())
                        .poolSize(2)
                        .start()) {
            compare(real, emulated, reporter);
        }
    }

    private static void compare(PgBouncerLab real, TransactionPooler emulated, TestReporter reporter)
            throws SQLException {
        List<Double> ratios = new ArrayList<>();
        try (LatencyMeter meter = new LatencyMeter(real, emulated)) {
            double ratio;
            do {
                double[] medians = meter.round();
                ratio = medians[1] / medians[0];
                ratios.add(ratio);
                reporter.publishEntry(String.format(
                        Locale.ROOT, "%s %.1f us, %s %.1f us: %.2f", real, medians[0], emulated, medians[1], ratio));
            } while (ratio > LIMIT && ratios.size() < ROUNDS);
        }
        assertThat(ratios).anyMatch(ratio -> ratio <= LIMIT);
        // Fast because it does less would be no use: every transaction went to another backend.
        assertThat(emulated.counters().sameBackendAgain()).isZero();
        assertThat(emulated.counters().transactions()).isGreaterThan(ratios.size());
    }
}
