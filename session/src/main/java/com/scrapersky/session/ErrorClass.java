package com.scrapersky.session;

/**
 * What a failure means for the work that failed, whoever told it: a pooler, PostgreSQL or the driver. {@code docs/errors.md}
 * lists every known error with its class.
 *
 * <p>{@link DatabaseException#errorClass()} gives it, {@link DatabaseException#isRetryable()} whether repeating the same work
 * may help, and {@link DatabaseException#retryAfter()} how long to wait before that.
 */
public enum ErrorClass {
    /** No statement left this program: no connection was to be had. */
    NEVER_SENT,
    /** It left this program, and whoever got it refused it before anything was executed. */
    NOT_EXECUTED,
    /** The server undid whatever had been done: the whole transaction, or the statement where there was no other. */
    ROLLED_BACK,
    /** What was asked for is wrong, in its text, its values or its result: repeated as it is, it fails in the same way. */
    REJECTED,
    /** It may have been executed and committed, or not. Never repeat it blindly. */
    OUTCOME_UNKNOWN,
    /** Nothing was executed, nor will it be before a URL, a password, a pooler or a server is set otherwise. */
    CONFIGURATION,
    /** Nothing was executed: there was no room, or nobody there, and will be after {@link DatabaseException#retryAfter()}. */
    WAIT
}
