package com.scrapersky.session.internal.guard;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * What is done in autocommit as one transaction all the same, and outside of one where the driver would begin it.
 */
final class AutoCommit {

    private AutoCommit() {}

    /**
     * Does several things of which all happen or none, as statements do that share a Sync in autocommit. Each is told itself
     * what the session has set.
     */
    static <T extends @Nullable Object> T together(VirtualSession session, JdbcWork<T> work) throws SQLException {
        return session.connection().getAutoCommit() && !session.isInTransaction() && !session.hasOwnBackend()
                ? inTransaction(session, work)
                : work.run();
    }

    /**
     * Sends what follows the end of a transaction within the same text: the driver would begin another one, where the server,
     * given all at once, begins none.
     */
    static <T> T behindTransaction(VirtualSession session, JdbcWork<T> work) throws SQLException {
        if (session.connection().getAutoCommit() || session.isInTransaction()) {
            return work.run();
        }
        session.connection().setAutoCommit(true);
        try {
            return work.run();
        } finally {
            if (!session.isGivenUp()) {
                session.connection().setAutoCommit(false);
            }
        }
    }

    static <T extends @Nullable Object> T inTransaction(VirtualSession session, JdbcWork<T> work) throws SQLException {
        // In autocommit the driver does not enforce it.
        boolean readOnly = session.connection().isReadOnly();
        if (readOnly) {
            session.connection().setReadOnly(false);
        }
        session.connection().setAutoCommit(false);
        boolean done = false;
        try {
            T result = work.run();
            TransactionEnd.commit(session);
            done = true;
            return result;
        } finally {
            if (!done) {
                session.failedTogether();
                TransactionEnd.rollback(session);
            }
            if (!session.isGivenUp()) {
                session.connection().setAutoCommit(true);
                if (readOnly) {
                    session.connection().setReadOnly(true);
                }
            }
        }
    }
}
