package com.scrapersky.session;

/** Where a pipeline is executed: in a session's transaction, or as a transaction on a connection borrowed for it. */
interface PipelineTarget extends StatementTarget {

    /** Refuses a use that the owner of the transaction does not allow now. */
    void check();

    /** A pipeline has its first statement. */
    void begun(Pipeline pipeline);

    /** A pipeline is being executed. */
    void left(Pipeline pipeline);
}
