package com.scrapersky.session.random;

/** Where a pooled connection may show something else than a direct one. Nothing but what is said here. */
final class KnownDifferences {

    private KnownDifferences() {}

    static boolean accepts(Line line, Entry direct, Entry pooled) {
        return pooled.isRefused()
                ? line.feature().mayBeRefused() || isCommitOfFailedTransaction(line.step(), direct)
                : isAnswerFromMemory(line.step(), direct, pooled)
                        || isCursorOfACall(direct, pooled)
                        || isLateSetTransaction(line);
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

    /**
     * In autocommit the cursor that a call returns is gone (34000) when the driver comes to read it. A call that may set
     * something unseen has a transaction of its own, in which the cursor is still there.
     */
    private static boolean isCursorOfACall(Entry direct, Entry pooled) {
        return direct.seen().startsWith("fails with 34000") && !pooled.isError();
    }

    /**
     * SET TRANSACTION behind other statements of one text: what the session has set is told to the backend before those, by a
     * query, and the isolation level cannot be chosen any more (25001).
     */
    private static boolean isLateSetTransaction(Line line) {
        String text = line.toString().toLowerCase(java.util.Locale.ROOT);
        return text.contains("set transaction") && text.contains(";");
    }
}
