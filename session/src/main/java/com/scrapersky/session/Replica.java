package com.scrapersky.session;

import com.scrapersky.session.internal.guard.ContextSettings;
import com.scrapersky.session.internal.guard.LogPosition;
import com.scrapersky.session.internal.guard.PoolSafeConnection;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One server to read from, which may be away or behind; opened, and asked again and again, by {@link Replicas}. Thread-safe. */
final class Replica implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Replica.class);

    private static final String NOT_ASKED = "it was not asked yet";

    /** A server that does not answer for so long is away. */
    private static final int MOST_PATIENCE_MILLIS = 5000;

    private final String name;
    private final Supplier<ConnectionSource> opening;
    private final AtomicLong reached = new AtomicLong();

    /** What it has to show before it is taken back. */
    private final AtomicLong wanted = new AtomicLong();

    private final Set<PoolSafeConnection> waiting = ConcurrentHashMap.newKeySet();
    private volatile @Nullable ConnectionSource source;
    private volatile boolean usable;
    private volatile String reason = NOT_ASKED;

    Replica(String name, Supplier<ConnectionSource> opening) {
        this.name = name;
        this.opening = opening;
    }

    boolean isUsable() {
        return usable;
    }

    /** What it certainly shows. */
    long reached() {
        return reached.get();
    }

    /** A read waits for its first answer. */
    void begins(PoolSafeConnection connection) {
        waiting.add(connection);
    }

    void answered(PoolSafeConnection connection) {
        waiting.remove(connection);
    }

    /**
     * Nobody is sent there until it has answered well, and who waits for a first answer need not wait any longer: a pooler
     * whose server is gone would let them, for two minutes.
     */
    void isAway(String why) {
        leaveOut(why);
        for (PoolSafeConnection connection : waiting) {
            try {
                connection.abort(Runnable::run);
            } catch (SQLException gone) {
                LOG.debug("a read that waits for {} could not be ended", name, gone);
            }
        }
    }

    PoolSafeConnection borrow(@Nullable ContextSettings context) {
        ConnectionSource open = source;
        if (open == null) {
            throw Errors.crowded(name + " is not open");
        }
        return open.borrow(context);
    }

    /** It has shown what was written up to there. */
    void shows(long position) {
        reached.accumulateAndGet(position, Math::max);
    }

    /** Nobody is sent there until it has answered well. */
    void leaveOut(String why) {
        if (usable || reason.equals(NOT_ASKED)) {
            usable = false;
            LOG.warn("{} is left out of reads: {}", name, why);
        }
        reason = why;
    }

    /** Whoever reads there finds it behind {@code position}: it is left out until it has got there. */
    void isBehind(long position) {
        wanted.accumulateAndGet(position, Math::max);
        leaveOut("it is behind the latest changes");
    }

    void takeBack() {
        if (!usable && reached.get() >= wanted.get()) {
            usable = true;
            LOG.info("{} takes part in reads", name);
            reason = "";
        }
    }

    /** How far it is; opens its pool where that could not be done before. */
    long ask() throws SQLException {
        ConnectionSource open = source;
        if (open == null) {
            open = opening.get();
            source = open;
        }
        try (PoolSafeConnection connection = open.borrow(null)) {
            connection.setAutoCommit(true);
            int before = connection.getNetworkTimeout();
            connection.setNetworkTimeout(Runnable::run, MOST_PATIENCE_MILLIS);
            long position = LogPosition.reached(connection);
            connection.setNetworkTimeout(Runnable::run, before);
            shows(position);
            return position;
        }
    }

    @Override
    public void close() {
        usable = false;
        ConnectionSource open = source;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public String toString() {
        return name + (usable ? ": in use" : ": left out, " + reason);
    }
}
