package com.scrapersky.profiles.soak;

import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What clients were told, outside of the database, to be compared with what is there in the end. Thread-safe. */
final class Notebook {

    /** How often something has to be there. */
    enum Fate {
        ONCE,
        NEVER,
        /** The answer was that nobody knows. */
        ONCE_OR_NEVER;

        boolean allows(long times) {
            return switch (this) {
                case ONCE -> times == 1;
                case NEVER -> times == 0;
                case ONCE_OR_NEVER -> times <= 1;
            };
        }
    }

    /** By the name of a profile or the text of a note. */
    private final Map<String, Fate> fates = new ConcurrentHashMap<>();

    /** What the {@code bio} of a profile may be, by its name. */
    private final Map<String, Set<String>> values = new ConcurrentHashMap<>();

    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private final Map<String, LongAdder> failures = new ConcurrentHashMap<>();
    private final AtomicLong successes = new AtomicLong();
    private final AtomicLong acknowledged = new AtomicLong();

    void fate(String what, Fate fate) {
        fates.put(what, fate);
    }

    void values(String name, Set<String> possible) {
        values.put(name, possible);
    }

    void acknowledged() {
        acknowledged.incrementAndGet();
    }

    void succeeded() {
        successes.incrementAndGet();
    }

    void failed(String how) {
        failures.computeIfAbsent(how, first -> new LongAdder()).increment();
    }

    /** Something that must not be, whatever strikes. */
    void wrong(String what) {
        wrong.add(what);
    }

    Map<String, Fate> fates() {
        return fates;
    }

    Map<String, Set<String>> values() {
        return values;
    }

    Queue<String> wrong() {
        return wrong;
    }

    Map<String, Long> failures() {
        Map<String, Long> counts = new TreeMap<>();
        failures.forEach((how, count) -> counts.put(how, count.sum()));
        return counts;
    }

    long successCount() {
        return successes.get();
    }

    long acknowledgedCount() {
        return acknowledged.get();
    }
}
