package com.scrapersky.session.internal.guard;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;

/**
 * The number of a transaction, by which the server can be asked afterwards what became of it.
 *
 * @param number as the server writes it
 * @param begun when, by the server's clock
 * @param timeline of the server's log of changes: another one has a history of its own
 */
public record TransactionId(String number, String begun, String timeline) {

    /** What the server says of a transaction. */
    public enum Status {
        COMMITTED,
        ROLLED_BACK,
        IN_PROGRESS,
        /** A standby, which may not know of it yet, or never will. */
        STANDBY,
        /**
         * Somebody committed under the number; but the server was replaced or has crashed since, and a number whose
         * transaction never got to the disk is given out once more.
         */
        NUMBER_REUSED_PERHAPS,
        /** So long ago that the server has forgotten. */
        FORGOTTEN;

        private static Status of(boolean standby, @Nullable String told, boolean sameHistory) {
            if (standby) {
                return STANDBY;
            } else if (told == null) {
                return FORGOTTEN;
            }
            return switch (told) {
                case "committed" -> sameHistory ? COMMITTED : NUMBER_REUSED_PERHAPS;
                // Also of a number that was given out once more: what has left no trace was not committed.
                case "aborted" -> ROLLED_BACK;
                default -> IN_PROGRESS;
            };
        }
    }

    private static final String IN_THE_FUTURE = "22023";

    private static final int XID8 = 130_000;

    private static final String REST = ", pg_catalog.now()::text,"
            + " substr(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_insert_lsn()), 1, 8)";

    /** Assigns the number, which costs the server a record for a transaction that changes nothing. PostgreSQL 13. */
    static final String QUESTION = "select pg_catalog.pg_current_xact_id()::text" + REST;

    /** The same by the names before PostgreSQL 13. */
    static final String OLDER_QUESTION = "select pg_catalog.txid_current()::text" + REST;

    private static final String INQUIRY_BEGIN =
            "select pg_catalog.pg_is_in_recovery(), case when pg_catalog.pg_is_in_recovery() then null else ";

    /** A crash takes the statistics along, so that they have begun anew since. */
    private static final String INQUIRY_END = " end, not pg_catalog.pg_is_in_recovery() and"
            + " substr(pg_catalog.pg_walfile_name(case when pg_catalog.pg_is_in_recovery() then '0/0'"
            + " else pg_catalog.pg_current_wal_insert_lsn() end), 1, 8) = ?"
            + " and greatest(pg_catalog.pg_postmaster_start_time(),"
            + " coalesce((select stats_reset from pg_catalog.pg_stat_bgwriter), 'infinity')) < ?::timestamptz";

    static final String INQUIRY = INQUIRY_BEGIN + "pg_catalog.pg_xact_status(?::xid8)" + INQUIRY_END;

    static final String OLDER_INQUIRY = INQUIRY_BEGIN + "pg_catalog.txid_status(?::bigint)" + INQUIRY_END;

    /** Reads the answer to {@link #question}. */
    static TransactionId read(ResultSet rows) throws SQLException {
        rows.next();
        return new TransactionId(rows.getString(1), rows.getString(2), rows.getString(3));
    }

    static String question(BaseConnection driver) {
        return driver.haveMinimumServerVersion(XID8) ? QUESTION : OLDER_QUESTION;
    }

    static Status status(Connection connection, BaseConnection driver, TransactionId id) throws SQLException {
        return status(connection, driver.haveMinimumServerVersion(XID8) ? INQUIRY : OLDER_INQUIRY, id);
    }

    static Status status(Connection connection, String inquiry, TransactionId id) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(inquiry)) {
            statement.setString(1, id.number());
            statement.setString(2, id.timeline());
            statement.setString(3, id.begun());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return Status.of(row.getBoolean(1), row.getString(2), row.getBoolean(3));
            }
        } catch (SQLException error) {
            if (IN_THE_FUTURE.equals(error.getSQLState())) {
                // No transaction of this server's history has had the number.
                return Status.ROLLED_BACK;
            }
            throw error;
        }
    }
}
