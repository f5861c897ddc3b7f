package com.scrapersky.session.internal.guard;

import java.sql.BatchUpdateException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGStatement;
import org.postgresql.core.BaseStatement;
import org.postgresql.core.Field;
import org.postgresql.core.ParameterList;
import org.postgresql.core.Query;
import org.postgresql.core.Tuple;

/**
 * A batch in autocommit that asks for generated keys, on a session that has set something. Where the keys' columns have no
 * upper bound, the driver sends a Sync behind the first row and so commits it, whatever becomes of the others; these share
 * the next one, or have one each where the statement is named (seen with pgjdbc 42.7.14; {@code
 * QueryExecutorImpl.flushIfDeadlockRisk}). Otherwise all rows share one. The same here, with the settings in front of each.
 */
final class KeyedBatch {

    private final VirtualSession session;
    private final PreparedStatement statement;
    private final List<Query> queries;
    private final List<@Nullable ParameterList> rows;
    private final List<Tuple> keys = new ArrayList<>();
    private final long[] counts;
    private Field @Nullable [] columns;

    private KeyedBatch(
            VirtualSession session,
            PreparedStatement statement,
            List<Query> queries,
            List<@Nullable ParameterList> rows) {
        this.session = session;
        this.statement = statement;
        this.queries = queries;
        this.rows = rows;
        this.counts = new long[rows.size()];
        Arrays.fill(counts, Statement.EXECUTE_FAILED);
    }

    /** The batch that was given to {@code statement}; null where it has one row at the most, or the driver does not show it. */
    static @Nullable KeyedBatch of(VirtualSession session, PreparedStatement statement) throws SQLException {
        List<Query> queries = DriverAccess.batchQueries(statement);
        List<@Nullable ParameterList> rows = DriverAccess.batchRows(statement);
        return queries == null || rows == null || rows.size() < 2
                ? null
                : new KeyedBatch(session, statement, queries, rows);
    }

    long[] execute(boolean mayHideState, Set<String> names) throws SQLException {
        List<Query> otherQueries = cut(queries);
        List<@Nullable ParameterList> otherRows = cut(rows);
        JdbcWork<long[]> others = () -> {
            queries.addAll(otherQueries);
            rows.addAll(otherRows);
            return part();
        };
        long[] first;
        long @Nullable [] together = null;
        try {
            long[][] found = SeparateSettings.around(session, mayHideState, names, () -> {
                long[] one = part();
                return isBounded() ? new long[][] {one, others.run()} : new long[][] {one};
            });
            first = found[0];
            together = found.length > 1 ? found[1] : null;
        } catch (SQLException failed) {
            keys.clear();
            throw failed;
        }
        counts[0] = first[0];
        if (together == null && isNamed()) {
            for (int i = 0; i < otherRows.size(); i++) {
                int row = i;
                counts[i + 1] = SeparateSettings.around(session, mayHideState, names, () -> {
                    queries.add(otherQueries.get(row));
                    rows.add(otherRows.get(row));
                    return part()[0];
                });
            }
            return counts;
        }
        long[] rest = together != null ? together : SeparateSettings.around(session, mayHideState, names, others);
        System.arraycopy(rest, 0, counts, 1, rest.length);
        return counts;
    }

    /** All keys, those of rows that were committed before a failure, too. */
    @Nullable
    ResultSet generatedKeys() throws SQLException {
        Field[] fields = columns;
        return fields == null || keys.isEmpty()
                ? null
                : statement.unwrap(BaseStatement.class).createDriverResultSet(fields, keys);
    }

    private static <T extends @Nullable Object> List<T> cut(List<T> list) {
        List<T> behindFirst = list.subList(1, list.size());
        List<T> others = new ArrayList<>(behindFirst);
        behindFirst.clear();
        return others;
    }

    /** Whether the driver names the statement, as it does for two rows and more whatever its threshold is. */
    private boolean isNamed() throws SQLException {
        return statement.unwrap(PGStatement.class).getPrepareThreshold() != 0;
    }

    /** Executes the rows that the driver has now. */
    private long[] part() throws SQLException {
        try {
            long[] found = statement.executeLargeBatch();
            takeKeys();
            return found;
        } catch (BatchUpdateException failed) {
            session.failedTogether();
            BatchUpdateException whole = new BatchUpdateException(
                    failed.getMessage(), failed.getSQLState(), failed.getErrorCode(), counts, failed.getCause());
            if (failed.getNextException() != null) {
                whole.setNextException(failed.getNextException());
            }
            throw whole;
        }
    }

    private void takeKeys() throws SQLException {
        ResultSet found = statement.getGeneratedKeys();
        List<Tuple> tuples = DriverAccess.tuples(found);
        Field[] fields = DriverAccess.columns(found);
        if (tuples != null && fields != null && fields.length > 0) {
            columns = fields;
            keys.addAll(tuples);
        }
    }

    private boolean isBounded() throws SQLException {
        Field[] fields = columns;
        if (fields == null) {
            fields = UnnamedDescription.fieldsOf(statement, session.driver());
        }
        return isBounded(fields);
    }

    /** Whether the driver can tell how long rows of these columns are at the most. */
    static boolean isBounded(Field @Nullable [] fields) {
        return fields == null || Arrays.stream(fields).allMatch(field -> field.getLength() > 0);
    }
}
