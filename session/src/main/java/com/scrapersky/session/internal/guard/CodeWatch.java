package com.scrapersky.session.internal.guard;

import java.lang.ref.WeakReference;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a database's catalogue says that matters to sessions: its code that may set something unseen, and what its roles set.
 * Looks again where this program changed it, and from time to time, because others may have. Thread-safe.
 */
final class CodeWatch {

    private static final Logger LOG = LoggerFactory.getLogger("com.scrapersky.session.guard");

    /** How old the knowledge about the database's code may be: others may have changed it. */
    private static final long CATALOGUE_NANOS = 60_000_000_000L;

    /** The roles that a context may act as. */
    private final Set<String> roles;

    private final Runnable whenChanged;
    private final Set<String> remarked = ConcurrentHashMap.newKeySet();
    private final Set<String> schemas = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean refreshing = new AtomicBoolean();

    private volatile HiddenState hidden = HiddenState.none();
    private volatile RoleSettings roleSettings = RoleSettings.NONE;

    private final AtomicInteger version = new AtomicInteger();
    private volatile boolean stale;

    private volatile long readAt = System.nanoTime();

    /** Whether what was read is older than it may be. Set by a timer, so that borrowing a connection reads no clock. */
    private volatile boolean due;

    private final AtomicBoolean timing = new AtomicBoolean();

    /** @param whenChanged is told when what was known has become wrong */
    CodeWatch(Set<String> roles, Runnable whenChanged) {
        this.roles = roles;
        this.whenChanged = whenChanged;
    }

    /** The code that may set something unseen. */
    HiddenState hidden() {
        return hidden;
    }

    /** What roles ask for in each of their sessions. */
    RoleSettings roleSettings() {
        return roleSettings;
    }

    /** Changes whenever what is known about texts may have become wrong. */
    int version() {
        return version.get();
    }

    /** This program changed functions, triggers or the like. */
    void changed() {
        stale = true;
        // Prepared statements look for nothing else.
        version.incrementAndGet();
    }

    boolean isStale() {
        return stale;
    }

    /** Whether a schema was found to be there, and the role to be allowed into it. */
    boolean isSchema(String name) {
        return schemas.contains(name);
    }

    void foundSchema(String name) {
        schemas.add(name);
    }

    /** Reads it. One round trip. */
    void read(Connection connection) throws SQLException {
        boolean changed = stale;
        stale = false;
        schemas.clear();
        PGConnection driver = connection.unwrap(PGConnection.class);
        int threshold = driver.getPrepareThreshold();
        // A pool that knows of no pooler names its statements, COMMIT among them.
        driver.setPrepareThreshold(0);
        boolean beginsTransactions = !connection.getAutoCommit()
                && connection.unwrap(BaseConnection.class).getTransactionState() == TransactionState.IDLE;
        if (beginsTransactions) {
            connection.setAutoCommit(true);
        }
        try {
            HiddenState read = HiddenState.read(connection);
            changed |= !(read.isEmpty() && hidden.isEmpty());
            hidden = read;
            if (!roles.isEmpty()) {
                readRoles(connection);
            }
            lookAgainLater();
            if (changed) {
                version.incrementAndGet();
                whenChanged.run();
            }
        } catch (SQLException failed) {
            stale = true;
            throw failed;
        } finally {
            if (beginsTransactions) {
                connection.setAutoCommit(false);
            }
            driver.setPrepareThreshold(threshold);
        }
    }

    private void readRoles(Connection connection) throws SQLException {
        RoleSettings read = RoleSettings.read(connection, roles);
        for (String remark : read.remarks()) {
            if (remarked.add(remark)) {
                LOG.warn("roles for session contexts: {}", remark);
            }
        }
        roleSettings = read;
    }

    /** Looks again at what others may have changed, beside the callers and never more often than once a minute. */
    void refreshInBackground(DataSource pool) {
        if (due && refreshing.compareAndSet(false, true)) {
            refresh(pool);
        }
    }

    private void lookAgainLater() {
        readAt = System.nanoTime();
        due = false;
        if (timing.compareAndSet(false, true)) {
            wake(new WeakReference<>(this), CATALOGUE_NANOS);
        }
    }

    /** By the JDK's own timer thread. One whose pool is gone is not kept by it. */
    private static void wake(WeakReference<CodeWatch> watch, long nanos) {
        CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS, Runnable::run)
                .execute(() -> {
                    CodeWatch still = watch.get();
                    if (still == null) {
                        return;
                    }
                    long left = still.readAt + CATALOGUE_NANOS - System.nanoTime();
                    if (left > 0) {
                        wake(watch, left);
                    } else {
                        still.timing.set(false);
                        still.due = true;
                    }
                });
    }

    private void refresh(DataSource pool) {
        Thread refresher = new Thread(
                () -> {
                    try (Connection connection = pool.getConnection()) {
                        read(connection);
                    } catch (SQLException failed) {
                        LOG.warn("the database's functions and triggers could not be looked at again", failed);
                        lookAgainLater();
                    } finally {
                        refreshing.set(false);
                    }
                },
                "sky-session-catalogue");
        refresher.setDaemon(true);
        refresher.start();
    }
}
