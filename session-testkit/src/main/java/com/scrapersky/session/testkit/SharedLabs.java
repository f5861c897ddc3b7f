package com.scrapersky.session.testkit;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The labs that all tests of this JVM share. Nothing closes them: their processes end with the JVM, and their directories
 * go with them. Safe to use from several threads.
 */
final class SharedLabs {

    private record Kind(Pooler pooler, int poolSize) {}

    private static final ReentrantLock LOCK = new ReentrantLock();
    private static final Map<Kind, PoolerLab> POOLERS = new HashMap<>();
    private static @Nullable PostgresLab postgres;

    private SharedLabs() {}

    static PostgresLab postgres() {
        LOCK.lock();
        try {
            PostgresLab running = postgres;
            if (running == null) {
                running = PostgresLab.start();
                postgres = running;
            }
            return running;
        } finally {
            LOCK.unlock();
        }
    }

    static PoolerLab pooler(Pooler pooler, int poolSize) {
        LOCK.lock();
        try {
            Kind kind = new Kind(pooler, poolSize);
            PoolerLab running = POOLERS.get(kind);
            if (running == null) {
                // Each of their tests has a probe of its own.
                running = RunningPoolers.unwatched(() -> pooler.start(postgres(), poolSize));
                POOLERS.put(kind, running);
            }
            return running;
        } finally {
            LOCK.unlock();
        }
    }

    /** Ends a pooler that a test has broken; the next one who asks gets another. */
    static void discard(PoolerLab broken) {
        LOCK.lock();
        try {
            POOLERS.values().remove(broken);
        } finally {
            LOCK.unlock();
        }
        broken.close();
    }
}
