package com.scrapersky.session;

import com.scrapersky.session.Errors.Phase;
import com.scrapersky.session.internal.guard.PoolSafeConnection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A connection borrowed for one execution: in autocommit, or in a transaction that ends with it. */
final class BorrowedLease implements Lease {

    private final PoolSafeConnection connection;
    private final boolean transaction;
    private boolean autoCommitBefore;
    private final @Nullable Replicas replicas;
    private boolean failed;

    /** @param replicas are told that something may have been written, where there are any */
    BorrowedLease(PoolSafeConnection connection, boolean transaction, @Nullable Replicas replicas) {
        this.replicas = replicas;
        this.connection = connection;
        this.transaction = transaction;
        try {
            // Both are fields of the driver: BEGIN travels with the first statement. A wrapped pool may hand out
            // either.
            autoCommitBefore = connection.getAutoCommit();
            if (autoCommitBefore == transaction) {
                connection.setAutoCommit(!transaction);
            }
        } catch (SQLException error) {
            ConnectionSource.giveBack(connection);
            throw Errors.noConnection("", error);
        }
    }

    @Override
    public PoolSafeConnection connection() {
        return connection;
    }

    @Override
    public boolean isAlone() {
        return !transaction;
    }

    @Override
    public Phase phase() {
        return transaction ? Phase.TRANSACTION : Phase.AUTOCOMMIT;
    }

    @Override
    public void check() {}

    @Override
    public void failed(DatabaseException failure) {
        failed = true;
    }

    @Override
    public void abandon() {
        failed = true;
    }

    @Override
    public void holdOpen(Cursor<?> cursor) {
        // The cursor is closed by whoever reads it; nothing else ends this lease.
    }

    @Override
    public void letGo(Cursor<?> cursor) {
        close();
    }

    @Override
    public void close() {
        try (connection) {
            if (transaction) {
                if (failed) {
                    connection.rollback();
                } else {
                    connection.commit();
                }
            }
            // Not every pool that can be wrapped resets what it takes back.
            if (autoCommitBefore == transaction && !connection.isClosed()) {
                connection.setAutoCommit(autoCommitBefore);
            }
        } catch (SQLException error) {
            if (!failed) {
                throw Errors.transactionControl(error, transaction ? Phase.COMMIT : Phase.AUTOCOMMIT, "COMMIT");
            }
        } finally {
            if (replicas != null) {
                replicas.mayHaveWritten();
            }
        }
    }
}
