package com.scrapersky.session.internal.guard;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.Field;
import org.postgresql.core.Oid;
import org.postgresql.core.ParameterList;
import org.postgresql.core.Query;
import org.postgresql.core.QueryExecutor;
import org.postgresql.core.ResultHandler;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;
import org.postgresql.util.ServerErrorMessage;

/**
 * Answers in binary for a statement without a name, as one with a name has them: they are half as long for numbers and
 * times, and neither side writes or reads text. The driver asks for them only where it knows the columns before it binds, and forgets
 * them with each Parse of the unnamed statement (pgjdbc 42.7.14, {@code QueryExecutorImpl.sendParse}). Here the Parse goes
 * first, in the same flush, and the columns are those that the connection saw when it executed the text last.
 *
 * <p>They may have changed since. Another number of columns is refused by the server before anything is executed (08P01,
 * {@code PortalSetResultFormat}); a type that the driver cannot read in binary is seen in the description, which still comes with each answer.
 * Either way the statement is executed once more, and asked for text; so this is for texts that may be executed twice.
 */
final class RecalledColumns {

    /** Where the server refuses formats for another number of columns ({@code pquery.c}). */
    private static final String FORMATS = "PortalSetResultFormat";

    private RecalledColumns() {}

    /** The columns to ask by; null where there are none, or the driver has a name for the query. */
    static Field @Nullable [] of(QueryExecutor executor, Query query, ParameterList list) {
        if (!DriverQueries.isKnown()) {
            return null;
        }
        Field[] columns = DriverQueries.columns(query);
        if (columns == null || DriverQueries.isNamed(executor, query, list)) {
            return null;
        }
        for (Field column : columns) {
            // As text the driver writes (1.0,2.0) where the server writes (1,2).
            if (column.getOID() == Oid.POINT || column.getOID() == Oid.BOX) {
                return null;
            }
        }
        return columns;
    }

    /**
     * Executes a query outside of a transaction block.
     *
     * @return whether {@code handler} has the answer; otherwise the query is to be executed as the driver does it
     */
    static boolean execute(
            QueryExecutor executor, Query query, ParameterList list, ResultHandler handler, int flags, Field[] recalled)
            throws SQLException {
        Field[] found = null;
        try {
            DriverQueries.parseUnnamed(executor, query, list, recalled);
            executor.execute(query, list, handler, 0, 0, flags);
            Field[] arrived = DriverQueries.columns(query);
            if (arrived == null || !areReadable(executor, recalled, arrived)) {
                return false;
            }
            found = arrived;
            return true;
        } catch (SQLException failed) {
            if (areOthers(failed)) {
                return false;
            }
            throw failed;
        } finally {
            DriverQueries.unname(query, found);
        }
    }

    /** Of columns with the types that were expected the driver has asked for what it reads. */
    private static boolean areReadable(QueryExecutor executor, Field[] expected, Field[] arrived) {
        for (int i = 0; i < arrived.length; i++) {
            // The only column's format holds for however many there are now.
            boolean expectedOne = i < expected.length && arrived[i].getOID() == expected[i].getOID();
            if (!expectedOne
                    && arrived[i].getFormat() == Field.BINARY_FORMAT
                    && !executor.useBinaryForReceive(arrived[i].getOID())) {
                return false;
            }
        }
        return true;
    }

    /** What a pooler says with the same SQLSTATE has no routine. */
    private static boolean areOthers(SQLException failed) {
        ServerErrorMessage error = failed instanceof PSQLException refused ? refused.getServerErrorMessage() : null;
        return error != null
                && PSQLState.PROTOCOL_VIOLATION.getState().equals(error.getSQLState())
                && FORMATS.equals(error.getRoutine());
    }
}
