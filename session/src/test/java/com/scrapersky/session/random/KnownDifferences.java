package com.scrapersky.session.random;

/**
 * Where a pooled connection may show something else than a direct one. Nothing but what is said here; each is an answer that
 * the direct connection does not give.
 */
final class KnownDifferences {

    /** in_failed_sql_transaction. */
    private static final String FAILED_TRANSACTION = "fails with 25P02";

    private KnownDifferences() {}

    /**
     * {@code getTransactionIsolation} and {@code getSchema} are queries of the driver, which a failed transaction does not
     * answer. A connection that knows the answer may give it.
     */
    static boolean accepts(Step step, String direct, String pooled) {
        return (step instanceof ConnectionStep.GetIsolation || step instanceof ConnectionStep.GetSchema)
                && direct.startsWith(FAILED_TRANSACTION)
                && !pooled.startsWith("fails")
                && !pooled.startsWith("throws");
    }

    /** COMMIT of a failed transaction: the driver would return as if it had committed. */
    static boolean refuses(Step step) {
        return step instanceof ConnectionStep.Commit || step instanceof ConnectionStep.SetAutoCommit;
    }
}
