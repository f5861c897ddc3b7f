package com.scrapersky.session.testkit.internal.proxy;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/** Closes the door to an address after too many wrong passwords in a while, for the right password too. */
final class CircuitBreaker {

    private final int limit;
    private final long windowNanos;
    private final long openNanos;
    private final Map<String, ArrayDeque<Long>> failures = new HashMap<>();
    private final Map<String, Long> openUntil = new HashMap<>();

    CircuitBreaker(int limit, Duration window, Duration open) {
        this.limit = limit;
        windowNanos = window.toNanos();
        openNanos = open.toNanos();
    }

    void failed(String address) {
        long now = System.nanoTime();
        ArrayDeque<Long> recent = failures.computeIfAbsent(address, missing -> new ArrayDeque<>());
        recent.addLast(now);
        while (now - recent.getFirst() > windowNanos) {
            recent.removeFirst();
        }
        if (recent.size() >= limit) {
            recent.clear();
            openUntil.put(address, now + openNanos);
        }
    }

    boolean isOpen(String address) {
        Long until = openUntil.get(address);
        return until != null && until - System.nanoTime() > 0;
    }
}
