package com.scrapersky.session.testkit;

import com.scrapersky.session.testkit.internal.proxy.Proxy;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts how often the code under test waits for the database.
 *
 * <p>One round trip is: a client has sent something, and everything that it has asked for is answered. So it is counted once
 * for each Sync, simple query, Flush or COPY start that is waited for, however many messages went before it in the same
 * flush; once for each step of a login (encryption request, startup, SCRAM); never for a message that nobody answers
 * (Terminate, a cancel request). A client that sends on without reading what is answered meanwhile is charged as if it had
 * waited each time when everything was answered.
 *
 * <p>The count is taken at the {@link TransactionPooler}s of this JVM, over all of their clients: let nothing else run through
 * them meanwhile. Thread-safe.
 *
 * <pre>{@code
 * long trips = RoundTrips.of(() -> repository.save(profile));
 * }</pre>
 */
public final class RoundTrips {

    private static final Set<Proxy> RUNNING = ConcurrentHashMap.newKeySet();

    private RoundTrips() {}

    /** The round trips that the work costs, over all running poolers. */
    public static <X extends Exception> long of(Work<X> work) throws X {
        long before = total();
        work.run();
        return total() - before;
    }

    /** The round trips that the work costs at this pooler. */
    public static <X extends Exception> long of(TransactionPooler pooler, Work<X> work) throws X {
        long before = pooler.counters().roundTrips();
        work.run();
        return pooler.counters().roundTrips() - before;
    }

    private static long total() {
        if (RUNNING.isEmpty()) {
            throw new IllegalStateException(
                    "no TransactionPooler is running, and round trips are counted there: start one and"
                            + " let the code under test connect through it");
        }
        return RUNNING.stream().mapToLong(proxy -> proxy.traffic().roundTrips()).sum();
    }

    static void watch(Proxy proxy) {
        RUNNING.add(proxy);
    }

    static void forget(Proxy proxy) {
        RUNNING.remove(proxy);
    }

    /** Something to be measured. */
    @FunctionalInterface
    public interface Work<X extends Exception> {
        void run() throws X;
    }
}
