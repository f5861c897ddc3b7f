package com.scrapersky.session.internal.guard;

import java.sql.Connection;
import java.sql.SQLException;

/** A pool in front of which callers wait for a place, of which there are as many as it has connections. Thread-safe. */
public interface Places {

    /**
     * Waits for a place, and borrows.
     *
     * @throws SQLException as {@link javax.sql.DataSource#getConnection()}; no place is taken then
     */
    Connection enter() throws SQLException;

    /** Gives a place up, once for each connection that was had by {@link #enter}, after that was given back. */
    void leave();
}
