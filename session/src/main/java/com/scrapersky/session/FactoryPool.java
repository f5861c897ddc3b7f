package com.scrapersky.session;

import com.scrapersky.session.internal.guard.Places;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import com.zaxxer.hikari.pool.HikariPool;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The pool of a factory. Tells at once that the login was refused, where there is no connection from before that could be waited
 * for.
 *
 * <p>HikariCP hands a connection that comes back to whoever waits longest, and it does nothing until that thread runs
 * ({@code ConcurrentBag.requite}, 7.1.0). So callers wait here first, where one that is running may take it at once; whoever has
 * waited for a quarter of the connection timeout goes on in HikariCP's queue, which nobody overtakes. {@code bin/bench threads} measures
 * what it gains.
 */
final class FactoryPool extends HikariDataSource implements Places {

    /** Which part of the time that a caller has may pass before it goes on in HikariCP's queue. */
    private static final int PART_OVERTAKEN = 4;

    private final RefusedLogin refused;
    private final int maximumWaiting;
    private final long limit;
    private final FreePlaces places;
    private final AtomicInteger waiting = new AtomicInteger();

    FactoryPool(HikariConfig config, RefusedLogin refused, int maximumWaiting) {
        super(config);
        this.refused = refused;
        this.maximumWaiting = maximumWaiting;
        this.limit = TimeUnit.MILLISECONDS.toNanos(config.getConnectionTimeout());
        this.places = new FreePlaces(config.getMaximumPoolSize());
    }

    @Override
    public Connection enter() throws SQLException {
        refuseAtOnce();
        long waited = places.tryAcquire() ? 0 : await();
        boolean entered = false;
        try {
            Connection connection = waited == 0 ? super.getConnection() : borrow(limit - waited);
            entered = true;
            return connection;
        } finally {
            if (!entered) {
                places.release();
            }
        }
    }

    @Override
    public void leave() {
        places.release();
    }

    /** Takes a place, of those that there are not if it has to be. */
    private long await() throws SQLException {
        long began = System.nanoTime();
        waiting.incrementAndGet();
        try {
            if (!places.tryAcquire(limit / PART_OVERTAKEN, TimeUnit.NANOSECONDS)) {
                places.takeOneMore();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new SQLException(getPoolName() + " - Interrupted during connection acquisition", interrupted);
        } finally {
            waiting.decrementAndGet();
        }
        return System.nanoTime() - began;
    }

    private Connection borrow(long nanos) throws SQLException {
        if (!(super.getHikariPoolMXBean() instanceof HikariPool pool) || isClosed()) {
            // It says what is wrong.
            return super.getConnection();
        }
        try {
            return pool.getConnection(Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos)));
        } catch (SQLTransientConnectionException late) {
            // It knows of the time in its own queue only.
            var whole = new SQLTransientConnectionException(
                    getPoolName() + " - Connection is not available, request timed out after "
                            + TimeUnit.NANOSECONDS.toMillis(limit) + "ms (total=" + pool.getTotalConnections()
                            + ", active=" + pool.getActiveConnections() + ", idle=" + pool.getIdleConnections()
                            + ", waiting=" + getHikariPoolMXBean().getThreadsAwaitingConnection() + ")",
                    late.getSQLState(),
                    late.getCause());
            whole.setNextException(late.getNextException());
            throw whole;
        }
    }

    @Override
    public Connection getConnection() throws SQLException {
        refuseAtOnce();
        return super.getConnection();
    }

    private void refuseAtOnce() throws SQLException {
        if (refused.isFresh() && super.getHikariPoolMXBean().getTotalConnections() == 0) {
            refused.check();
        }
        if (maximumWaiting < Integer.MAX_VALUE
                && getHikariPoolMXBean().getThreadsAwaitingConnection() >= maximumWaiting) {
            throw new SQLTransientConnectionException(
                    "refused at once, because as many callers wait already as may (maximumWaiting)");
        }
    }

    @Override
    public HikariPoolMXBean getHikariPoolMXBean() {
        return new Watched(super.getHikariPoolMXBean(), waiting);
    }

    private static final class FreePlaces extends Semaphore {

        private static final long serialVersionUID = 1L;

        FreePlaces(int places) {
            super(places);
        }

        void takeOneMore() {
            reducePermits(1);
        }
    }

    /** Counts those who wait here, too. */
    private record Watched(HikariPoolMXBean pool, AtomicInteger waiting) implements HikariPoolMXBean {

        @Override
        public int getIdleConnections() {
            return pool.getIdleConnections();
        }

        @Override
        public int getActiveConnections() {
            return pool.getActiveConnections();
        }

        @Override
        public int getTotalConnections() {
            return pool.getTotalConnections();
        }

        @Override
        public int getThreadsAwaitingConnection() {
            return waiting.get() + pool.getThreadsAwaitingConnection();
        }

        @Override
        public void softEvictConnections() {
            pool.softEvictConnections();
        }

        @Override
        public void suspendPool() {
            pool.suspendPool();
        }

        @Override
        public void resumePool() {
            pool.resumePool();
        }
    }
}
