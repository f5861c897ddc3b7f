package com.scrapersky.session;

import com.scrapersky.session.internal.jdbc.CopyText;
import com.scrapersky.session.internal.jdbc.MappingException;
import com.scrapersky.session.internal.jdbc.RecordParameters;
import com.scrapersky.session.internal.jdbc.UnsupportedValueException;
import com.scrapersky.session.internal.sql.NamedSql;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns what a caller takes for a row into the columns of a COPY. */
final class CopyRows {

    private final List<String> columns;
    private final NamedSql sql;

    CopyRows(List<String> columns, NamedSql sql) {
        this.columns = columns;
        this.sql = sql;
    }

    /** @param number of the row, counted from 1 */
    void append(StringBuilder block, @Nullable Object row, long number) throws SQLException {
        int before = block.length();
        try {
            CopyText.append(block, values(row, number));
        } catch (UnsupportedValueException | MappingException unfit) {
            block.setLength(before);
            throw refused(number, String.valueOf(unfit.getMessage()), "give a type listed at Row, or its text");
        }
    }

    private List<? extends @Nullable Object> values(@Nullable Object row, long number) {
        if (row instanceof List<?> list) {
            return counted(list, number);
        } else if (row instanceof Object[] array) {
            return counted(Arrays.asList(array), number);
        } else if (row instanceof Record components) {
            Map<String, @Nullable Object> values = RecordParameters.of(components, columns);
            return columns.isEmpty() ? new ArrayList<>(values.values()) : named(values, number);
        } else if (row instanceof Map<?, ?> map) {
            return named(map, number);
        }
        throw refused(
                number,
                row == null ? "null is no row" : "a " + row.getClass().getName() + " is no row",
                "give records, maps, lists or arrays");
    }

    private List<? extends @Nullable Object> counted(List<? extends @Nullable Object> values, long number) {
        if (!columns.isEmpty() && values.size() != columns.size()) {
            throw refused(
                    number, values.size() + " values for the columns " + columns, "give one value for each column");
        }
        return values;
    }

    private List<@Nullable Object> named(Map<?, ? extends @Nullable Object> values, long number) {
        if (columns.isEmpty()) {
            throw refused(
                    number, "a map has no order", "list the columns in the COPY, in parentheses behind the table");
        }
        if (values.size() != columns.size() || !values.keySet().containsAll(columns)) {
            List<Object> missing = new ArrayList<>(columns);
            missing.removeAll(values.keySet());
            List<Object> surplus = new ArrayList<>(values.keySet());
            surplus.removeAll(columns);
            throw refused(
                    number,
                    "the names do not fit the columns: missing " + missing + ", surplus " + surplus,
                    "give every column of the COPY and no other");
        }
        List<@Nullable Object> ordered = new ArrayList<>(columns.size());
        for (String column : columns) {
            ordered.add(values.get(column));
        }
        return ordered;
    }

    private InvalidStatementException refused(long number, String what, String wayOut) {
        return Errors.invalidStatement(
                "row " + number + " of the copy: " + what + " — in: " + sql.abbreviated(Errors.SHOWN_SQL), wayOut);
    }
}
