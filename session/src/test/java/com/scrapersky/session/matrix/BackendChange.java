package com.scrapersky.session.matrix;

import com.scrapersky.session.testkit.Backends;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.OptionalInt;

/**
 * Sees to it that each transaction runs on another backend than the one before. Most poolers of the tests do that by
 * themselves; where one does not, all backends but one are held. Not thread-safe.
 */
final class BackendChange implements AutoCloseable {

    private final Backends backends;
    private final boolean changesByItself;
    private List<Integer> pids;
    private String latest = "";
    private int last;

    BackendChange(Backends backends, boolean changesByItself) {
        this.backends = backends;
        this.changesByItself = changesByItself;
        this.pids = backends.pids();
    }

    Backends backends() {
        return backends;
    }

    /** The backends are new ones. */
    void replaced() {
        pids = backends.pids();
    }

    /** A program begins: what ran before is not its own. */
    void begin() throws SQLException {
        if (!areAllThere()) {
            replaced();
        }
        look();
    }

    Object run(Backends.Work<Object, Exception> work) throws Exception {
        return changesByItself ? work.run() : backends.onAnother(work);
    }

    Object runWhileAllBusy(Backends.Work<Object, Exception> work) throws Exception {
        try {
            return backends.whileAllHeld(work);
        } finally {
            begin();
        }
    }

    /** The backend that ran the end of the latest work; empty if it sent nothing. */
    OptionalInt ranOn() throws SQLException {
        if (changesByItself) {
            return look() ? OptionalInt.of(last) : OptionalInt.empty();
        }
        try {
            return OptionalInt.of(backends.lastPid());
        } catch (IllegalStateException nothingSent) {
            return OptionalInt.empty();
        }
    }

    /** A row may cost a backend its life. */
    private boolean areAllThere() throws SQLException {
        try (PreparedStatement statement =
                Fixture.admin().prepareStatement("select count(*) from pg_stat_activity where pid = any (?)")) {
            statement.setArray(1, Fixture.admin().createArrayOf("int4", pids.toArray()));
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getInt(1) == pids.size();
            }
        }
    }

    /** Asks the server which backend ran a statement last; whether that was since it was last asked. */
    private boolean look() throws SQLException {
        try (PreparedStatement statement = Fixture.admin()
                .prepareStatement("select pid, query_start::text from pg_stat_activity where pid = any (?)"
                        + " order by query_start desc limit 1")) {
            statement.setArray(1, Fixture.admin().createArrayOf("int4", pids.toArray()));
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next() || row.getString(2).equals(latest)) {
                    return false;
                }
                last = row.getInt(1);
                latest = row.getString(2);
                return true;
            }
        }
    }

    @Override
    public void close() {
        backends.close();
    }
}
