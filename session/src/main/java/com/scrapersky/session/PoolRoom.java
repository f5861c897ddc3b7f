package com.scrapersky.session;

import com.scrapersky.session.internal.errors.Meaning;
import com.scrapersky.session.internal.jdbc.DriverErrors;
import com.zaxxer.hikari.HikariDataSource;
import java.lang.ref.WeakReference;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a pool from growing past what it is given: where somebody has no room for another connection, the pool makes do with
 * those that it has, and tries for more only after a while. It would go on asking otherwise, for as long as callers wait, and
 * each attempt is a login that others have to wait for. Thread-safe.
 */
final class PoolRoom {

    private static final Logger LOG = LoggerFactory.getLogger(PoolRoom.class);

    private static final long BEFORE_MORE_ARE_TRIED = TimeUnit.SECONDS.toNanos(30);

    private final int wanted;
    private final AtomicBoolean limited = new AtomicBoolean();
    private volatile WeakReference<HikariDataSource> pool = new WeakReference<>(null);

    /** @param wanted how many connections the pool may have where there is room for them */
    PoolRoom(int wanted) {
        this.wanted = wanted;
    }

    void is(HikariDataSource opened) {
        pool = new WeakReference<>(opened);
    }

    /** A connection could not be opened. */
    void refused(SQLException error) {
        HikariDataSource open = pool.get();
        if (open == null || open.isClosed() || DriverErrors.of(error).known().meaning() != Meaning.WAIT) {
            return;
        }
        int had = open.getHikariPoolMXBean().getTotalConnections();
        if (had == 0 || !limited.compareAndSet(false, true)) {
            // With none the next attempt is all that callers have.
            return;
        }
        LOG.warn(
                "no room for more than {} connections of {}: {}; more are tried after a while",
                had,
                wanted,
                DriverErrors.of(error).message());
        open.getHikariConfigMXBean().setMaximumPoolSize(had);
        grow(new WeakReference<>(open));
    }

    private void grow(WeakReference<HikariDataSource> limitedPool) {
        CompletableFuture.delayedExecutor(BEFORE_MORE_ARE_TRIED, TimeUnit.NANOSECONDS, Runnable::run)
                .execute(() -> {
                    HikariDataSource open = limitedPool.get();
                    if (open != null && !open.isClosed()) {
                        limited.set(false);
                        open.getHikariConfigMXBean().setMaximumPoolSize(wanted);
                    }
                });
    }
}
