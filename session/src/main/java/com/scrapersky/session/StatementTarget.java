package com.scrapersky.session;

import org.jspecify.annotations.Nullable;

/** Where a statement is executed: in a session's transaction, or on a connection borrowed for it alone. */
interface StatementTarget {

    /** A connection for one execution. */
    Lease lease(Need need);

    /** Who is told of what is executed here, where it is an operation of its own and somebody is. */
    default @Nullable OperationObserver observer() {
        return null;
    }

    /**
     * Gets ready for executing again what has failed, after a pause.
     *
     * @param before what this gave after the failure before this one, or null
     * @return null where that is no new attempt
     * @throws DatabaseException {@code failure}, where it is not to be executed again
     */
    @Nullable
    Attempts again(DatabaseException failure, @Nullable Attempts before);

    /** Whether what failed changed nothing and is executed elsewhere, however many statements it has. */
    default boolean isLeavingReplica() {
        return false;
    }

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
