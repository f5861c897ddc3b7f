package com.scrapersky.benchmarks.sidebyside;

import com.scrapersky.benchmarks.measure.Reading;
import com.scrapersky.benchmarks.measure.ThreadMeter;
import com.scrapersky.benchmarks.peers.Peer;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Threads that do a peer's work at the same time, and the sum of what it took. */
final class Crew implements AutoCloseable {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final Duration LEAD_IN = Duration.ofMillis(50);

    private final int threads;
    private final ExecutorService workers;

    Crew(int threads) {
        this.threads = threads;
        this.workers = Executors.newFixedThreadPool(threads);
    }

    /**
     * What comes before a turn and is not counted: another peer had the processors' caches before, and those whose turn is
     * short would pay for that most. Work that is done once in a turn is long enough as it is.
     */
    void leadIn(Peer peer, Workload workload, int times) throws Exception {
        if (times == 1) {
            return;
        }
        long end = System.nanoTime() + LEAD_IN.toNanos();
        List<Callable<Void>> work = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            work.add(() -> {
                do {
                    workload.once(peer);
                } while (System.nanoTime() - end < 0);
                return null;
            });
        }
        for (Future<Void> one : workers.invokeAll(work)) {
            try {
                one.get();
            } catch (ExecutionException failed) {
                throw new IllegalStateException(workload + " failed", failed.getCause());
            }
        }
    }

    /** One round: the time is that on the wall for all of it, by operation, so that its inverse is the throughput. */
    Reading round(Peer peer, Workload workload, int times) throws Exception {
        List<Callable<Reading>> work = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            work.add(() -> ThreadMeter.read(() -> workload.once(peer), times));
        }
        double[] before = own(peer);
        long clock = System.nanoTime();
        List<Future<Reading>> done = workers.invokeAll(work);
        long nanos = System.nanoTime() - clock;
        double[] after = own(peer);
        double cpu = 0;
        double bytes = 0;
        for (Future<Reading> one : done) {
            try {
                cpu += one.get().cpu() * times;
                bytes += one.get().bytes() * times;
            } catch (ExecutionException failed) {
                throw new IllegalStateException(workload + " failed", failed.getCause());
            }
        }
        double operations = (double) times * threads;
        return new Reading(
                nanos / operations,
                (cpu + after[0] - before[0]) / operations,
                (bytes + after[1] - before[1]) / operations);
    }

    /** Processor time and bytes of the threads that a peer has for itself. */
    private static double[] own(Peer peer) {
        double[] sum = new double[2];
        if (peer.threads().isEmpty()) {
            return sum;
        }
        for (ThreadInfo thread : THREADS.getThreadInfo(THREADS.getAllThreadIds())) {
            if (thread != null && thread.getThreadName().startsWith(peer.threads())) {
                sum[0] += THREADS.getThreadCpuTime(thread.getThreadId());
                sum[1] += THREADS.getThreadAllocatedBytes(thread.getThreadId());
            }
        }
        return sum;
    }

    @Override
    public void close() {
        workers.shutdownNow();
    }
}
