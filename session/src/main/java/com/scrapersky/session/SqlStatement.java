package com.scrapersky.session;

import com.scrapersky.session.Errors.Phase;
import com.scrapersky.session.Pipeline.Queued;
import com.scrapersky.session.StatementTarget.Need;
import com.scrapersky.session.internal.guard.Answers;
import com.scrapersky.session.internal.guard.ArrivedRows;
import com.scrapersky.session.internal.guard.StraightQuery;
import com.scrapersky.session.internal.jdbc.Columns;
import com.scrapersky.session.internal.jdbc.DriverErrors;
import com.scrapersky.session.internal.jdbc.MappingException;
import com.scrapersky.session.internal.jdbc.RowType;
import com.scrapersky.session.internal.jdbc.TupleCursor;
import com.scrapersky.session.internal.sql.NamedSql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.Tuple;
import org.postgresql.jdbc.PgStatement;

/**
 * One SQL statement with named parameters: bind, then call the method that says what is wanted. Made by
 * {@link DatabaseSession#sql(String)} (in its transaction) and {@link DatabaseSessionFactory#sql(String)} (a transaction of
 * its own).
 *
 * <pre>{@code
 * List<Profile> profiles = session.sql("select * from profiles where tenant_id = :tenant and id = any(:ids)")
 *         .param("tenant", tenant)
 *         .param("ids", List.of(first, second))
 *         .list(Profile.class);
 * }</pre>
 *
 * <p><b>Parameters.</b> {@code :name} outside quotes, comments, casts and array slices. Every name of the text must be
 * bound and no other, or an {@link InvalidStatementException} lists both kinds before anything is sent. A collection or
 * Java array is bound as one PostgreSQL array: write {@code = any(:ids)}, not {@code in}. Text is sent without a declared
 * type, so that it fits uuid, json, enum, inet and range columns as a literal would; where PostgreSQL cannot infer a type
 * (42P18), write {@code :name::text}. {@code ?} is always an operator. A name that appears twice is two parameters to
 * PostgreSQL, which matters in {@code group by}.
 *
 * <p><b>Round trips.</b> One for each of these methods, whatever the number of rows or parameter sets; {@link #stream()}
 * takes one for each page. The transaction's BEGIN travels with its first statement (pgjdbc, {@code PgConnection}).
 *
 * <p><b>Errors.</b> {@link StatementException} and its kinds when the server refuses, {@link UnexpectedResultException}
 * when the result is not what the method says, {@link ConnectionException} when the connection is lost.
 *
 * <p>Not thread-safe. A statement may be executed again, with other values too.
 */
public final class SqlStatement {

    private static final int DEFAULT_PAGE = 500;
    private static final int ALL_ROWS = Integer.MAX_VALUE;
    private static final int STATEMENTS_BEFORE_A_SYNC = 256;
    private static final int FIRST_ROW = 1;
    private static final int ENOUGH_TO_SEE_SEVERAL = 2;
    private static final String QUERY_CHANGES_NOTHING =
            "the statement is a query and changes nothing; use rows() or list(…)";
    static final RowShape<Row> ROW = columns -> values -> new Row(columns, values);

    private final StatementTarget target;
    private final NamedSql sql;
    private final ParameterSet values;
    private int pageSize = DEFAULT_PAGE;
    private Duration timeout = Duration.ZERO;

    SqlStatement(StatementTarget target, NamedSql sql) {
        this.target = target;
        this.sql = sql;
        this.values = new ParameterSet(sql);
    }

    /** Binds one parameter; an earlier value of it is replaced. */
    public SqlStatement param(String name, @Nullable Object value) {
        values.put(name, value);
        return this;
    }

    /** Binds a parameter for each entry. */
    public SqlStatement params(Map<String, ? extends @Nullable Object> parameters) {
        values.putAll(parameters);
        return this;
    }

    /** Binds a parameter for each component of a record, by its name ({@code tenantId} also as {@code tenant_id}). */
    public SqlStatement params(Record parameters) {
        values.putAll(parameters);
        return this;
    }

    /** How many rows {@link #stream()} holds at a time; 500 unless told. */
    public SqlStatement pageSize(int rows) {
        if (rows < 1) {
            throw Errors.invalidStatement("a page of " + rows + " rows", "give a page size of at least 1");
        }
        this.pageSize = rows;
        return this;
    }

    /**
     * Ends the statement after this time with a {@link StatementCancelledException}; zero, the default, means never. The
     * driver sends a cancel request over a connection of its own, which poolers forward (measured on PgBouncer 1.18 and
     * 1.26, and Supavisor), so no query is left running and the session stays usable for a rollback. Where that does not help
     * within five seconds more the connection is given up: PgBouncer keeps a client that waits for a backend waiting all the
     * same (1.18, 1.26). Of a {@link #stream()}
     * it limits the first page only.
     */
    public SqlStatement timeout(Duration limit) {
        if (limit.isNegative()) {
            throw Errors.invalidStatement("a negative timeout", "give a positive one, or zero for none");
        }
        this.timeout = limit;
        return this;
    }

    /** All rows; none for a statement that returns none. */
    public List<Row> rows() {
        return read(ALL_ROWS, ROW);
    }

    /** The only row; none or several are an error. */
    public Row row() {
        return only(sql, read(ENOUGH_TO_SEE_SEVERAL, ROW));
    }

    /** The only row, or nothing; several are an error. */
    public Optional<Row> optionalRow() {
        return atMostOne(sql, read(ENOUGH_TO_SEE_SEVERAL, ROW));
    }

    /** All rows as records, as beans with setters, or, for a type like String or UUID, by their only column. */
    public <T> List<@Nullable T> list(Class<T> type) {
        return read(ALL_ROWS, shape(sql, type));
    }

    /** The only row as a {@code type}; none, several, or a null are errors. */
    public <T> T single(Class<T> type) {
        return present(sql, only(sql, read(ENOUGH_TO_SEE_SEVERAL, shape(sql, type))));
    }

    /** The only row as a {@code type}, or nothing when there is none or its value is null; several are an error. */
    public <T> Optional<T> optional(Class<T> type) {
        return atMostOne(sql, read(ENOUGH_TO_SEE_SEVERAL, shape(sql, type)));
    }

    /**
     * The rows one page at a time, through a cursor: at most {@link #pageSize(int)} rows are held in memory. The stream
     * closes itself when it has been read to its end and, in a session, when the session ends; close it by
     * try-with-resources where it may be left early, for it holds a backend (outside a session a transaction and a
     * connection of its own) until then.
     *
     * <p>Outside a session its transaction is committed when the stream is closed, and rolled back when reading it fails.
     *
     * <p>Round trips: one a page; outside a session one more for the commit.
     */
    public Stream<Row> stream() {
        return Cursor.open(this, ROW);
    }

    /** The rows as a {@code type} each, one page at a time, as {@link #stream()} does. */
    public <T> Stream<@Nullable T> stream(Class<T> type) {
        return Cursor.open(this, shape(sql, type));
    }

    /**
     * Executes the statement and says how many rows it changed; with a RETURNING clause, how many it returned. A query (by
     * its first word) is an error, found after its execution.
     */
    public int update() {
        values.check();
        return run(false, List.of(values), new Update());
    }

    /**
     * Executes the statement once for each parameter set, all or nothing: outside a session too, the sets are one
     * transaction. Parameters bound by {@code param} hold for every set that does not bind them itself.
     *
     * <p>Round trips: one for a thousand sets, outside a session BEGIN and COMMIT included; the server parses the text once for
     * all of them. Beyond that one for each thousand sets and the 64,000 bytes behind them, because both ends might otherwise
     * wait on full buffers; where the text may change the session's state unseen, one for each 256 sets, as pgjdbc sends them.
     *
     * @param parameterSets maps or records
     * @return how many rows each set changed
     */
    public int[] batch(Iterable<?> parameterSets) {
        List<ParameterSet> sets = setsOf(values, parameterSets);
        if (sql.hasReturning()) {
            throw Errors.invalidStatement(
                    "a batch with a RETURNING clause: pgjdbc has no way to give its rows back — in: "
                            + sql.abbreviated(Errors.SHOWN_SQL),
                    "take the clause out, or insert … select from unnest(:ids, :names) returning … in one statement");
        }
        if (sets.isEmpty()) {
            return new int[0];
        }
        if (sets.size() > 1) {
            Result<int[]> counts = new Result<>(Result.OF_A_BATCH);
            Queued<int[]> batch = new Queued<>(sql, sets, Answers::counts, counts);
            if (new PipelineExecution(target, List.of(batch), timeout).together()) {
                return counts.get();
            }
        }
        boolean oneSync = sets.size() < STATEMENTS_BEFORE_A_SYNC;
        return run(!oneSync, sets, statement -> {
            for (ParameterSet set : sets) {
                set.bind(statement);
                statement.addBatch();
            }
            return statement.executeBatch();
        });
    }

    /** The first row, whatever follows it. */
    Optional<Row> firstRow() {
        return read(FIRST_ROW, ROW).stream().findFirst();
    }

    /** Refuses missing and surplus names. */
    void check() {
        values.check();
    }

    NamedSql sql() {
        return sql;
    }

    StatementTarget target() {
        return target;
    }

    /** A statement on {@code connection}, bound and ready, that fetches one page at a time. */
    PreparedStatement prepareCursor(Connection connection) throws SQLException {
        PreparedStatement statement = prepare(connection);
        try {
            statement.setFetchSize(pageSize);
            values.bind(statement);
            return statement;
        } catch (SQLException | RuntimeException failure) {
            statement.close();
            throw failure;
        }
    }

    DatabaseException failure(SQLException error, Phase phase) {
        return Errors.statement(error, phase, sql, values.byName());
    }

    private <T extends @Nullable Object> List<T> read(int maximumRows, RowShape<T> shape) {
        values.check();
        return run(false, List.of(values), new Read<>(maximumRows, shape));
    }

    /** All rows have arrived by now: to ask the server for fewer would forbid it a parallel plan. */
    static <T extends @Nullable Object> List<T> readAll(ResultSet arrived, int maximumRows, RowShape<T> shape)
            throws SQLException {
        List<T> rows = new ArrayList<>();
        try (ResultSet result = arrived) {
            Columns columns = Columns.of(result);
            RowType.Reader<T> reader = shape.reader(columns);
            while (rows.size() < maximumRows && result.next()) {
                rows.add(reader.read(columns.read(result)));
            }
        }
        return Collections.unmodifiableList(rows);
    }

    /** The same from what the server sent. */
    static <T extends @Nullable Object> List<T> readAll(ArrivedRows arrived, int maximumRows, RowShape<T> shape)
            throws SQLException {
        Columns columns = Columns.of(arrived.fields());
        if (!columns.isLean()) {
            return readAll(arrived.resultSet(), maximumRows, shape);
        }
        RowType.Reader<T> reader = shape.reader(columns);
        List<Tuple> tuples = arrived.tuples();
        TupleCursor cursor = columns.cursor(tuples, arrived.driver());
        int count = Math.min(maximumRows, tuples.size());
        if (count == 1) {
            cursor.next();
            return Collections.singletonList(reader.read(cursor));
        }
        List<T> rows = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            cursor.next();
            rows.add(reader.read(cursor));
        }
        return Collections.unmodifiableList(rows);
    }

    private int countRows(PreparedStatement statement) throws SQLException {
        if (sql.isQuery()) {
            throw new MappingException(QUERY_CHANGES_NOTHING);
        }
        int rows = 0;
        try (ResultSet result = statement.getResultSet()) {
            while (result.next()) {
                rows++;
            }
        }
        return rows;
    }

    private <R> R run(boolean transaction, List<ParameterSet> sets, Action<R> action) {
        Attempts attempts = null;
        while (true) {
            try {
                return once(transaction, sets, action);
            } catch (DatabaseException failure) {
                // Of several statements the driver may have sent, and the server committed, some before the one that
                // failed.
                if (!sql.isOneStatement() && !target.isLeavingReplica()) {
                    throw failure;
                }
                attempts = target.again(failure, attempts);
            }
        }
    }

    private <R> R once(boolean transaction, List<ParameterSet> sets, Action<R> action) {
        try (Lease lease = target.lease(transaction ? Need.TRANSACTION : Need.STATEMENT)) {
            try {
                StraightQuery arrived = action.isStraight() && timeout.isZero()
                        ? lease.connection().straight(sql.driverText(), values)
                        : null;
                if (arrived != null) {
                    return action.on(arrived);
                }
                try (Patience patience = Patience.with(lease.connection(), timeout);
                        PreparedStatement statement = prepare(lease.connection())) {
                    return action.on(statement);
                }
            } catch (SQLException error) {
                int entry = Math.max(0, DriverErrors.failedBatchEntry(error));
                DatabaseException failure = Errors.statement(
                        error,
                        lease.phase(),
                        sql,
                        sets.get(Math.min(entry, sets.size() - 1)).byName());
                lease.failed(failure);
                throw failure;
            } catch (MappingException unfit) {
                throw Errors.unexpectedResult(sql, String.valueOf(unfit.getMessage()));
            }
        }
    }

    private PreparedStatement prepare(Connection connection) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql.driverText());
        if (!timeout.isZero()) {
            // JDBC's own setQueryTimeout knows whole seconds only.
            statement.unwrap(PgStatement.class).setQueryTimeoutMs(Math.max(1, timeout.toMillis()));
        }
        return statement;
    }

    static <T extends @Nullable Object> T only(NamedSql sql, List<T> rows) {
        if (rows.size() != 1) {
            throw Errors.unexpectedResult(
                    sql, (rows.isEmpty() ? "no row" : "more than one row") + " where exactly one was wanted");
        }
        return rows.get(0);
    }

    static <T> Optional<T> atMostOne(NamedSql sql, List<? extends @Nullable T> rows) {
        if (rows.size() > 1) {
            throw Errors.unexpectedResult(sql, "more than one row where at most one was wanted");
        }
        return rows.isEmpty() ? Optional.empty() : Optional.ofNullable(rows.get(0));
    }

    static <T> T present(NamedSql sql, @Nullable T value) {
        if (value == null) {
            throw Errors.unexpectedResult(sql, "the value is null; use optional(…) where it may be");
        }
        return value;
    }

    /** What changes nothing has no count of what it changed. */
    static void refuseQuery(NamedSql sql) {
        if (sql.isQuery()) {
            throw Errors.unexpectedResult(sql, QUERY_CHANGES_NOTHING);
        }
    }

    /** The values of each execution of a batch. */
    static List<ParameterSet> setsOf(ParameterSet values, Iterable<?> parameterSets) {
        List<ParameterSet> sets = new ArrayList<>();
        for (Object parameters : parameterSets) {
            sets.add(values.with(parameters));
        }
        return sets;
    }

    static <T> RowShape<@Nullable T> shape(NamedSql sql, Class<T> type) {
        try {
            RowType<T> rowType = RowType.of(type);
            return columns -> rowType.reader(columns);
        } catch (MappingException unfit) {
            throw Errors.unexpectedResult(sql, String.valueOf(unfit.getMessage()));
        }
    }

    /** What rows become, once the columns are known. */
    @FunctionalInterface
    interface RowShape<T extends @Nullable Object> {
        RowType.Reader<T> reader(Columns columns);
    }

    private interface Action<R> {

        R on(PreparedStatement statement) throws SQLException;

        /** Whether it is one execution of this statement with its own values, which may go past the objects of JDBC. */
        default boolean isStraight() {
            return false;
        }

        default R on(StraightQuery arrived) throws SQLException {
            throw new IllegalStateException("an action that is not straight");
        }
    }

    private final class Read<T extends @Nullable Object> implements Action<List<T>> {

        private final int maximumRows;
        private final RowShape<T> shape;

        Read(int maximumRows, RowShape<T> shape) {
            this.maximumRows = maximumRows;
            this.shape = shape;
        }

        @Override
        public List<T> on(PreparedStatement statement) throws SQLException {
            values.bind(statement);
            List<T> rows = List.of();
            boolean isResult = statement.execute();
            // A text of several statements has several results; the rows are those of the last that has any.
            while (isResult || statement.getUpdateCount() >= 0) {
                if (isResult) {
                    rows = readAll(statement.getResultSet(), maximumRows, shape);
                }
                isResult = statement.getMoreResults();
            }
            return rows;
        }

        @Override
        public boolean isStraight() {
            return true;
        }

        @Override
        public List<T> on(StraightQuery arrived) throws SQLException {
            ArrivedRows rows = arrived.rows();
            return rows == null ? List.of() : readAll(rows, maximumRows, shape);
        }
    }

    private final class Update implements Action<Integer> {

        @Override
        public Integer on(PreparedStatement statement) throws SQLException {
            values.bind(statement);
            int changed = 0;
            boolean isResult = statement.execute();
            while (isResult || statement.getUpdateCount() >= 0) {
                changed += isResult ? countRows(statement) : statement.getUpdateCount();
                isResult = statement.getMoreResults();
            }
            return changed;
        }

        @Override
        public boolean isStraight() {
            return true;
        }

        @Override
        public Integer on(StraightQuery arrived) {
            ArrivedRows rows = arrived.rows();
            if (rows == null) {
                return (int) arrived.count();
            }
            if (sql.isQuery()) {
                throw new MappingException(QUERY_CHANGES_NOTHING);
            }
            return rows.tuples().size();
        }
    }
}
