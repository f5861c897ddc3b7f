package com.scrapersky.session.testkit.proxy;

import com.scrapersky.session.testkit.HandOver;
import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PgBouncerVersion;
import com.scrapersky.session.testkit.PostgresEndpoint;
import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.TransactionPooler;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Prints what poolers add to a statement, the real ones and the one in the JVM side by side, on {@link OneProcessor} and then
 * on all; {@link LatencyTest} judges it.
 */
final class LatencyComparison {

    private LatencyComparison() {}

    public static void main(String[] arguments) throws Exception {
        int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 15;
        System.out.println("On one processor:");
        ExecutorService processor = Executors.newSingleThreadExecutor(OneProcessor::thread);
        processor.submit(() -> print(rounds)).get();
        processor.shutdown();
        System.out.println("On " + Runtime.getRuntime().availableProcessors() + ":");
        print(rounds);
    }

    private static boolean print(int rounds) throws SQLException {
        try (PostgresLab postgres = PostgresLab.start();
                PgBouncerLab old = LatencyMeter.pgBouncer(postgres, PgBouncerVersion.V1_18, false);
                PgBouncerLab oldTurning = LatencyMeter.pgBouncer(postgres, PgBouncerVersion.V1_18, true);
                PgBouncerLab recent = LatencyMeter.pgBouncer(postgres, PgBouncerVersion.V1_26, false);
                PgBouncerLab turning = LatencyMeter.pgBouncer(postgres, PgBouncerVersion.V1_26, true);
                TransactionPooler pooler118 = TransactionPooler.pgBouncer118(postgres.url())
                        .poolSize(2)
                        .start();
                TransactionPooler pooler126 = TransactionPooler.pgBouncer126(postgres.url())
                        .poolSize(2)
                        .start();
                TransactionPooler sameBackend = TransactionPooler.pgBouncer126(postgres.url())
                        .poolSize(2)
                        .handOver(HandOver.LAST_RELEASED)
                        .start()) {
            Map<String, PostgresEndpoint> endpoints = new LinkedHashMap<>();
            endpoints.put("direct", postgres);
            endpoints.put("PgBouncer 1.18", old);
            endpoints.put("PgBouncer 1.18, round robin", oldTurning);
            endpoints.put("TransactionPooler 1.18", pooler118);
            endpoints.put("PgBouncer 1.26", recent);
            endpoints.put("PgBouncer 1.26, round robin", turning);
            endpoints.put("TransactionPooler 1.26", pooler126);
            endpoints.put("TransactionPooler 1.26, last released", sameBackend);
            compare(endpoints, rounds);
            return true;
        }
    }

    private static void compare(Map<String, PostgresEndpoint> endpoints, int rounds) throws SQLException {
        double[][] medians = new double[endpoints.size()][rounds];
        try (LatencyMeter meter = new LatencyMeter(endpoints.values().toArray(PostgresEndpoint[]::new))) {
            for (int round = 0; round < rounds; round++) {
                double[] now = meter.round();
                for (int each = 0; each < now.length; each++) {
                    medians[each][round] = now[each];
                }
            }
        }
        int at = 0;
        for (String name : endpoints.keySet()) {
            double[] sorted = medians[at++];
            Arrays.sort(sorted);
            System.out.printf(
                    "%-40s median of %d rounds %6.1f us   best %6.1f us   worst %6.1f us%n",
                    name, rounds, sorted[rounds / 2], sorted[0], sorted[rounds - 1]);
        }
    }
}
