package com.scrapersky.benchmarks.sidebyside;

import com.scrapersky.benchmarks.peers.Peer;
import com.scrapersky.session.testkit.PoolerCounters;
import com.scrapersky.session.testkit.PoolerCounters.Held;
import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.TransactionPooler;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What does not depend on the machine: round trips of each work, counted by the testkit's pooler. And how long the work holds
 * a backend, a millisecond of network away.
 */
final class Counts {

    /** @param held milliseconds for each operation */
    record Count(Workload workload, String peer, long roundTrips, double held) {}

    private static final int TIMES = 20;
    private static final Duration NETWORK = Duration.ofMillis(1);

    private Counts() {}

    static List<Count> of(PostgresLab postgres, List<Workload> workloads, List<String> names) throws Exception {
        List<Count> counts = new java.util.ArrayList<>();
        try (TransactionPooler pooler = TransactionPooler.pgBouncer118(postgres.url())
                        .poolSize(4)
                        .start();
                DelayingRelay relay = new DelayingRelay(pooler.host(), pooler.port(), NETWORK)) {
            Route route = new Route(
                            "counted",
                            pooler.host(),
                            pooler.port(),
                            pooler.user(),
                            pooler.password(),
                            pooler.database(),
                            true)
                    .through(relay);
            for (Map.Entry<String, Peer> entry : Peers.open(names, route, 1).entrySet()) {
                try (Peer peer = entry.getValue()) {
                    for (Workload workload : workloads) {
                        counts.add(count(pooler, workload, entry.getKey(), peer));
                    }
                }
            }
        }
        return counts;
    }

    private static Count count(TransactionPooler pooler, Workload workload, String name, Peer peer) throws Exception {
        // What is done once for a text, and HikariCP's look at a connection that has rested, are not what is counted.
        workload.once(peer);
        workload.once(peer);
        long before = pooler.counters().roundTrips();
        workload.once(peer);
        long trips = pooler.counters().roundTrips() - before;
        int times = workload.times() < 10 ? 2 : TIMES;
        long transactions = pooler.counters().transactions();
        for (int i = 0; i < times; i++) {
            workload.once(peer);
        }
        PoolerCounters after = pooler.counters();
        List<Held> held = after.held();
        int mine = (int) Math.min(held.size(), after.transactions() - transactions);
        double nanos = held.subList(held.size() - mine, held.size()).stream()
                .mapToLong(one -> one.time().toNanos())
                .sum();
        return new Count(workload, name, trips, nanos / times / 1e6);
    }
}
