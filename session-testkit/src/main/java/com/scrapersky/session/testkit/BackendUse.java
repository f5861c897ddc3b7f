package com.scrapersky.session.testkit;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * On which backends of one pooler others than {@link Backends} were seen to run something. All {@code Backends} of the pooler share
 * it: who holds a backend covers up what ran there, and whoever looks later would see nothing. Where the pooler itself runs
 * something behind each transaction, all have to know as well which of that stands behind one of theirs. Thread-safe.
 */
final class BackendUse {

    private final ReentrantLock lock = new ReentrantLock();
    private final Set<Integer> known = new TreeSet<>();
    private final Set<Integer> ranOn = new TreeSet<>();
    private final Map<Integer, String> settled = new HashMap<>();

    /** These are the pooler's now. */
    void know(Collection<Integer> pids) {
        lock.lock();
        try {
            known.clear();
            known.addAll(pids);
        } finally {
            lock.unlock();
        }
    }

    /** The backends that were held last, by whomever. */
    Set<Integer> known() {
        lock.lock();
        try {
            return new TreeSet<>(known);
        } finally {
            lock.unlock();
        }
    }

    void ranOn(Collection<Integer> pids) {
        lock.lock();
        try {
            ranOn.addAll(pids);
        } finally {
            lock.unlock();
        }
    }

    /** The pooler's own statement behind a transaction of ours on this backend began at that time of the server's. */
    void settled(int pid, String since) {
        lock.lock();
        try {
            settled.put(pid, since);
        } finally {
            lock.unlock();
        }
    }

    /** When that was last; {@code null} if never. */
    @Nullable
    String settled(int pid) {
        lock.lock();
        try {
            return settled.get(pid);
        } finally {
            lock.unlock();
        }
    }

    /** Where anything ran since this was last asked. */
    Set<Integer> takeRanOn() {
        lock.lock();
        try {
            Set<Integer> taken = Set.copyOf(ranOn);
            ranOn.clear();
            return taken;
        } finally {
            lock.unlock();
        }
    }
}
