package com.scrapersky.session.testkit;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The poolers of this JVM, for who wants to know when one starts and ends. Thread-safe. */
final class RunningPoolers {

    /** Is told in the thread that starts or closes the pooler: after its start, and before its end. */
    interface Watch {
        void started(PoolerLab pooler);

        void closing(PoolerLab pooler);
    }

    private static final Map<PoolerLab, BackendUse> RUNNING = new ConcurrentHashMap<>();
    private static final ThreadLocal<Boolean> UNWATCHED = ThreadLocal.withInitial(() -> false);
    private static volatile @Nullable Watch watch;

    private RunningPoolers() {}

    /** From now on that one is told; of those that run already, at once. */
    static void watchWith(Watch one) {
        watch = one;
        RUNNING.keySet().forEach(one::started);
    }

    static void watchNoMore(Watch one) {
        if (watch == one) {
            watch = null;
        }
    }

    static <P extends PoolerLab> P started(P pooler) {
        if (UNWATCHED.get()) {
            return pooler;
        }
        RUNNING.put(pooler, new BackendUse());
        Watch told = watch;
        if (told != null) {
            told.started(pooler);
        }
        return pooler;
    }

    static void closing(PoolerLab pooler) {
        Watch told = watch;
        if (RUNNING.remove(pooler) != null && told != null) {
            told.closing(pooler);
        }
    }

    /** What is known of its backends by all who look at them; of one that nobody is told of, nobody else wants to know. */
    static BackendUse useOf(PoolerLab pooler) {
        return RUNNING.getOrDefault(pooler, new BackendUse());
    }

    /** Starts a pooler that nobody is told of, because it is looked after already. */
    static PoolerLab unwatched(Supplier<PoolerLab> start) {
        UNWATCHED.set(true);
        try {
            return start.get();
        } finally {
            UNWATCHED.remove();
        }
    }
}
