package com.scrapersky.session.random;

import java.sql.Connection;
import java.sql.SQLException;

/** Where a program runs. Safe to use from several threads. */
interface Side extends AutoCloseable {

    String name();

    /** Whether a step may be refused here. */
    boolean isPooled();

    /** A connection as nobody has ever used it, or so it should seem. */
    Connection borrow() throws SQLException;

    void giveBack(Connection connection) throws SQLException;

    /** The objects of the programs, past any pooler. */
    Fixture fixture();

    @Override
    void close();
}
