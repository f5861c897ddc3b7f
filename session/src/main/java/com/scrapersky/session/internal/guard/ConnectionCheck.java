package com.scrapersky.session.internal.guard;

import java.sql.SQLException;
import org.postgresql.PGConnection;

/** Whether a connection to a pooler stands, found out without asking for a backend. */
final class ConnectionCheck {

    private ConnectionCheck() {}

    /**
     * Reads what has arrived and was not asked for, which fails where the peer has closed the connection or told that it
     * will. No round trip.
     */
    static boolean stands(PGConnection connection) {
        try {
            connection.getNotifications();
            return true;
        } catch (SQLException gone) {
            return false;
        }
    }
}
