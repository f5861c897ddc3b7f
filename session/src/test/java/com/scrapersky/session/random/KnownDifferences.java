package com.scrapersky.session.random;

/** Where a pooled connection may show something else than a direct one. Nothing but what is said here. */
final class KnownDifferences {

    private KnownDifferences() {}

    static boolean accepts(Line line, Entry direct, Entry pooled) {
        return pooled.isRefused()
                ? line.feature().mayBeRefused() || isCommitOfFailedTransaction(line.step(), direct)
                : isAnswerFromMemory(line.step(), direct, pooled);
    }

    /**
     * {@code getTransactionIsolation} and {@code getSchema} are queries of the driver, which a failed transaction does not
     * answer (25P02). A connection that knows the answer may give it.
     */
    private static boolean isAnswerFromMemory(Step step, Entry direct, Entry pooled) {
        return (step instanceof ConnectionStep.GetIsolation || step instanceof ConnectionStep.GetSchema)
                && direct.seen().startsWith("fails with 25P02")
                && !pooled.isError();
    }

    /**
     * The commit of a failed transaction: pgjdbc returns from it as if it had committed, and the server has rolled back. It
     * may be refused, and then leaves the transaction as it is.
     */
    private static boolean isCommitOfFailedTransaction(Step step, Entry direct) {
        return (step instanceof ConnectionStep.Commit || step instanceof ConnectionStep.SetAutoCommit)
                && direct.isRefusedInFailedTransaction();
    }
}
