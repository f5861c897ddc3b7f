package com.scrapersky.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The attempts at one piece of work, from its first failure on: work that succeeds has none. For one thread. */
final class Attempts {

    private static final Logger LOG = LoggerFactory.getLogger(Attempts.class);

    private final RetryPolicy policy;
    private final long firstFailure = System.nanoTime();
    private final List<DatabaseException> failures = new ArrayList<>();
    private long lastPause;

    private Attempts(RetryPolicy policy) {
        this.policy = policy;
        this.lastPause = policy.firstPause().toNanos();
    }

    /**
     * Lets the thread pause for the next attempt.
     *
     * @param before what this gave after the failure before this one, or null
     * @return null where none is left, and {@code failure} is to be thrown
     */
    static @Nullable Attempts next(RetryPolicy policy, @Nullable Attempts before, DatabaseException failure) {
        if (policy.attempts() == 1) {
            return null;
        }
        Attempts attempts = before == null ? new Attempts(policy) : before;
        return attempts.pause(failure) ? attempts : null;
    }

    private boolean pause(DatabaseException failure) {
        long pause =
                Math.max(drawn(), failure.retryAfter().orElse(Duration.ZERO).toNanos());
        long elapsed = System.nanoTime() - firstFailure;
        boolean left = failures.size() + 1 < policy.attempts()
                && pause <= policy.deadline().toNanos() - elapsed;
        if (!left || !slept(pause)) {
            failures.forEach(failure::addSuppressed);
            return false;
        }
        failures.add(failure);
        LOG.debug(
                "attempt {} of {} after {} ms, because of {} {}",
                failures.size() + 1,
                policy.attempts(),
                TimeUnit.NANOSECONDS.toMillis(pause),
                failure.errorClass(),
                failure.sqlState().orElse("-"));
        return true;
    }

    private long drawn() {
        long first = policy.firstPause().toNanos();
        long until = Math.max(first + 1, lastPause * 3);
        lastPause = Math.min(
                policy.longestPause().toNanos(), ThreadLocalRandom.current().nextLong(first, until));
        return lastPause;
    }

    private static boolean slept(long nanos) {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
            return true;
        } catch (InterruptedException wanted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
