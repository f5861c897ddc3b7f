package com.scrapersky.session.testkit.reliability;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.ToLongFunction;
import javax.management.MBeanServerConnection;

/**
 * Whether a program keeps more and more while nothing is asked of it: looked at again and again between pieces of work, the
 * later half must not be above the earlier one. The first look does not count: classes and caches are still filled then.
 */
public final class Flatness {

    /** What caches of a few hundred texts and the machine's own coming and going may take. */
    private static final long SOME_HEAP = 3 << 20;

    private static final int SOME_THREADS = 2;

    /**
     * What the test's own machinery and JMX start and end as they like, and the helpers of HikariCP and pgjdbc that end when
     * they have had nothing to do for seconds: one of each kind for a pool, whose housekeeper counts.
     */
    private static final String NOT_THE_PROGRAMS =
            "faulty-network|ForkJoinPool.*|CompletableFuture.*|process reaper.*|surefire.*|junit.*|RMI .*|JMX .*|Attach .*"
                    + "|.*:connection-(adder|closer|assassinator)|PostgreSQL-JDBC-.*";

    private final List<Look> looks = new ArrayList<>();

    /** What there was at one moment without work. */
    public record Look(long heap, List<String> threadNames, int connectionsInUse, int connections) {

        /** Heap and threads of a program, this one or another one's by JMX; of its connections it cannot know. */
        public static Look at(MBeanServerConnection program, int connectionsInUse, int connections) throws IOException {
            ThreadMXBean threads = ManagementFactory.getPlatformMXBean(program, ThreadMXBean.class);
            List<String> names = Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
                    .filter(Objects::nonNull)
                    .map(ThreadInfo::getThreadName)
                    .filter(name -> !name.matches(NOT_THE_PROGRAMS))
                    .sorted()
                    .toList();
            return new Look(usedHeap(program), names, connectionsInUse, connections);
        }

        public int threads() {
            return threadNames.size();
        }

        private static long usedHeap(MBeanServerConnection program) throws IOException {
            MemoryMXBean memory = ManagementFactory.getPlatformMXBean(program, MemoryMXBean.class);
            long least = Long.MAX_VALUE;
            for (int i = 0; i < 4; i++) {
                memory.gc();
                least = Math.min(least, memory.getHeapMemoryUsage().getUsed());
            }
            return least;
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%.1f MB of heap, %d threads, %d of %d connections in use",
                    heap / 1048576.0,
                    threads(),
                    connectionsInUse,
                    connections);
        }
    }

    public void add(Look look) {
        looks.add(look);
    }

    public List<Look> looks() {
        return List.copyOf(looks);
    }

    /** What grew, or was held; empty where nothing did. At least four looks are needed. */
    public List<String> differences(int mostConnections) {
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
            List<String> newer = new ArrayList<>(looks.get(looks.size() - 1).threadNames());
            looks.get(1).threadNames().forEach(newer::remove);
            differences.add("the threads grew by " + threads + ", at last " + newer);
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
