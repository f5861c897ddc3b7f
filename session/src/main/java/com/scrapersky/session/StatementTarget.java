package com.scrapersky.session;

/** Where a statement is executed: in a session's transaction, or on a connection borrowed for it alone. */
interface StatementTarget {

    /**
     * A connection for one execution.
     *
     * @param cursor whether the result is read page by page, for which PostgreSQL needs a transaction
     */
    Lease lease(boolean cursor);
}
