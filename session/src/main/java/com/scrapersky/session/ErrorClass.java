package com.scrapersky.session;

import com.scrapersky.session.internal.jdbc.DriverErrors;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;

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
    WAIT;

    /**
     * What an error of plain JDBC means, as of {@link DatabaseSessionFactory#dataSource()}: for a statement in a transaction that
     * may not be its first one. It is not for the error of a COMMIT, nor of a statement in autocommit, where a lost connection
     * leaves everything open; both are then {@link #OUTCOME_UNKNOWN}, as here.
     *
     * <p>Asks nobody.
     *
     * <pre>{@code
     * } catch (SQLException error) {
     *     if (ErrorClass.of(error) == ErrorClass.WAIT) …
     * }</pre>
     */
    public static ErrorClass of(SQLException error) {
        SQLException root = DriverErrors.rootOf(error);
        if (root.getSQLState() == null && root instanceof SQLTransientConnectionException) {
            // HikariCP's, whose pool had none to give.
            return NEVER_SENT;
        }
        return switch (DriverErrors.of(root).known().meaning()) {
            case NOT_FORWARDED -> NOT_EXECUTED;
            case WAIT -> WAIT;
            case CONFIGURATION -> CONFIGURATION;
            case CONNECTION_LOST -> OUTCOME_UNKNOWN;
            case ENDED_BEFORE, ROLLED_BACK, LOCKED, CANCELLED -> ROLLED_BACK;
            case CONSTRAINT, REJECTED -> REJECTED;
        };
    }
}
