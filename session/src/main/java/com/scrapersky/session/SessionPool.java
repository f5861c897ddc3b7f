package com.scrapersky.session;

import com.scrapersky.session.PoolerProfile.Mode;
import com.scrapersky.session.internal.guard.DiscardingConnection;
import com.scrapersky.session.internal.guard.SessionConnections;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The few connections with a backend of their own, opened when the first one is needed. */
final class SessionPool implements SessionConnections {

    private static final Logger LOG = LoggerFactory.getLogger(SessionPool.class);

    /** The pool, and what its URL turned out to lead to. */
    record Opened(HikariDataSource pool, PoolerProfile profile) {}

    private final Supplier<Opened> opening;
    private final Map<SessionFeature, LongAdder> moves = new ConcurrentHashMap<>();
    private final AtomicInteger active = new AtomicInteger();
    private final ReentrantLock opened = new ReentrantLock();
    private @Nullable HikariDataSource pool;
    private boolean closed;

    SessionPool(Supplier<Opened> opening) {
        this.opening = opening;
    }

    @Override
    public Connection borrow(SessionFeature feature) throws SQLException {
        HikariDataSource from = pool();
        Connection connection;
        try {
            connection = from.getConnection();
        } catch (SQLTransientConnectionException exhausted) {
            throw new SQLTransientConnectionException(
                    feature.title() + ": all " + from.getMaximumPoolSize() + " session connections are in use: "
                            + exhausted.getMessage() + " Close connections that use it sooner, or raise"
                            + " maximumSessionConnections",
                    exhausted.getSQLState(),
                    exhausted);
        }
        LongAdder counter = moves.computeIfAbsent(feature, first -> {
            LOG.info("{}: the connection moves to a session of its own, as all that use it will", first.title());
            return new LongAdder();
        });
        counter.increment();
        active.incrementAndGet();
        return new DiscardingConnection(connection, active::decrementAndGet, from::evictConnection);
    }

    private HikariDataSource pool() throws SQLException {
        opened.lock();
        try {
            return open();
        } finally {
            opened.unlock();
        }
    }

    private HikariDataSource open() throws SQLException {
        if (closed) {
            throw new SQLException("the factory is closed");
        }
        HikariDataSource open = pool;
        if (open == null) {
            Opened found;
            try {
                found = opening.get();
            } catch (DatabaseException failed) {
                throw new SQLException(
                        "the session URL could not be opened: " + failed.getMessage(),
                        failed.sqlState().orElse(null),
                        failed);
            }
            open = found.pool();
            if (found.profile().mode() == Mode.TRANSACTION) {
                open.close();
                throw new SQLException(
                        "the session URL leads to " + found.profile().pooler().title()
                                + " in transaction mode, where no backend belongs to anybody; give the URL of a session-mode"
                                + " port or of the server itself");
            }
            pool = open;
        }
        return open;
    }

    int active() {
        return active.get();
    }

    Map<SessionFeature, Long> moves() {
        Map<SessionFeature, Long> counts = new EnumMap<>(SessionFeature.class);
        moves.forEach((feature, count) -> counts.put(feature, count.sum()));
        return counts;
    }

    @Override
    public void close() {
        opened.lock();
        try {
            closed = true;
            if (pool != null) {
                pool.close();
            }
        } finally {
            opened.unlock();
        }
    }
}
