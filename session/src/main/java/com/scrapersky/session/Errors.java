package com.scrapersky.session;

import com.scrapersky.session.DatabaseException.Facts;
import com.scrapersky.session.StatementException.Place;
import com.scrapersky.session.internal.jdbc.DriverErrors;
import com.scrapersky.session.internal.sql.NamedSql;
import java.sql.SQLException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** Makes this library's errors out of the driver's, in one place, so that what they may say is decided in one place. */
final class Errors {

    static final int SHOWN_SQL = 200;

    /** What was going on when the driver failed; it decides what a lost connection means. */
    enum Phase {
        /** A statement outside any transaction. */
        AUTOCOMMIT,
        /** A statement in a transaction that has not been committed. */
        TRANSACTION,
        /** A statement or the commit of a transaction that can change nothing. */
        READ_ONLY,
        /** COMMIT of a transaction that may have changed something. */
        COMMIT,
        /** A whole transaction in one flush, COMMIT included. */
        WHOLE_TRANSACTION
    }

    private Errors() {}

    static InvalidStatementException invalidStatement(String message, @Nullable String advice) {
        return new InvalidStatementException(Facts.refused(message, advice));
    }

    static SessionUsageException usage(String message, String advice) {
        return new SessionUsageException(Facts.refused(message, advice));
    }

    static UnexpectedResultException unexpectedResult(String message) {
        return new UnexpectedResultException(new Facts(message, null, null, false, false, null));
    }

    static UnexpectedResultException unexpectedResult(NamedSql sql, String message) {
        return unexpectedResult(message + " — in: " + sql.abbreviated(SHOWN_SQL));
    }

    /** No connection could be had; nothing was sent. */
    static ConnectionException noConnection(String circumstance, SQLException error) {
        DriverErrors driver = DriverErrors.of(DriverErrors.rootOf(error));
        Facts facts = Facts.failed(
                        "no connection: " + circumstance + driver.message(),
                        driver.sqlState(),
                        driver.advice(),
                        driver.withoutValues())
                .asNeverSent();
        return new ConnectionException(driver.isConfiguration() ? facts : facts.asRetryable());
    }

    /** Begin, commit, rollback or a savepoint failed. */
    static DatabaseException transactionControl(SQLException error, Phase phase, String command) {
        return translate(DriverErrors.of(error), phase, command + " failed: ", Place.UNKNOWN);
    }

    /** A statement failed. {@code values} are looked for in the server's words, so that none gets out with them. */
    static DatabaseException statement(
            SQLException error, Phase phase, NamedSql sql, Map<String, ? extends @Nullable Object> values) {
        int failed = DriverErrors.failedBatchEntry(error);
        String entry = failed < 0 ? "" : "entry " + failed + " of the batch: ";
        return statement(DriverErrors.firstOfBatch(error), phase, entry, sql, values);
    }

    /** A statement failed that is one of several, which {@code name} names. */
    static DatabaseException statement(
            SQLException error,
            Phase phase,
            String name,
            NamedSql sql,
            Map<String, ? extends @Nullable Object> values) {
        DriverErrors driver = DriverErrors.of(error).hiding(values, sql.text());
        return translate(driver, phase, name, place(driver.error(), sql), sql);
    }

    /** A COPY failed; the server tells the row of the data in the context of its error, beside values that stay there. */
    static DatabaseException copy(SQLException error, Phase phase, NamedSql sql) {
        DriverErrors driver = DriverErrors.of(error).hiding(Map.of(), sql.text());
        return translate(driver, phase, driver.placeInCopy(), place(driver.error(), sql), sql);
    }

    /** The connection went away under the work, which did not let the error out. */
    static ConnectionException lostBeforeCommit(@Nullable DatabaseException firstFailure) {
        return new ConnectionException(new Facts(
                "the connection was lost before COMMIT, so the server has rolled the transaction back",
                firstFailure == null ? null : firstFailure.sqlState().orElse(null),
                "repeat the whole transaction",
                firstFailure == null || firstFailure instanceof ConnectionException,
                false,
                firstFailure));
    }

    static TransactionRolledBackException commitOfFailedTransaction(@Nullable DatabaseException firstFailure) {
        return new TransactionRolledBackException(new Facts(
                "the transaction was rolled back, not committed: a statement in it had failed, and its error was caught",
                "25P02",
                "let the error leave the work, or run the statement that may fail in savepoint(…)",
                false,
                false,
                firstFailure));
    }

    private static DatabaseException translate(
            DriverErrors driver, Phase phase, String prefix, Place place, NamedSql sql) {
        return translate(driver, phase, prefix, place, " — in: " + sql.abbreviated(SHOWN_SQL));
    }

    private static DatabaseException translate(DriverErrors driver, Phase phase, String prefix, Place place) {
        return translate(driver, phase, prefix, place, "");
    }

    private static DatabaseException translate(
            DriverErrors driver, Phase phase, String prefix, Place place, String suffix) {
        String at = place.position() == null ? "" : " at character " + place.position();
        Facts facts = Facts.failed(
                prefix + driver.message() + at + suffix, driver.sqlState(), driver.advice(), driver.withoutValues());
        if (driver.isConnectionLost()) {
            return connectionLost(facts, phase, driver.isNotExecuted());
        }
        return switch (driver.kind()) {
            case CONSTRAINT -> new ConstraintViolationException(facts, place);
            case CANCELLED -> new StatementCancelledException(facts, place);
            case ROLLED_BACK -> new TransactionRolledBackException(facts.asRetryable());
            case LOCK_NOT_AVAILABLE -> new StatementException(facts.asRetryable(), place);
            case OTHER -> new StatementException(driver.isNotExecuted() ? facts.asRetryable() : facts, place);
        };
    }

    private static DatabaseException connectionLost(Facts facts, Phase phase, boolean notExecuted) {
        return switch (phase) {
            // A pooler that never forwarded the flush forwarded no COMMIT either.
            case WHOLE_TRANSACTION ->
                notExecuted
                        ? new ConnectionException(facts.asRetryable().asNeverSent())
                        : connectionLost(facts, Phase.COMMIT, false);
            case COMMIT ->
                new TransactionOutcomeUnknownException(new Facts(
                        "the connection was lost while COMMIT was under way, so the transaction is either committed or not: "
                                + facts.message(),
                        facts.sqlState(),
                        "look into the database for the effect of the transaction before repeating it",
                        false,
                        false,
                        facts.cause()));
            // The server rolls back what it was never told to commit.
            case TRANSACTION, READ_ONLY -> new ConnectionException(facts.asRetryable());
            case AUTOCOMMIT ->
                new ConnectionException(notExecuted ? facts.asRetryable().asNeverSent() : facts);
        };
    }

    private static Place place(SQLException error, NamedSql sql) {
        ServerErrorMessage server = error instanceof PSQLException own ? own.getServerErrorMessage() : null;
        if (server == null) {
            return Place.UNKNOWN;
        }
        int position = sql.originalPosition(server.getPosition());
        return new Place(
                position == 0 ? null : position,
                server.getConstraint(),
                server.getTable(),
                DriverErrors.columns(server));
    }
}
