package com.scrapersky.session;

import com.scrapersky.session.Errors.Phase;
import com.scrapersky.session.internal.guard.PoolSafeConnection;

/** A connection while one statement is executed on it. */
interface Lease extends AutoCloseable {

    PoolSafeConnection connection();

    /** Whether what is executed has to be a transaction by itself, because no other is around it. */
    boolean isAlone();

    /** What a failure of the statement would mean. */
    Phase phase();

    /** Refuses a use that the owner of the connection does not allow now, from another thread for one. */
    void check();

    /** Remembers that the statement failed. */
    void failed(DatabaseException failure);

    /** Whoever reads the rows has failed; what was done for them alone is undone. */
    void abandon();

    /** Ties a cursor to the end of whatever this lease belongs to. */
    void holdOpen(Cursor<?> cursor);

    /** A cursor is closed before that end. */
    void letGo(Cursor<?> cursor);

    /** Gives the connection back where it was borrowed for the statement alone. */
    @Override
    void close();
}
