package com.scrapersky.session.testkit.internal.proxy;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** Holds the output of one connection back for as long as its lane says, or cuts it off after so many bytes. */
final class Throttle {

    private final EventLoop loop;
    private final Lane lane;
    private final ArrayDeque<Held> held = new ArrayDeque<>();
    private @Nullable Peer peer;
    private int heldBytes;
    private long remaining = Long.MAX_VALUE;
    private boolean timerSet;

    Throttle(EventLoop loop, Lane lane) {
        this.loop = loop;
        this.lane = lane;
        lane.add(this);
    }

    void guard(Peer guarded) {
        peer = guarded;
    }

    void end() {
        lane.remove(this);
        held.clear();
    }

    boolean isIdle() {
        return held.isEmpty() && lane.delayNanos() == 0 && !lane.isStalled();
    }

    boolean isEmpty() {
        return held.isEmpty();
    }

    int heldBytes() {
        return heldBytes;
    }

    /** Whether the bytes may go out now; otherwise they are kept here and go out when their time has come. */
    boolean takesNow(byte[] bytes) {
        if (isIdle()) {
            return true;
        }
        held.add(new Held(bytes, System.nanoTime() + lane.delayNanos()));
        heldBytes += bytes.length;
        planRelease();
        return false;
    }

    private void planRelease() {
        Held first = held.peek();
        if (!timerSet && first != null && !lane.isStalled()) {
            timerSet = true;
            loop.at(first.dueNanos, () -> {
                timerSet = false;
                releaseDue();
            });
        }
    }

    void releaseDue() {
        Peer target = peer;
        if (lane.isStalled() || target == null) {
            return;
        }
        Held first;
        while ((first = held.peek()) != null && first.dueNanos - System.nanoTime() <= 0) {
            held.poll();
            heldBytes -= first.bytes.length;
            target.release(first.bytes);
        }
        planRelease();
    }

    void cutAfter(long bytes) {
        remaining = bytes;
    }

    /** How many of that many bytes may be written. */
    int allowance(int bytes) {
        return (int) Math.min(bytes, remaining);
    }

    void spent(int bytes) {
        if (remaining != Long.MAX_VALUE) {
            remaining -= bytes;
        }
    }

    boolean isSpent() {
        return remaining == 0;
    }

    private static final class Held {

        private final byte[] bytes;
        private final long dueNanos;

        private Held(byte[] bytes, long dueNanos) {
            this.bytes = bytes;
            this.dueNanos = dueNanos;
        }
    }
}
