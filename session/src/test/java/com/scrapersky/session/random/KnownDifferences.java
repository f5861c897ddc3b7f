package com.scrapersky.session.random;

/** Where a pooled connection may show something else than a direct one. Nothing but what is said here. */
final class KnownDifferences {

    private KnownDifferences() {}

    static boolean accepts(Line line, Entry direct, Entry pooled) {
        return pooled.isRefused()
                ? line.feature().mayBeRefused()
                        || isCommitOfFailedTransaction(line.step(), direct)
                        || isBatchThatEndsATransaction(line.step())
                : isCursorOfACall(direct, pooled);
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
     * A batch in which others share the transaction that one of its texts would end: in a session that has set something it
     * may be refused, before anything is sent (StatementBatch).
     */
    private static boolean isBatchThatEndsATransaction(Step step) {
        return step instanceof StatementStep.Batch batch
                && batch.texts().stream().anyMatch(text -> text.startsWith("prepare transaction"));
    }

    /**
     * In autocommit the cursor that a call returns is gone (34000) when the driver comes to read it. A call that may set
     * something unseen has a transaction of its own, in which the cursor is still there.
     */
    private static boolean isCursorOfACall(Entry direct, Entry pooled) {
        return direct.seen().startsWith("fails with 34000") && !pooled.isError();
    }
}
