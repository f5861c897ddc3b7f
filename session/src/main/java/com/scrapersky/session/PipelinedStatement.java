package com.scrapersky.session;

import com.scrapersky.session.Pipeline.Decoder;
import com.scrapersky.session.internal.guard.Answers;
import com.scrapersky.session.internal.guard.ArrivedRows;
import com.scrapersky.session.internal.sql.NamedSql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One statement of a {@link Pipeline}: bind, then call the method that says what is wanted. The methods and parameters are
 * those of {@link SqlStatement}; instead of executing, each puts the statement into the pipeline as it is now bound and
 * answers at once with the {@link Result} to come.
 *
 * <pre>{@code
 * Result<UUID> id = pipeline.sql("insert into people (name) values (:name) returning id")
 *         .param("name", "Ada")
 *         .single(UUID.class);
 * }</pre>
 *
 * <p>Not thread-safe. Costs no round trip of its own. Throws {@link InvalidStatementException} where names are missing or
 * surplus, before anything is sent.
 */
public final class PipelinedStatement {

    private static final int ALL_ROWS = Integer.MAX_VALUE;
    private static final int ENOUGH_TO_SEE_SEVERAL = 2;

    private final Pipeline pipeline;
    private final NamedSql sql;
    private ParameterSet values;

    PipelinedStatement(Pipeline pipeline, NamedSql sql) {
        this.pipeline = pipeline;
        this.sql = sql;
        this.values = new ParameterSet(sql);
    }

    /** Binds one parameter; an earlier value of it is replaced. */
    public PipelinedStatement param(String name, @Nullable Object value) {
        values.put(name, value);
        return this;
    }

    /** Binds a parameter for each entry. */
    public PipelinedStatement params(Map<String, ? extends @Nullable Object> parameters) {
        values.putAll(parameters);
        return this;
    }

    /** Binds a parameter for each component of a record, by its name ({@code tenantId} also as {@code tenant_id}). */
    public PipelinedStatement params(Record parameters) {
        values.putAll(parameters);
        return this;
    }

    /** All rows; none for a statement that returns none. */
    public Result<List<Row>> rows() {
        return add(answers -> read(answers, ALL_ROWS, RowShape.ROW));
    }

    /** The only row; none or several are an error. */
    public Result<Row> row() {
        return add(answers -> ExpectedResult.only(sql, read(answers, ENOUGH_TO_SEE_SEVERAL, RowShape.ROW)));
    }

    /** The only row, or nothing; several are an error. */
    public Result<Optional<Row>> optionalRow() {
        return add(answers -> ExpectedResult.atMostOne(sql, read(answers, ENOUGH_TO_SEE_SEVERAL, RowShape.ROW)));
    }

    /** All rows as records, as beans with setters, or, for a type like String or UUID, by their only column. */
    public <T> Result<List<@Nullable T>> list(Class<T> type) {
        RowShape<@Nullable T> shape = RowShape.of(sql, type);
        return add(answers -> read(answers, ALL_ROWS, shape));
    }

    /** The only row as a {@code type}; none, several, or a null are errors. */
    public <T> Result<T> single(Class<T> type) {
        RowShape<@Nullable T> shape = RowShape.of(sql, type);
        return add(answers ->
                ExpectedResult.present(sql, ExpectedResult.only(sql, read(answers, ENOUGH_TO_SEE_SEVERAL, shape))));
    }

    /** The only row as a {@code type}, or nothing when there is none or its value is null; several are an error. */
    public <T> Result<Optional<T>> optional(Class<T> type) {
        RowShape<@Nullable T> shape = RowShape.of(sql, type);
        return add(answers -> ExpectedResult.atMostOne(sql, read(answers, ENOUGH_TO_SEE_SEVERAL, shape)));
    }

    /** How many rows the statement changes; with a RETURNING clause, how many it returns. A query is refused at once. */
    public Result<Integer> update() {
        ExpectedResult.refuseQuery(sql);
        return add(Answers::count);
    }

    /**
     * The statement once for each parameter set, as {@link SqlStatement#batch(Iterable)}; parameters bound by {@code param}
     * hold for every set that does not bind them itself.
     *
     * @return how many rows each set changes
     */
    public Result<int[]> batch(Iterable<?> parameterSets) {
        ExpectedResult.refuseQuery(sql);
        List<ParameterSet> sets = values.withEach(parameterSets);
        return pipeline.add(sql, sets, Answers::counts);
    }

    private <T extends @Nullable Object> Result<T> add(Decoder<T> decoder) {
        values.check();
        ParameterSet bound = values;
        // What is bound from now on is for the next time that it is put in.
        values = bound.copy();
        return pipeline.add(sql, List.of(bound), decoder);
    }

    /** A text of several statements has several results; the rows are those of the last that has any. */
    private static <T extends @Nullable Object> List<T> read(Answers answers, int maximumRows, RowShape<T> shape)
            throws SQLException {
        ArrivedRows arrived = answers.rows();
        ResultSet result = answers.resultSet();
        return arrived != null
                ? RowShape.readAll(arrived, maximumRows, shape)
                : result != null ? RowShape.readAll(result, maximumRows, shape) : List.of();
    }
}
