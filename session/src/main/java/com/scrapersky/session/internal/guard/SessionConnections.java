package com.scrapersky.session.internal.guard;

import com.scrapersky.session.SessionFeature;
import java.sql.Connection;
import java.sql.SQLException;

/** Where connections with a backend of their own come from: few, bounded, counted, and returned clean. */
public interface SessionConnections extends AutoCloseable {

    /** A connection whose {@code close} leaves nothing of the session behind. */
    Connection borrow(SessionFeature feature) throws SQLException;

    @Override
    void close();
}
