package com.scrapersky.session;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The root of everything that this library throws: what happened, why, and the way out.
 *
 * <p>A message holds the (shortened) SQL text and parameter <em>names</em>, never a bound value and never a password;
 * neither does the {@linkplain #getCause() cause}, which is a copy of the driver's exception without its values. (What a
 * function of your own writes into the message that it raises is yours: bound values are looked for in it in the spelling
 * that they were bound in, and those of fewer than four characters in quotes only.)
 *
 * <pre>{@code
 * try {
 *     sessions.write(session -> transfer(session, from, to));
 * } catch (DatabaseException failure) {
 *     if (failure.isRetryable()) { ... }
 *     log.warn("{}: {}", failure.sqlState().orElse("-"), failure.advice().orElse("no advice"));
 * }
 * }</pre>
 *
 * <p>Instances are immutable and safe to hand to other threads.
 */
public abstract sealed class DatabaseException extends RuntimeException
        permits ConnectionException,
                InvalidDatabaseUrlException,
                InvalidStatementException,
                SessionUsageException,
                StatementException,
                TransactionOutcomeUnknownException,
                TransactionRolledBackException,
                UnexpectedResultException {

    private static final long serialVersionUID = 1L;

    private final @Nullable String sqlState;
    private final @Nullable String advice;
    private final boolean retryable;
    private final boolean neverSent;
    private final ErrorClass errorClass;
    private final Duration retryAfter;

    DatabaseException(Facts facts) {
        super(facts.message(), facts.cause());
        this.sqlState = facts.sqlState();
        this.advice = facts.advice();
        this.retryable = facts.retryable();
        this.neverSent = facts.neverSent();
        this.errorClass = facts.errorClass();
        this.retryAfter = facts.retryAfter();
    }

    /** The SQLSTATE of the server or the driver, where one of them spoke. */
    public Optional<String> sqlState() {
        return Optional.ofNullable(sqlState);
    }

    /**
     * Whether the same work may be tried again and may then succeed: nothing of it was executed, or the server
     * certainly rolled it back. False where the outcome is unknown and where a repetition would fail in the same way.
     */
    public boolean isRetryable() {
        return retryable;
    }

    /** Whether the work that failed certainly never reached a server, so that nothing of it can have been executed. */
    public boolean neverSent() {
        return neverSent;
    }

    /** Whether it left this program, or was about to, and certainly was refused before anything of it was executed. */
    final boolean isNotExecuted() {
        return retryable
                && !isCrowded()
                && switch (errorClass) {
                    case NOT_EXECUTED, WAIT -> true;
                    // The pool has waited for a connection as long as it may.
                    case NEVER_SENT, ROLLED_BACK, REJECTED, OUTCOME_UNKNOWN, CONFIGURATION -> false;
                };
    }

    /** Whether the program's own pool had no connection for it, so that nothing is repeated by itself. */
    boolean isCrowded() {
        return false;
    }

    /** What the failure means for the work that failed. */
    public ErrorClass errorClass() {
        return errorClass;
    }

    /**
     * How long to wait before another attempt: the time that whoever told the error is known to need. Empty where one may be
     * made at once, and where none may be made. After a wrong password it is longer than Supavisor's lock-out of two
     * minutes, although the attempt needs another password.
     */
    public Optional<Duration> retryAfter() {
        return retryAfter.isZero() ? Optional.empty() : Optional.of(retryAfter);
    }

    /** One line that says what to change, where there is something to change. */
    public Optional<String> advice() {
        return Optional.ofNullable(advice);
    }

    /** The message, and on a line of its own the advice. */
    @Override
    public String getMessage() {
        String message = String.valueOf(super.getMessage());
        return advice == null ? message : message + System.lineSeparator() + "  Advice: " + advice;
    }

    /** What every error of this library is made of. */
    record Facts(
            String message,
            @Nullable String sqlState,
            @Nullable String advice,
            boolean retryable,
            boolean neverSent,
            ErrorClass errorClass,
            Duration retryAfter,
            @Nullable Throwable cause) {

        /** A mistake of the caller, found before anything was sent. */
        static Facts refused(String message, @Nullable String advice) {
            return new Facts(message, null, advice, false, true, ErrorClass.REJECTED, Duration.ZERO, null);
        }

        /** Something that repeats as it is if the work is. */
        static Facts failed(
                String message, @Nullable String sqlState, @Nullable String advice, @Nullable Throwable cause) {
            return new Facts(message, sqlState, advice, false, false, ErrorClass.REJECTED, Duration.ZERO, cause);
        }

        Facts as(ErrorClass meaning) {
            return new Facts(message, sqlState, advice, retryable, neverSent, meaning, retryAfter, cause);
        }

        Facts asRetryable() {
            return new Facts(message, sqlState, advice, true, neverSent, errorClass, retryAfter, cause);
        }

        Facts asNeverSent() {
            return new Facts(message, sqlState, advice, retryable, true, errorClass, retryAfter, cause);
        }

        Facts after(Duration wait) {
            return new Facts(message, sqlState, advice, retryable, neverSent, errorClass, wait, cause);
        }
    }
}
