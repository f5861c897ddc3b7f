package com.scrapersky.session.internal.guard;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * How far a server's log of changes has got: what a primary has written, and a standby has taken over of it. A commit is
 * visible at a standby that has taken over the position which the primary had behind it.
 */
public final class LogPosition {

    /** Told by {@link #demand}: the standby is behind. Of no class of PostgreSQL's. */
    public static final String BEHIND = "SKY01";

    private static final String WRITTEN = "select pg_catalog.pg_current_wal_insert_lsn()::text";

    /** Of a standby what it has taken over; of a server that is none what it has written. */
    private static final String REACHED = "case when pg_catalog.pg_is_in_recovery() then"
            + " pg_catalog.pg_last_wal_replay_lsn() else pg_catalog.pg_current_wal_insert_lsn() end";

    private LogPosition() {}

    /** Commits, and asks under the same Sync: behind its own commit the session stands in a transaction of the question alone. */
    static String commit(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("COMMIT;" + WRITTEN);
            statement.getMoreResults();
            return read(statement.getResultSet());
        }
    }

    /** What a primary has written. One round trip. */
    public static long written(Connection connection) throws SQLException {
        return ask(connection, WRITTEN);
    }

    /** What a server can show. One round trip. */
    public static long reached(Connection connection) throws SQLException {
        return ask(connection, "select (" + REACHED + ")::text");
    }

    private static long ask(Connection connection, String question) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(question)) {
            return parse(read(row));
        }
    }

    private static String read(ResultSet row) throws SQLException {
        row.next();
        return row.getString(1);
    }

    /**
     * A statement that waits until the server can show what was written up to {@code position}, and fails with {@link #BEHIND}
     * where that takes too long. Each statement behind it has a snapshot of its own in READ COMMITTED.
     */
    public static String demand(long position, long waitMillis) {
        return "do $sky$ declare gone_by timestamptz := pg_catalog.clock_timestamp() + interval '" + waitMillis
                + " ms'; begin while " + REACHED + " < '" + format(position)
                + "'::pg_catalog.pg_lsn loop if pg_catalog.clock_timestamp() >= gone_by then raise exception using errcode = '"
                + BEHIND + "', message = 'this server does not have the latest changes yet'; end if;"
                + " perform pg_catalog.pg_sleep(0.002); end loop; end $sky$";
    }

    /** {@code 16/B374D848}, as an ordered number. */
    public static long parse(String position) {
        int slash = position.indexOf('/');
        return Long.parseLong(position.substring(0, slash), 16) << 32
                | Long.parseLong(position.substring(slash + 1), 16);
    }

    public static String format(long position) {
        return Long.toHexString(position >>> 32).toUpperCase(java.util.Locale.ROOT)
                + "/"
                + Long.toHexString(position & 0xFFFF_FFFFL).toUpperCase(java.util.Locale.ROOT);
    }
}
