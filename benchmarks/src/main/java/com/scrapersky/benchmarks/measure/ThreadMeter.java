package com.scrapersky.benchmarks.measure;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Reads a thread's own meters: its time on a processor, and the bytes it allocated. */
public final class ThreadMeter {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Keeps results alive; a race between threads loses nothing that anybody reads. */
    private static volatile Object last = "";

    private ThreadMeter() {}

    /** User and system time of the current thread, in nanoseconds. */
    public static long cpu() {
        return THREADS.getCurrentThreadCpuTime();
    }

    /** Bytes that the current thread allocated since it began. */
    public static long allocated() {
        return THREADS.getCurrentThreadAllocatedBytes();
    }

    /** Does the work so many times in the current thread. */
    public static Reading read(Subject.Work work, int times) throws Exception {
        Object kept = "";
        long bytes = allocated();
        long cpu = cpu();
        long clock = System.nanoTime();
        for (int i = 0; i < times; i++) {
            kept = work.once();
        }
        long nanos = System.nanoTime() - clock;
        long used = cpu() - cpu;
        long made = allocated() - bytes;
        last = kept;
        return new Reading((double) nanos / times, (double) used / times, (double) made / times);
    }

    /** What the last work returned. */
    public static Object last() {
        return last;
    }
}
