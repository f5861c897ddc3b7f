package com.scrapersky.session.random;

/** Where a pooled connection may show something else than a direct one. Nothing but what is said here. */
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

    /**
     * The commit of a failed transaction: pgjdbc returns from it as if it had committed, and the server has rolled back. It
     * may be refused, and then leaves the transaction as it is.
     */
    static boolean acceptsRefusal(Step step, String direct) {
        return (step instanceof ConnectionStep.Commit || step instanceof ConnectionStep.SetAutoCommit)
                && direct.equals(Client.REFUSED_WHEN_FAILED);
    }
}
