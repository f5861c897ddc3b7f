package com.scrapersky.session.testkit.internal.proxy;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What went through a pooler. Written by the event loop before the bytes concerned go out, so a client that has its answer
 * finds it counted.
 */
public final class Traffic {

    private static final int KEPT_TRANSACTIONS = 1000;

    final AtomicLong roundTrips = new AtomicLong();
    final AtomicLong bytesFromClients = new AtomicLong();
    final AtomicLong bytesToClients = new AtomicLong();
    final AtomicLong bytesFromServer = new AtomicLong();
    final AtomicLong bytesToServer = new AtomicLong();
    final AtomicLong simpleQueries = new AtomicLong();
    final AtomicLong unnamedParses = new AtomicLong();
    final AtomicLong namedParses = new AtomicLong();
    final AtomicLong unnamedBinds = new AtomicLong();
    final AtomicLong namedBinds = new AtomicLong();
    final AtomicLong executes = new AtomicLong();
    final AtomicLong logins = new AtomicLong();
    final AtomicLong transactions = new AtomicLong();
    final AtomicLong backendSwitches = new AtomicLong();
    final AtomicLong sameBackendAgain = new AtomicLong();
    private final ArrayDeque<Held> held = new ArrayDeque<>();

    public long roundTrips() {
        return roundTrips.get();
    }

    public long bytesFromClients() {
        return bytesFromClients.get();
    }

    public long bytesToClients() {
        return bytesToClients.get();
    }

    public long bytesFromServer() {
        return bytesFromServer.get();
    }

    public long bytesToServer() {
        return bytesToServer.get();
    }

    public long simpleQueries() {
        return simpleQueries.get();
    }

    public long unnamedParses() {
        return unnamedParses.get();
    }

    public long namedParses() {
        return namedParses.get();
    }

    public long unnamedBinds() {
        return unnamedBinds.get();
    }

    public long namedBinds() {
        return namedBinds.get();
    }

    public long executes() {
        return executes.get();
    }

    public long logins() {
        return logins.get();
    }

    public long transactions() {
        return transactions.get();
    }

    public long backendSwitches() {
        return backendSwitches.get();
    }

    public long sameBackendAgain() {
        return sameBackendAgain.get();
    }

    void heldBackend(int pid, long nanos) {
        synchronized (held) {
            if (held.size() == KEPT_TRANSACTIONS) {
                held.removeFirst();
            }
            held.addLast(new Held(pid, Duration.ofNanos(nanos)));
        }
    }

    /** The last transactions, oldest first. */
    public List<Held> held() {
        synchronized (held) {
            return new ArrayList<>(held);
        }
    }

    /** For how long a transaction kept which backend. */
    public record Held(int pid, Duration time) {}
}
