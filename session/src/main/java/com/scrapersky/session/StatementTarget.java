package com.scrapersky.session;

/** Where a statement is executed: in a session's transaction, or on a connection borrowed for it alone. */
interface StatementTarget {

    /** A connection for one execution. */
    Lease lease(Need need);

    /** What an execution asks of its connection. */
    enum Need {
        /** One flush of its own. */
        STATEMENT,
        /** A transaction around several flushes. */
        TRANSACTION,
        /** A transaction that stays open until its cursor is closed. */
        CURSOR
    }
}
