package com.scrapersky.session.internal.guard;

import java.sql.BatchUpdateException;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.CachedQuery;
import org.postgresql.core.ParameterList;
import org.postgresql.core.Query;

/** The rows of a batch, which the driver forgets when it executes it. */
final class NamedBatch {

    private final @Nullable List<@Nullable ParameterList> rows;

    private NamedBatch(@Nullable List<@Nullable ParameterList> rows) {
        this.rows = rows;
    }

    static NamedBatch of(PreparedStatement statement) throws SQLException {
        List<@Nullable ParameterList> rows = DriverAccess.batchRows(statement);
        return new NamedBatch(rows == null ? null : new ArrayList<>(rows));
    }

    /** Whether nothing of it was executed, so that all of it can be given to the driver again. */
    boolean isWhole(SQLException failed) {
        if (rows == null || !(failed instanceof BatchUpdateException batch)) {
            return false;
        }
        for (long count : batch.getLargeUpdateCounts()) {
            if (count != Statement.EXECUTE_FAILED) {
                return false;
            }
        }
        for (ParameterList row : rows) {
            if (row != null && !DriverAccess.canBeSentAgain(row)) {
                return false;
            }
        }
        return true;
    }

    /** Gives all rows to a statement of the same text. */
    void giveBack(PreparedStatement statement) throws SQLException {
        CachedQuery query = DriverAccess.query(statement);
        List<Query> queries = DriverAccess.batchQueries(statement);
        List<@Nullable ParameterList> itsRows = DriverAccess.batchRows(statement);
        if (query != null && queries != null && itsRows != null && rows != null) {
            rows.forEach(row -> queries.add(query.query));
            itsRows.addAll(rows);
        }
    }
}
