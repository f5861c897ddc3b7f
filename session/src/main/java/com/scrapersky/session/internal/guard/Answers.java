package com.scrapersky.session.internal.guard;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** What the executions of one statement gave. Not thread-safe. */
public final class Answers {

    private final long[] changed;
    private @Nullable ArrivedRows arrived;
    private @Nullable ResultSet rows;

    /** @param executions one, or as many as the batch has entries */
    public Answers(int executions) {
        changed = new long[executions];
    }

    void counted(int execution, long count) {
        changed[execution] += count;
    }

    void arrived(int execution, ArrivedRows result) {
        changed[execution] += result.tuples().size();
        arrived = result;
    }

    /** Takes the results of a statement that has just been executed by itself, all of whose rows are there. */
    public void take(int execution, Statement statement, boolean firstIsRows) throws SQLException {
        boolean isRows = firstIsRows;
        while (isRows || statement.getUpdateCount() >= 0) {
            if (isRows) {
                ResultSet result = statement.getResultSet();
                var tuples = DriverAccess.tuples(result);
                changed[execution] += tuples == null ? 0 : tuples.size();
                rows = result;
            } else {
                changed[execution] += statement.getLargeUpdateCount();
            }
            isRows = statement.getMoreResults(Statement.KEEP_CURRENT_RESULT);
        }
    }

    /** How many rows each execution changed or returned. */
    public int[] counts() {
        int[] counts = new int[changed.length];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = Math.toIntExact(changed[i]);
        }
        return counts;
    }

    /** How many rows the only execution changed or returned. */
    public int count() {
        return Math.toIntExact(changed[0]);
    }

    /** The rows as they came; null where there are none, or they came by {@link #resultSet}. */
    public @Nullable ArrivedRows rows() {
        return arrived;
    }

    /** The rows of a statement that was executed by itself; null where there are none. */
    public @Nullable ResultSet resultSet() {
        return rows;
    }
}
