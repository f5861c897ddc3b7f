package com.scrapersky.session.testkit;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;

/**
 * Takes backends of a pooler with open transactions, each on a connection of its own, and gives them back; and knows which
 * statements on a backend are its own or the pooler's. Not thread-safe.
 */
final class BackendHolds implements AutoCloseable {

    private static final Duration HOLD_LIMIT = Duration.ofSeconds(10);

    private final PoolerLab pooler;
    private final BackendActivity activity;
    private final Deque<Connection> spare = new ArrayDeque<>();
    private final BackendUse use;

    BackendHolds(PoolerLab pooler, BackendActivity activity, BackendUse use) {
        this.pooler = pooler;
        this.activity = activity;
        this.use = use;
    }

    /**
     * Takes one more backend, whichever the pooler gives.
     *
     * @param held those taken before, for the message
     * @param inUse those in open transactions of others, for the message
     * @param known all that were ever seen, for the message
     */
    HeldBackend take(List<HeldBackend> held, List<Integer> inUse, Collection<Integer> known) {
        Connection old = spare.poll();
        if (old != null) {
            try {
                return HeldBackend.open(old);
            } catch (SQLException e) {
                // The pooler or the backend went away since it was last used, or none is free: a new one tells which.
                discard(old);
            }
        }
        Connection connection = null;
        try {
            connection = HeldBackend.connect(pooler, HOLD_LIMIT);
            return HeldBackend.open(connection);
        } catch (SQLException e) {
            if (connection != null) {
                discard(connection);
            }
            throw new IllegalStateException(
                    "Only " + held.size() + " of the " + pooler.poolSize() + " backends of "
                            + pooler.name() + " could be held within " + HOLD_LIMIT.toSeconds() + " s ("
                            + held.stream().map(HeldBackend::pid).toList() + "); in open transactions of others: "
                            + inUse
                            + "; all that is known: " + activity.of(known)
                            + (pooler.poolMode() == PoolMode.SESSION
                                    ? ". In session mode every open connection keeps its backend: close the subject's first"
                                    : "")
                            + ". Cause: " + e.getMessage(),
                    e);
        }
    }

    /** Gives a backend back. */
    void release(HeldBackend backend) {
        try {
            backend.rollBack();
        } catch (SQLException e) {
            // The work stopped the pooler or killed the backend: the connection is of no more use, and the hold is
            // over.
            discard(backend.connection());
            return;
        }
        if (pooler.poolMode() == PoolMode.SESSION) {
            discard(backend.connection());
        } else {
            spare.push(backend.connection());
            if (settlesAfterReset()) {
                awaitReset(backend.pid());
            }
        }
    }

    /** Whether somebody else began the latest statement of this backend: neither we nor the pooler. */
    boolean isSubject(BackendActivity.Entry entry) {
        return !entry.query().isEmpty() && isOthers(entry);
    }

    /** As {@link #isSubject}, with the empty statement by which a driver asks whether a connection is valid. */
    boolean isOthers(BackendActivity.Entry entry) {
        return !entry.since().isEmpty()
                && !isOurs(entry)
                && (settlesAfterReset() ? !entry.since().equals(use.settled(entry.pid())) : !isReset(entry));
    }

    private static boolean isOurs(BackendActivity.Entry entry) {
        return entry.query().startsWith(HeldBackend.MARK.strip());
    }

    boolean isReset(BackendActivity.Entry entry) {
        return pooler.resetStatements().contains(entry.query());
    }

    // There the pooler's own statement is the last one after everybody's transaction, and after ours as well.
    private boolean settlesAfterReset() {
        return pooler.poolMode() == PoolMode.TRANSACTION
                && !pooler.resetStatements().isEmpty();
    }

    /** Waits until the pooler has reset the backend after our transaction, and remembers when that was. */
    private void awaitReset(int pid) {
        long deadline = System.nanoTime() + HOLD_LIMIT.toNanos();
        while (System.nanoTime() < deadline) {
            List<BackendActivity.Entry> now = activity.of(List.of(pid));
            if (now.isEmpty()) {
                return;
            }
            BackendActivity.Entry entry = now.get(0);
            if (entry.isIdle() && !isOurs(entry)) {
                use.settled(pid, entry.since());
                return;
            }
            Thread.onSpinWait();
        }
        throw new IllegalStateException(pooler.name() + " has not run any of " + pooler.resetStatements()
                + " on backend " + pid + " within " + HOLD_LIMIT.toSeconds() + " s after a transaction: "
                + activity.of(List.of(pid)));
    }

    @Override
    public void close() {
        spare.forEach(BackendHolds::discard);
        spare.clear();
    }

    static void discard(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            // It is broken already, which is all that closing could have achieved.
        }
    }
}
