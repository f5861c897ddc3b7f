package com.scrapersky.session.reliability;

import com.zaxxer.hikari.HikariPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/**
 * Whether a program keeps more and more while nothing is asked of it: looked at again and again between pieces of work, the
 * later half must not be above the earlier one. The first look does not count: classes and caches are still filled then.
 */
final class Flatness {

    /** What caches of a few hundred texts and the machine's own coming and going may take. */
    private static final long SOME_HEAP = 3 << 20;

    private static final int SOME_THREADS = 2;

    /** What the test's own machinery starts and ends as it likes. */
    private static final String NOT_THE_LIBRARYS =
            "faulty-network|ForkJoinPool.*|CompletableFuture.*|process reaper.*|surefire.*|junit.*";

    private final List<Look> looks = new ArrayList<>();

    /** What there was at one moment without work. */
    record Look(long heap, int threads, int connectionsInUse, int connections) {

        static Look at(HikariPoolMXBean pool) {
            int threads = (int) Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> !thread.getName().matches(NOT_THE_LIBRARYS))
                    .count();
            return new Look(usedHeap(), threads, pool.getActiveConnections(), pool.getTotalConnections());
        }

        private static long usedHeap() {
            long least = Long.MAX_VALUE;
            for (int i = 0; i < 4; i++) {
                System.gc();
                least = Math.min(
                        least,
                        ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
            }
            return least;
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%.1f MB of heap, %d threads, %d of %d connections in use",
                    heap / 1048576.0,
                    threads,
                    connectionsInUse,
                    connections);
        }
    }

    void look(HikariPoolMXBean pool) {
        looks.add(Look.at(pool));
    }

    List<Look> looks() {
        return List.copyOf(looks);
    }

    /** What grew, or was held; empty where nothing did. At least four looks are needed. */
    List<String> differences(int mostConnections) {
        if (looks.size() < 4) {
            throw new IllegalStateException("only " + looks.size() + " looks");
        }
        List<String> differences = new ArrayList<>();
        long heap = growth(Look::heap);
        if (heap > SOME_HEAP) {
            differences.add("the heap grew by " + heap + " bytes");
        }
        long threads = growth(Look::threads);
        if (threads > SOME_THREADS) {
            differences.add("the threads grew by " + threads);
        }
        for (Look look : looks) {
            if (look.connectionsInUse() > 0) {
                differences.add(look.connectionsInUse() + " connections were in use while nothing was done");
            }
            if (look.connections() > mostConnections) {
                differences.add("the pool had " + look.connections() + " connections");
            }
        }
        return differences;
    }

    private long growth(ToLongFunction<Look> what) {
        int half = looks.size() / 2;
        return median(looks.subList(half, looks.size()), what) - median(looks.subList(1, half), what);
    }

    private static long median(List<Look> looks, ToLongFunction<Look> what) {
        long[] values = looks.stream().mapToLong(what).sorted().toArray();
        return values[values.length / 2];
    }
}
