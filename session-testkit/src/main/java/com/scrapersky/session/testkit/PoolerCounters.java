package com.scrapersky.session.testkit;

import com.scrapersky.session.testkit.internal.proxy.Traffic;
import java.time.Duration;
import java.util.List;

/**
 * What went through a {@link TransactionPooler} up to a moment. A client that has its answer finds it counted. Immutable.
 *
 * @param roundTrips see {@link RoundTrips} for what is counted
 * @param logins clients that got in
 * @param transactions how often a client was given a backend
 * @param backendSwitches how often that was another one than the same client had before
 * @param sameBackendAgain how often it was the same one
 * @param simpleQueries Query messages
 * @param unnamedParses Parse messages without a statement name
 * @param namedParses Parse messages with one
 * @param unnamedBinds Bind messages to the unnamed statement
 * @param namedBinds Bind messages to a named one
 * @param executes Execute messages
 * @param held for how long each of the last 1000 transactions kept which backend
 */
public record PoolerCounters(
        long roundTrips,
        long logins,
        long transactions,
        long backendSwitches,
        long sameBackendAgain,
        long simpleQueries,
        long unnamedParses,
        long namedParses,
        long unnamedBinds,
        long namedBinds,
        long executes,
        long bytesFromClients,
        long bytesToClients,
        long bytesFromServer,
        long bytesToServer,
        List<Held> held) {

    static PoolerCounters of(Traffic traffic) {
        return new PoolerCounters(
                traffic.roundTrips(),
                traffic.logins(),
                traffic.transactions(),
                traffic.backendSwitches(),
                traffic.sameBackendAgain(),
                traffic.simpleQueries(),
                traffic.unnamedParses(),
                traffic.namedParses(),
                traffic.unnamedBinds(),
                traffic.namedBinds(),
                traffic.executes(),
                traffic.bytesFromClients(),
                traffic.bytesToClients(),
                traffic.bytesFromServer(),
                traffic.bytesToServer(),
                traffic.held().stream()
                        .map(each -> new Held(each.pid(), each.time()))
                        .toList());
    }

    /** One transaction's use of a backend. */
    public record Held(int pid, Duration time) {}
}
