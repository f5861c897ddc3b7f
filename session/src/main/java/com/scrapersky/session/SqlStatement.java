package com.scrapersky.session;

import com.scrapersky.session.Errors.Phase;
import com.scrapersky.session.internal.sql.NamedSql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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
    private static final int FIRST_ROW = 1;
    private static final int ENOUGH_TO_SEE_SEVERAL = 2;

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
        return read(ALL_ROWS, RowShape.ROW);
    }

    /** The only row; none or several are an error. */
    public Row row() {
        return ExpectedResult.only(sql, read(ENOUGH_TO_SEE_SEVERAL, RowShape.ROW));
    }

    /** The only row, or nothing; several are an error. */
    public Optional<Row> optionalRow() {
        return ExpectedResult.atMostOne(sql, read(ENOUGH_TO_SEE_SEVERAL, RowShape.ROW));
    }

    /** All rows as records, as beans with setters, or, for a type like String or UUID, by their only column. */
    public <T> List<@Nullable T> list(Class<T> type) {
        return read(ALL_ROWS, RowShape.of(sql, type));
    }

    /** The only row as a {@code type}; none, several, or a null are errors. */
    public <T> T single(Class<T> type) {
        return ExpectedResult.present(
                sql, ExpectedResult.only(sql, read(ENOUGH_TO_SEE_SEVERAL, RowShape.of(sql, type))));
    }

    /** The only row as a {@code type}, or nothing when there is none or its value is null; several are an error. */
    public <T> Optional<T> optional(Class<T> type) {
        return ExpectedResult.atMostOne(sql, read(ENOUGH_TO_SEE_SEVERAL, RowShape.of(sql, type)));
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
        return Cursor.open(this, RowShape.ROW);
    }

    /** The rows as a {@code type} each, one page at a time, as {@link #stream()} does. */
    public <T> Stream<@Nullable T> stream(Class<T> type) {
        return Cursor.open(this, RowShape.of(sql, type));
    }

    /**
     * Executes the statement and says how many rows it changed; with a RETURNING clause, how many it returned. A query (by
     * its first word) is an error, found after its execution.
     */
    public int update() {
        values.check();
        return new StatementExecution.Update(this).run();
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
        List<ParameterSet> sets = values.withEach(parameterSets);
        if (sql.hasReturning()) {
            throw Errors.invalidStatement(
                    "a batch with a RETURNING clause: pgjdbc has no way to give its rows back — in: "
                            + sql.abbreviated(Errors.SHOWN_SQL),
                    "take the clause out, or insert … select from unnest(:ids, :names) returning … in one statement");
        }
        if (sets.isEmpty()) {
            return new int[0];
        }
        return new StatementExecution.Batch(this, sets).run();
    }

    /** The first row, whatever follows it. */
    Optional<Row> firstRow() {
        return read(FIRST_ROW, RowShape.ROW).stream().findFirst();
    }

    /** Refuses missing and surplus names. */
    void check() {
        values.check();
    }

    NamedSql sql() {
        return sql;
    }

    ParameterSet values() {
        return values;
    }

    Duration timeout() {
        return timeout;
    }

    StatementTarget target() {
        return target;
    }

    /** A statement on {@code connection}, ready to be bound. */
    PreparedStatement prepare(Connection connection) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql.driverText());
        if (!timeout.isZero()) {
            // JDBC's own setQueryTimeout knows whole seconds only.
            statement.unwrap(PgStatement.class).setQueryTimeoutMs(Math.max(1, timeout.toMillis()));
        }
        return statement;
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
        return new StatementExecution.Read<>(this, maximumRows, shape).run();
    }
}
