package com.scrapersky.session.testkit.internal.proxy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** One direction of the traffic of a pooler, with what is done to it on purpose. Belongs to the event loop. */
final class Lane {

    private final Set<Throttle> throttles = Collections.newSetFromMap(new IdentityHashMap<>());
    private long delayNanos;
    private boolean stalled;
    private long cutAfter = Long.MAX_VALUE;

    void add(Throttle throttle) {
        throttles.add(throttle);
        throttle.cutAfter(cutAfter);
    }

    void remove(Throttle throttle) {
        throttles.remove(throttle);
    }

    long delayNanos() {
        return delayNanos;
    }

    boolean isStalled() {
        return stalled;
    }

    void delay(long nanos) {
        delayNanos = nanos;
    }

    void stall(boolean on) {
        stalled = on;
        if (!on) {
            open().forEach(Throttle::releaseDue);
        }
    }

    /** Counts from now on, for every connection that is open or comes. */
    void cutAfter(long bytes) {
        cutAfter = bytes;
        open().forEach(throttle -> throttle.cutAfter(bytes));
    }

    /** A copy: what is done to a throttle may end its connection. */
    private List<Throttle> open() {
        return new ArrayList<>(throttles);
    }
}
