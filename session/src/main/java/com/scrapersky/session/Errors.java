package com.scrapersky.session;

import com.scrapersky.session.DatabaseException.Facts;
import com.scrapersky.session.StatementException.Place;
import com.scrapersky.session.internal.errors.KnownError;
import com.scrapersky.session.internal.errors.Meaning;
import com.scrapersky.session.internal.jdbc.DriverErrors;
import com.scrapersky.session.internal.sql.NamedSql;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** Makes this library's errors out of the driver's, in one place, so that what they may say is decided in one place. */
final class Errors {

    static final int SHOWN_SQL = 200;

    /** Longer than most transactions, so that somebody has given a connection back by then. */
    private static final Duration CROWD_PASSES = Duration.ofSeconds(1);

    /** What was going on when the driver failed; it decides what a lost connection means. */
    enum Phase {
        /** A statement outside any transaction. */
        AUTOCOMMIT,
        /** A statement in a transaction that has not been committed. */
        TRANSACTION,
        /** The first one of a transaction: nothing was executed where it was not. */
        FIRST_OF_TRANSACTION,
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
        return new UnexpectedResultException(Facts.failed(message, null, null, null));
    }

    static UnexpectedResultException unexpectedResult(NamedSql sql, String message) {
        return unexpectedResult(message + " — in: " + sql.abbreviated(SHOWN_SQL));
    }

    /** The pool had no connection to give, and nobody refused one. */
    static ConnectionException crowded(String message) {
        return new ConnectionException(
                Facts.failed(
                                "no connection: " + message,
                                null,
                                "hold connections for a shorter time, or let fewer callers in; raise maximumPoolSize only as far"
                                        + " as the pooler has backends",
                                null)
                        .as(ErrorClass.WAIT)
                        .asRetryable()
                        .asNeverSent()
                        .after(CROWD_PASSES),
                true);
    }

    /** No connection could be had; nothing was sent. */
    static ConnectionException noConnection(String circumstance, SQLException error) {
        DriverErrors driver = DriverErrors.of(DriverErrors.rootOf(error));
        KnownError known = driver.known();
        Facts facts = Facts.failed(
                        "no connection: " + circumstance + driver.message(),
                        driver.sqlState(),
                        known.advice(),
                        driver.withoutValues())
                .asNeverSent()
                .after(known.pause());
        return new ConnectionException(
                switch (known.meaning()) {
                    case NOT_FORWARDED, ENDED_BEFORE, CONNECTION_LOST, WAIT, LOCKED, CANCELLED, ROLLED_BACK ->
                        facts.as(known.pause().isZero() ? ErrorClass.NEVER_SENT : ErrorClass.WAIT)
                                .asRetryable();
                    // A login is refused for what it says: the URL or the server has to change.
                    case CONFIGURATION, CONSTRAINT, REJECTED ->
                        driver.sqlState() == null
                                ? facts.as(ErrorClass.NEVER_SENT).asRetryable()
                                : facts.as(ErrorClass.CONFIGURATION);
                });
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
        Facts facts = Facts.failed(
                        "the connection was lost before COMMIT, so the server has rolled the transaction back",
                        firstFailure == null ? null : firstFailure.sqlState().orElse(null),
                        "repeat the whole transaction",
                        firstFailure)
                .as(ErrorClass.ROLLED_BACK);
        return new ConnectionException(
                firstFailure == null || firstFailure instanceof ConnectionException ? facts.asRetryable() : facts);
    }

    static TransactionRolledBackException commitOfFailedTransaction(@Nullable DatabaseException firstFailure) {
        return new TransactionRolledBackException(Facts.failed(
                        "the transaction was rolled back, not committed: a statement in it had failed, and its error was caught",
                        "25P02",
                        "let the error leave the work, or run the statement that may fail in savepoint(…)",
                        firstFailure)
                .as(ErrorClass.ROLLED_BACK));
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
        KnownError known = driver.known();
        Facts facts = Facts.failed(
                        prefix + driver.message() + at + suffix,
                        driver.sqlState(),
                        known.advice(),
                        driver.withoutValues())
                .after(known.pause());
        if (driver.isConnectionLost()) {
            return connectionLost(facts, phase, driver.meaning());
        }
        return switch (known.meaning()) {
            case CONSTRAINT -> new ConstraintViolationException(facts, place);
            case CANCELLED -> new StatementCancelledException(facts.as(ErrorClass.ROLLED_BACK), place);
            case LOCKED ->
                new StatementException(facts.as(ErrorClass.ROLLED_BACK).asRetryable(), place);
            case ROLLED_BACK -> rolledBack(facts.as(ErrorClass.ROLLED_BACK).asRetryable(), place);
            case NOT_FORWARDED, ENDED_BEFORE -> new StatementException(notExecuted(facts, phase), place);
            case WAIT -> new StatementException(facts.as(ErrorClass.ROLLED_BACK).asRetryable(), place);
            case CONFIGURATION -> new StatementException(facts.as(ErrorClass.CONFIGURATION), place);
            case REJECTED, CONNECTION_LOST -> new StatementException(facts, place);
        };
    }

    private static DatabaseException rolledBack(Facts facts, Place place) {
        String state = facts.sqlState();
        return state != null && state.startsWith("40")
                ? new TransactionRolledBackException(facts)
                : new StatementException(facts, place);
    }

    private static DatabaseException connectionLost(Facts facts, Phase phase, Meaning meaning) {
        return switch (meaning) {
            case NOT_FORWARDED -> neverForwarded(notExecuted(facts, phase), facts, phase);
            case WAIT -> neverForwarded(waiting(facts, phase), facts, phase);
            case CONFIGURATION ->
                phase == Phase.COMMIT ? unknown(facts) : new ConnectionException(facts.as(ErrorClass.CONFIGURATION));
            // Whoever ended the connection had waited for the client's next word, and did not read it.
            case ENDED_BEFORE -> new ConnectionException(notExecuted(facts, phase));
            default ->
                switch (phase) {
                    case COMMIT, WHOLE_TRANSACTION -> unknown(facts);
                    // The server rolls back what it was never told to commit.
                    case FIRST_OF_TRANSACTION, TRANSACTION, READ_ONLY ->
                        new ConnectionException(facts.as(ErrorClass.ROLLED_BACK).asRetryable());
                    case AUTOCOMMIT ->
                        new ConnectionException(
                                facts.as(ErrorClass.OUTCOME_UNKNOWN).after(Duration.ZERO));
                };
        };
    }

    /** A pooler that never forwarded the flush forwarded no COMMIT in it either; that a COMMIT alone is refused is unheard of. */
    private static DatabaseException neverForwarded(Facts refused, Facts facts, Phase phase) {
        return phase == Phase.COMMIT ? unknown(facts) : new ConnectionException(refused);
    }

    /** Of a transaction nothing stays: it ended with its connection, or failed with the statement. */
    private static Facts notExecuted(Facts facts, Phase phase) {
        return isAlone(phase)
                ? facts.as(ErrorClass.NOT_EXECUTED).asRetryable().asNeverSent()
                : facts.as(ErrorClass.ROLLED_BACK).asRetryable();
    }

    private static Facts waiting(Facts facts, Phase phase) {
        return isAlone(phase)
                ? facts.as(ErrorClass.WAIT).asRetryable().asNeverSent()
                : facts.as(ErrorClass.ROLLED_BACK).asRetryable();
    }

    private static boolean isAlone(Phase phase) {
        return switch (phase) {
            case AUTOCOMMIT, WHOLE_TRANSACTION, FIRST_OF_TRANSACTION -> true;
            case TRANSACTION, READ_ONLY, COMMIT -> false;
        };
    }

    /** The server was asked afterwards. */
    static TransactionRolledBackException rolledBackInCommit(TransactionOutcomeUnknownException unknown) {
        return new TransactionRolledBackException(Facts.failed(
                        "the connection was lost while COMMIT was under way; the server, asked afterwards, says that the"
                                + " transaction was rolled back",
                        unknown.sqlState().orElse(null),
                        "repeat the whole transaction",
                        unknown)
                .as(ErrorClass.ROLLED_BACK)
                .asRetryable());
    }

    /** The server was asked in vain. */
    static TransactionOutcomeUnknownException stillUnknown(TransactionOutcomeUnknownException unknown, String reason) {
        return new TransactionOutcomeUnknownException(Facts.failed(
                        "the connection was lost while COMMIT was under way, so the transaction is either committed or not;"
                                + " asking the server did not help: " + reason,
                        unknown.sqlState().orElse(null),
                        "look into the database for the effect of the transaction before repeating it",
                        unknown)
                .as(ErrorClass.OUTCOME_UNKNOWN));
    }

    private static TransactionOutcomeUnknownException unknown(Facts facts) {
        return new TransactionOutcomeUnknownException(Facts.failed(
                        "the connection was lost while COMMIT was under way, so the transaction is either committed or not: "
                                + facts.message(),
                        facts.sqlState(),
                        "look into the database for the effect of the transaction before repeating it",
                        facts.cause())
                .as(ErrorClass.OUTCOME_UNKNOWN));
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
