package com.scrapersky.session;

import com.scrapersky.session.internal.errors.KnownError;
import com.scrapersky.session.internal.jdbc.DriverErrors;
import java.sql.SQLException;
import java.sql.SQLInvalidAuthorizationSpecException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a password that was refused from being tried again and again. A pool tries on for as long
 * as somebody waits for a connection; Supavisor counts, and after ten wrong passwords locks out everybody behind the same address for two minutes
 * (ECIRCUITBREAKER, measured with 2.9.7). Thread-safe.
 */
final class RefusedLogin {

    /** What the table gives a shorter pause is worth an attempt all the time: a server that is down, a pooler without room. */
    private static final Duration LOCK_OUT = Duration.ofSeconds(60);

    private record Refusal(String message, @Nullable String sqlState, long until) {}

    private volatile @Nullable Refusal last;

    /** Throws the refusal again where another attempt would be too early. */
    void check() throws SQLException {
        Refusal refusal = last;
        if (refusal == null) {
            return;
        }
        long left = refusal.until() - System.nanoTime();
        if (left <= 0) {
            last = null;
            return;
        }
        throw new SQLInvalidAuthorizationSpecException(
                refusal.message() + " (not tried again for another " + TimeUnit.NANOSECONDS.toSeconds(left) + " s)",
                refusal.sqlState());
    }

    /** Whether {@link #check()} would throw. */
    boolean isFresh() {
        Refusal refusal = last;
        return refusal != null && refusal.until() - System.nanoTime() > 0;
    }

    /** Remembers {@code error} where it is of the kind that must not be repeated soon. */
    void remember(SQLException error) {
        DriverErrors driver = DriverErrors.of(error);
        KnownError known = driver.known();
        if (known.pause().compareTo(LOCK_OUT) >= 0) {
            last = new Refusal(
                    driver.message(),
                    driver.sqlState(),
                    System.nanoTime() + known.pause().toNanos());
        }
    }
}
