package com.scrapersky.session;

import com.scrapersky.session.internal.guard.ArrivedRows;
import com.scrapersky.session.internal.jdbc.Columns;
import com.scrapersky.session.internal.jdbc.MappingException;
import com.scrapersky.session.internal.jdbc.RowType;
import com.scrapersky.session.internal.jdbc.TupleCursor;
import com.scrapersky.session.internal.sql.NamedSql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.Tuple;

/** What rows become, once the columns are known. */
@FunctionalInterface
interface RowShape<T extends @Nullable Object> {

    RowShape<Row> ROW = columns -> values -> new Row(columns, values);

    /** Records, beans, or single values: what {@code type} is. */
    static <T> RowShape<@Nullable T> of(NamedSql sql, Class<T> type) {
        try {
            RowType<T> rowType = RowType.of(type);
            return columns -> rowType.reader(columns);
        } catch (MappingException unfit) {
            throw Errors.unexpectedResult(sql, String.valueOf(unfit.getMessage()));
        }
    }

    RowType.Reader<T> reader(Columns columns);

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
}
