package com.scrapersky.session;

import org.jspecify.annotations.Nullable;

/**
 * What a statement of a {@link Pipeline} gave: there once the pipeline has been executed.
 *
 * <p>Not thread-safe until then; afterwards it does not change, and its value is as safe as a value of its type.
 *
 * @param <T> what the method of {@link PipelinedStatement} that made it promises
 */
public final class Result<T extends @Nullable Object> {

    private static final String NOT_YET = "the result of a pipeline is read before the pipeline was executed";

    /** Stands for the number of a statement that is a batch by itself. */
    static final int OF_A_BATCH = 0;

    private final int number;
    private @Nullable T value;
    private boolean there;
    private @Nullable RuntimeException failure;
    private String missing = NOT_YET;
    private String wayOut =
            "call execute() on the pipeline first; in its work, return the result and read it behind it";

    /** @param number of its statement, counted from 1 */
    Result(int number) {
        this.number = number;
    }

    /**
     * The result.
     *
     * @throws UnexpectedResultException if it is not what was asked for: no row for {@code single}, a column that does not
     *     fit. The pipeline itself was executed; of a transaction of its own, that is committed
     * @throws SessionUsageException if the pipeline has not been executed yet, or has failed
     */
    @SuppressWarnings("NullAway") // a T that may be null is one that the caller declared so
    public T get() {
        RuntimeException failed = failure;
        if (failed != null) {
            throw failed;
        }
        if (!there) {
            throw Errors.usage(missing, wayOut);
        }
        return value;
    }

    int number() {
        return number;
    }

    void set(T result) {
        value = result;
        there = true;
    }

    /** The statement was executed, and its result is not what was wanted. */
    void fail(RuntimeException unfit) {
        failure = unfit;
    }

    /** The pipeline failed, so there is none. */
    void none() {
        there = false;
        value = null;
        failure = null;
        missing = "statement " + number + " of the pipeline has no result: the pipeline failed";
        wayOut = "see the error that was thrown then; begin another pipeline";
    }
}
