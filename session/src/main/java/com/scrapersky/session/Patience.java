package com.scrapersky.session;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;

/** Gives a connection up whose statement was cancelled in vain, as that of a client which waits for a pooler's backend. */
final class Patience implements AutoCloseable {

    /** What a cancelled statement has for its end, before its connection is given up. */
    private static final Duration AFTER_CANCEL = Duration.ofSeconds(5);

    private final BaseConnection driver;
    private final int before;

    private Patience(BaseConnection driver, int before) {
        this.driver = driver;
        this.before = before;
    }

    /**
     * A field of the driver's and of the socket.
     *
     * @param timeout after which the statement is cancelled
     * @return null where it never is
     */
    static @Nullable Patience with(Connection connection, Duration timeout) throws SQLException {
        if (timeout.isZero()) {
            return null;
        }
        BaseConnection driver = connection.unwrap(BaseConnection.class);
        int before = driver.getNetworkTimeout();
        long limit = timeout.plus(AFTER_CANCEL).toMillis();
        if (before == 0 || limit < before) {
            driver.setNetworkTimeout(Runnable::run, (int) Math.min(limit, Integer.MAX_VALUE));
        }
        return new Patience(driver, before);
    }

    @Override
    public void close() throws SQLException {
        if (!driver.isClosed()) {
            driver.setNetworkTimeout(Runnable::run, before);
        }
    }
}
