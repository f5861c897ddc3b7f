package com.scrapersky.session;

import com.scrapersky.session.OperationObserver.Kind;
import com.scrapersky.session.Pipeline.Queued;
import com.scrapersky.session.StatementTarget.Need;
import com.scrapersky.session.internal.guard.Answers;
import com.scrapersky.session.internal.guard.ArrivedRows;
import com.scrapersky.session.internal.guard.StraightQuery;
import com.scrapersky.session.internal.jdbc.DriverErrors;
import com.scrapersky.session.internal.jdbc.MappingException;
import com.scrapersky.session.internal.sql.NamedSql;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One execution of a statement: on a connection that is leased for it, past the objects of JDBC where that can be, and again
 * where its target allows that after a failure. For one thread.
 */
abstract class StatementExecution<R> {

    final SqlStatement statement;

    private StatementExecution(SqlStatement statement) {
        this.statement = statement;
    }

    final R run() {
        OperationObserver observer = statement.target().observer();
        return observer == null
                ? execute()
                : OperationWatch.watch(observer, kind(), sql().firstKeyword(), this::execute);
    }

    abstract R on(PreparedStatement prepared) throws SQLException;

    /** Whether it is one execution of the statement with its own values, which may go past the objects of JDBC. */
    boolean isStraight() {
        return false;
    }

    R on(StraightQuery arrived) throws SQLException {
        throw new IllegalStateException("an execution that is not straight");
    }

    Kind kind() {
        return Kind.STATEMENT;
    }

    Need need() {
        return Need.STATEMENT;
    }

    /** The values that a failure is about. */
    ParameterSet failed(SQLException error) {
        return statement.values();
    }

    final NamedSql sql() {
        return statement.sql();
    }

    R execute() {
        Attempts attempts = null;
        while (true) {
            try {
                return once();
            } catch (DatabaseException failure) {
                // Of several statements the driver may have sent, and the server committed, some before the one that
                // failed.
                if (!sql().isOneStatement() && !statement.target().isLeavingReplica()) {
                    throw failure;
                }
                attempts = statement.target().again(failure, attempts);
            }
        }
    }

    private R once() {
        try (Lease lease = statement.target().lease(need())) {
            try {
                StraightQuery arrived = isStraight() && statement.timeout().isZero()
                        ? lease.connection().straight(sql().driverText(), statement.values())
                        : null;
                if (arrived != null) {
                    return on(arrived);
                }
                try (Patience patience = Patience.with(lease.connection(), statement.timeout());
                        PreparedStatement prepared = statement.prepare(lease.connection())) {
                    return on(prepared);
                }
            } catch (SQLException error) {
                DatabaseException failure = Errors.statement(
                        error, lease.phase(), sql(), failed(error).byName());
                lease.failed(failure);
                throw failure;
            } catch (MappingException unfit) {
                throw Errors.unexpectedResult(sql(), String.valueOf(unfit.getMessage()));
            }
        }
    }

    /** For its rows. */
    static final class Read<T extends @Nullable Object> extends StatementExecution<List<T>> {

        private final int maximumRows;
        private final RowShape<T> shape;

        Read(SqlStatement statement, int maximumRows, RowShape<T> shape) {
            super(statement);
            this.maximumRows = maximumRows;
            this.shape = shape;
        }

        @Override
        List<T> on(PreparedStatement prepared) throws SQLException {
            statement.values().bind(prepared);
            List<T> rows = List.of();
            boolean isResult = prepared.execute();
            // A text of several statements has several results; the rows are those of the last that has any.
            while (isResult || prepared.getUpdateCount() >= 0) {
                if (isResult) {
                    rows = RowShape.readAll(prepared.getResultSet(), maximumRows, shape);
                }
                isResult = prepared.getMoreResults();
            }
            return rows;
        }

        @Override
        boolean isStraight() {
            return true;
        }

        @Override
        List<T> on(StraightQuery arrived) throws SQLException {
            ArrivedRows rows = arrived.rows();
            return rows == null ? List.of() : RowShape.readAll(rows, maximumRows, shape);
        }
    }

    /** For the number of rows that it changes. */
    static final class Update extends StatementExecution<Integer> {

        Update(SqlStatement statement) {
            super(statement);
        }

        @Override
        Integer on(PreparedStatement prepared) throws SQLException {
            statement.values().bind(prepared);
            int changed = 0;
            boolean isResult = prepared.execute();
            while (isResult || prepared.getUpdateCount() >= 0) {
                changed += isResult ? countRows(prepared) : prepared.getUpdateCount();
                isResult = prepared.getMoreResults();
            }
            return changed;
        }

        private int countRows(PreparedStatement prepared) throws SQLException {
            ExpectedResult.refuseQuery(sql());
            int rows = 0;
            try (ResultSet result = prepared.getResultSet()) {
                while (result.next()) {
                    rows++;
                }
            }
            return rows;
        }

        @Override
        boolean isStraight() {
            return true;
        }

        @Override
        Integer on(StraightQuery arrived) {
            ArrivedRows rows = arrived.rows();
            if (rows == null) {
                return (int) arrived.count();
            }
            ExpectedResult.refuseQuery(sql());
            return rows.tuples().size();
        }
    }

    /** With several sets of values, all or nothing: as a pipeline, where the text lets itself be sent so. */
    static final class Batch extends StatementExecution<int[]> {

        private static final int STATEMENTS_BEFORE_A_SYNC = 256;

        private final List<ParameterSet> sets;

        Batch(SqlStatement statement, List<ParameterSet> sets) {
            super(statement);
            this.sets = sets;
        }

        @Override
        int[] execute() {
            if (sets.size() > 1) {
                Result<int[]> counts = new Result<>(Result.OF_A_BATCH);
                Queued<int[]> batch = new Queued<>(sql(), sets, Answers::counts, counts);
                if (new PipelineExecution(statement.target(), List.of(batch), statement.timeout()).together()) {
                    return counts.get();
                }
            }
            return super.execute();
        }

        @Override
        int[] on(PreparedStatement prepared) throws SQLException {
            for (ParameterSet set : sets) {
                set.bind(prepared);
                prepared.addBatch();
            }
            return prepared.executeBatch();
        }

        @Override
        Kind kind() {
            return Kind.BATCH;
        }

        /** One Sync is a transaction by itself. */
        @Override
        Need need() {
            return sets.size() < STATEMENTS_BEFORE_A_SYNC ? Need.STATEMENT : Need.TRANSACTION;
        }

        @Override
        ParameterSet failed(SQLException error) {
            int entry = Math.max(0, DriverErrors.failedBatchEntry(error));
            return sets.get(Math.min(entry, sets.size() - 1));
        }
    }
}
