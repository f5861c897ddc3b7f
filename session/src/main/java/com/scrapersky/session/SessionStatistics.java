package com.scrapersky.session;

import java.time.Duration;
import java.util.Map;

/**
 * What a factory, its {@linkplain DatabaseSessionFactory#dataSource() DataSource} and their views have done since the factory was
 * built: {@link DatabaseSessionFactory#statistics()}. Immutable; counters that only grow, read one after the other while work goes
 * on. With {@link DatabaseSessionFactory.Builder#readUrl} what was done at replicas is among it.
 *
 * <p>Counting costs a statement one increment of a {@link java.util.concurrent.atomic.LongAdder}, a transaction two more and two
 * looks at the clock.
 *
 * <pre>{@code
 * SessionStatistics before = sessions.statistics();
 * …
 * long statements = sessions.statistics().unnamedStatements() - before.unnamedStatements();
 * }</pre>
 *
 * @param unnamedStatements statements that went to the database without a name; a text of several counts once, each statement of
 *     a pipeline too, a batch once
 * @param namedStatements those that the driver had a name for
 * @param contextsApplied how often a {@link SessionContext} was told to a backend: once for each transaction, or statement in
 *     autocommit
 * @param transactions those that executed something, by what became of them; statements in autocommit are not among them
 * @param backendHeld how long those transactions took together, from their first statement to the answer to their end: as long
 *     each held a backend. Its growth divided by the time that passed is how many were held on average
 * @param retries how often something was tried again by this library, by what had happened to the attempt before
 * @param poolerErrors what poolers answered, by the code of each error that is known ({@code docs/errors.md}): all are there,
 *     most with zero
 * @param refusals what sessions asked for that was refused, by its feature; those that were
 * @param moves connections that went on with a backend of their own, by the feature that needed it; those that did
 */
public record SessionStatistics(
        long unnamedStatements,
        long namedStatements,
        long contextsApplied,
        Map<Outcome, Long> transactions,
        Duration backendHeld,
        Map<ErrorClass, Long> retries,
        Map<String, Long> poolerErrors,
        Map<SessionFeature, Long> refusals,
        Map<SessionFeature, Long> moves) {

    public SessionStatistics {
        transactions = Map.copyOf(transactions);
        retries = Map.copyOf(retries);
        poolerErrors = Map.copyOf(poolerErrors);
        refusals = Map.copyOf(refusals);
        moves = Map.copyOf(moves);
    }

    /** What became of a transaction. */
    public enum Outcome {
        /** The server said so. */
        COMMITTED,
        /** The program wanted it, or it ended without a COMMIT. */
        ROLLED_BACK,
        /** COMMIT was answered by an error: a constraint that was deferred, a conflict. Rolled back. */
        FAILED,
        /** The connection was lost while the answer to COMMIT was awaited. */
        UNKNOWN
    }
}
