package com.scrapersky.session;

import java.time.Duration;
import java.util.Objects;

/**
 * How often, how long and how fast work is tried again. Immutable.
 *
 * <p><b>By itself</b> the library repeats only what certainly was not executed: one statement outside a session, a pipeline of
 * its own, or the first statement of a session, which a pooler refused before it gave it to a server
 * ({@link ErrorClass#NOT_EXECUTED}, {@link ErrorClass#WAIT}). A session then goes on over another connection; its work is
 * not run again. <b>Where you say so</b>, with {@link DatabaseSessionFactory#repeatable()}, the work of a whole transaction
 * is run again that the server certainly rolled back. What may have been committed is never repeated.
 *
 * <pre>{@code
 * DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(url)
 *         .retry(RetryPolicy.standard().withAttempts(5).withDeadline(Duration.ofSeconds(3)))
 *         .build();
 * sessions.repeatable().write(session -> transfer(session, from, to));
 * sessions.withRetry(RetryPolicy.none()).sql("select 1").row();
 * }</pre>
 *
 * <p>Pauses grow by <em>decorrelated jitter</em>: each is drawn between the first pause and three times the one before it, up
 * to the longest ("Exponential Backoff And Jitter", AWS Architecture Blog, 2015), so that clients which failed together do not
 * come back together. Where an error tells how long its cause lasts ({@link DatabaseException#retryAfter()}) the pause is at
 * least that long. A thread that is interrupted in a pause gives up with the error, and stays interrupted.
 *
 * <p>A failure that is thrown in the end carries those before it as {@linkplain Throwable#getSuppressed() suppressed}.
 */
public final class RetryPolicy {

    private static final RetryPolicy STANDARD =
            new RetryPolicy(4, Duration.ofMillis(50), Duration.ofSeconds(2), Duration.ofSeconds(10), false);

    private final int attempts;
    private final Duration firstPause;
    private final Duration longestPause;
    private final Duration deadline;
    private final boolean lockedRepeated;

    private RetryPolicy(
            int attempts, Duration firstPause, Duration longestPause, Duration deadline, boolean lockedRepeated) {
        this.attempts = attempts;
        this.firstPause = firstPause;
        this.longestPause = longestPause;
        this.deadline = deadline;
        this.lockedRepeated = lockedRepeated;
    }

    /** At most four attempts, pauses from 50 ms to 2 s, none that begins or ends more than 10 s after the first failure. */
    public static RetryPolicy standard() {
        return STANDARD;
    }

    /** One attempt. */
    public static RetryPolicy none() {
        return STANDARD.withAttempts(1);
    }

    /**
     * How many attempts in all.
     *
     * @throws SessionUsageException if fewer than 1
     */
    public RetryPolicy withAttempts(int most) {
        if (most < 1) {
            throw Errors.usage(most + " attempts", "give at least 1, which repeats nothing");
        }
        return new RetryPolicy(most, firstPause, longestPause, deadline, lockedRepeated);
    }

    /**
     * The shortest and the longest pause.
     *
     * @throws SessionUsageException if one is negative, or the first longer than the longest
     */
    public RetryPolicy withPauses(Duration first, Duration longest) {
        if (first.isNegative() || first.compareTo(longest) > 0) {
            throw Errors.usage(
                    "pauses from " + first + " to " + longest,
                    "give a first one of at least zero, and a longest one of at" + " least that");
        }
        return new RetryPolicy(attempts, first, longest, deadline, lockedRepeated);
    }

    /** How long after the first failure the last attempt may begin. */
    public RetryPolicy withDeadline(Duration afterTheFirstFailure) {
        return new RetryPolicy(
                attempts, firstPause, longestPause, Objects.requireNonNull(afterTheFirstFailure), lockedRepeated);
    }

    /**
     * Whether a transaction of {@link DatabaseSessionFactory#repeatable()} is repeated when a lock was not to be had (55P03:
     * {@code NOWAIT}, {@code lock_timeout}). Not unless told: who asks not to wait seldom wants to.
     */
    public RetryPolicy withLockedRepeated(boolean repeated) {
        return new RetryPolicy(attempts, firstPause, longestPause, deadline, repeated);
    }

    /** How many attempts in all. */
    public int attempts() {
        return attempts;
    }

    /** The shortest pause. */
    public Duration firstPause() {
        return firstPause;
    }

    /** The longest pause, but for errors that tell how long their cause lasts. */
    public Duration longestPause() {
        return longestPause;
    }

    /** How long after the first failure the last attempt may begin. */
    public Duration deadline() {
        return deadline;
    }

    /** Whether {@code 55P03} repeats a repeatable transaction. */
    public boolean isLockedRepeated() {
        return lockedRepeated;
    }

    @Override
    public String toString() {
        return attempts == 1
                ? "no retry"
                : "at most " + attempts + " attempts within " + deadline + ", pauses from " + firstPause + " to "
                        + longestPause;
    }
}
