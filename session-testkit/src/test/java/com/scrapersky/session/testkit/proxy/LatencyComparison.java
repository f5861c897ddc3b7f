package com.scrapersky.session.testkit.proxy;

import com.scrapersky.session.testkit.HandOver;
import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PgBouncerVersion;
import com.scrapersky.session.testkit.PostgresEndpoint;
import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.TransactionPooler;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures what a pooler adds to a statement, real ones and the one in the JVM side by side: one statement on each in turn, so
 * that whatever else the machine does slows all of them down alike. Run by hand; a test that looks at the clock proves nothing
 * on a busy machine.
 */
final class LatencyComparison {

    private LatencyComparison() {}

    public static void main(String[] arguments) throws SQLException {
        int statements = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 20_000;
        try (PostgresLab postgres = PostgresLab.start();
                PgBouncerLab old = PgBouncerLab.builder(postgres)
                        .version(PgBouncerVersion.V1_18)
                        .poolSize(2)
                        .start();
                PgBouncerLab recent = PgBouncerLab.builder(postgres).poolSize(2).start();
                PgBouncerLab turning = PgBouncerLab.builder(postgres)
                        .poolSize(2)
                        .setting("server_round_robin", "1")
                        .start();
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
            endpoints.put("PgBouncer 1.26", recent);
            endpoints.put("PgBouncer 1.26, round robin", turning);
            endpoints.put("TransactionPooler 1.18", pooler118);
            endpoints.put("TransactionPooler 1.26", pooler126);
            endpoints.put("TransactionPooler 1.26, last released", sameBackend);
            compare(endpoints, statements);
        }
    }

    private static void compare(Map<String, PostgresEndpoint> endpoints, int statements) throws SQLException {
        List<PreparedStatement> prepared = new ArrayList<>();
        for (PostgresEndpoint endpoint : endpoints.values()) {
            Connection connection = endpoint.connect(Map.of("prepareThreshold", "0"));
            prepared.add(connection.prepareStatement("select 1"));
        }
        long[][] nanos = new long[prepared.size()][statements];
        for (int i = -statements / 2; i < statements; i++) {
            for (int each = 0; each < nanos.length; each++) {
                // Another order each time: who comes first finds colder caches.
                int which = (each + Math.floorMod(i, nanos.length)) % nanos.length;
                long before = System.nanoTime();
                try (ResultSet rows = prepared.get(which).executeQuery()) {
                    rows.next();
                }
                if (i >= 0) {
                    nanos[which][i] = System.nanoTime() - before;
                }
            }
        }
        int at = 0;
        for (String name : endpoints.keySet()) {
            long[] sorted = nanos[at++];
            Arrays.sort(sorted);
            System.out.printf(
                    "%-40s median %6.1f us   p90 %6.1f us%n",
                    name, sorted[statements / 2] / 1e3, sorted[statements * 9 / 10] / 1e3);
        }
        for (PreparedStatement statement : prepared) {
            statement.getConnection().close();
        }
    }
}
