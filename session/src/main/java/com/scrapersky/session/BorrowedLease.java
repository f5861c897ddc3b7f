package com.scrapersky.session;

import com.scrapersky.session.Errors.Phase;
import java.sql.Connection;
import java.sql.SQLException;

/** A connection borrowed for one statement: in autocommit, or for a cursor in a transaction as long as the cursor. */
final class BorrowedLease implements Lease {

    private final Connection connection;
    private final boolean cursor;
    private boolean failed;

    BorrowedLease(Connection connection, boolean cursor) {
        this.connection = connection;
        this.cursor = cursor;
        if (cursor) {
            beginTransaction();
        }
    }

    private void beginTransaction() {
        try {
            // Sends nothing: BEGIN travels with the first page.
            connection.setAutoCommit(false);
        } catch (SQLException error) {
            ConnectionSource.giveBack(connection);
            throw Errors.noConnection("", error);
        }
    }

    @Override
    public Connection connection() {
        return connection;
    }

    @Override
    public Phase phase() {
        return cursor ? Phase.TRANSACTION : Phase.AUTOCOMMIT;
    }

    @Override
    public void failed(DatabaseException failure) {
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
            if (cursor) {
                if (failed) {
                    connection.rollback();
                } else {
                    connection.commit();
                }
            }
        } catch (SQLException error) {
            if (!failed) {
                throw Errors.transactionControl(error, cursor ? Phase.COMMIT : Phase.AUTOCOMMIT, "COMMIT");
            }
        }
    }
}
