package com.scrapersky.session.internal.guard;

import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.jdbc.PgConnection;
import org.postgresql.jdbc.PgStatement;

/** The driver's own clock, which cancels what a flight sends: one time for all of its flushes, or the connection's for each. */
final class FlightClock implements AutoCloseable {

    private final PgStatement clock;

    /** By {@link System#nanoTime()}; meaningless where the time is the connection's. */
    private final long end;

    private final boolean forAll;

    private FlightClock(PgStatement clock, long millis) {
        this.clock = clock;
        this.forAll = millis > 0;
        this.end = forAll ? System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis) : 0;
    }

    /**
     * Begins to run at once.
     *
     * @param millis for the whole flight, or 0 for the connection's own time
     * @return null where there is no limit
     */
    static @Nullable FlightClock of(BaseConnection driver, long millis) throws SQLException {
        boolean limited = millis > 0 || (driver instanceof PgConnection connection && connection.getQueryTimeout() > 0);
        return limited ? new FlightClock(driver.createStatement().unwrap(PgStatement.class), millis) : null;
    }

    /** Before a flush. */
    void start() throws SQLException {
        if (forAll) {
            // Nothing would be no limit.
            clock.setQueryTimeoutMs(Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())));
        }
        DriverQueries.startTimer(clock);
    }

    /** Behind a flush. */
    void stop() {
        DriverQueries.endTimer(clock);
    }

    @Override
    public void close() throws SQLException {
        clock.close();
    }
}
