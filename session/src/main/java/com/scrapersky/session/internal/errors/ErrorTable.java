package com.scrapersky.session.internal.errors;

import java.util.ArrayList;
import java.util.List;

/**
 * What each error means: the one source for the exceptions of this library, for what it repeats by itself and for
 * {@code docs/errors.md}. The first row that fits is the one. Poolers come first: they speak under SQLSTATEs of PostgreSQL.
 *
 * <p>A pooler's row fits only under the SQLSTATE which that pooler uses, so that a function which raises the same words under
 * its own is not taken for one. The texts of Supavisor are those of {@code lib/supavisor/errors} (2.9.7 and main; those of 2.8 have no
 * code), those of PgBouncer were seen with 1.18 and 1.26, SQLSTATEs are those of the appendix "PostgreSQL Error Codes".
 */
public final class ErrorTable {

    private static final List<KnownError> ROWS = rows();

    private ErrorTable() {}

    private static List<KnownError> rows() {
        List<KnownError> rows = new ArrayList<>();
        rows.addAll(SupavisorErrors.ROWS);
        rows.addAll(PoolerErrors.ROWS);
        rows.addAll(DriverFailures.ROWS);
        rows.addAll(PostgresErrors.ROWS);
        return List.copyOf(rows);
    }

    /** All rows, in the order in which they are tried. */
    public static List<KnownError> all() {
        return ROWS;
    }

    /** The row for an error; the last one of all fits everything. */
    public static KnownError of(String sqlState, String message) {
        for (KnownError row : ROWS) {
            if (row.fits(sqlState, message)) {
                return row;
            }
        }
        throw new AssertionError("the last row of the table fits everything");
    }
}
