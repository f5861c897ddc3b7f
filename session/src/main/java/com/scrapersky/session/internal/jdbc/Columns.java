package com.scrapersky.session.internal.jdbc;

import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postgresql.jdbc.PgResultSet;

/** The columns of a result, shared by all its rows: their names, and how to read them. Immutable. */
public final class Columns {

    private final List<String> names;
    private final Map<String, Integer> indexes;
    private final ColumnReader[] readers;

    private Columns(List<String> names, Map<String, Integer> indexes, ColumnReader[] readers) {
        this.names = names;
        this.indexes = indexes;
        this.readers = readers;
    }

    /** The columns of {@code result}. Two of one name are an error: a map could hold only one of them. */
    public static Columns of(ResultSet result) throws SQLException {
        ResultSetMetaData metaData = result.getMetaData();
        // getColumnOID, because getColumnTypeName and getColumnType ask the catalogue about types they do not know.
        PgResultSet types = result.unwrap(PgResultSet.class);
        int count = metaData.getColumnCount();
        String[] names = new String[count];
        Map<String, Integer> indexes = new HashMap<>(count * 2);
        ColumnReader[] readers = new ColumnReader[count];
        for (int i = 0; i < count; i++) {
            names[i] = metaData.getColumnLabel(i + 1);
            readers[i] = ColumnReader.of(types.getColumnOID(i + 1));
            if (indexes.put(names[i], i) != null) {
                throw new MappingException("the result has two columns named \"" + names[i]
                        + "\"; name each differently with AS, or select only one");
            }
        }
        return new Columns(List.of(names), indexes, readers);
    }

    /** The values of the current row. */
    public @Nullable Object[] read(ResultSet row) throws SQLException {
        @Nullable Object[] values = new @Nullable Object[readers.length];
        for (int i = 0; i < readers.length; i++) {
            try {
                values[i] = readers[i].read(row, i + 1);
            } catch (IllegalArgumentException | DateTimeException unreadable) {
                // Without its cause: the reader's message may quote the value.
                throw new MappingException(
                        "the value of column \"" + names.get(i) + "\" has no Java form here; cast it to text");
            }
        }
        return values;
    }

    /** The names in their order. */
    public List<String> names() {
        return names;
    }

    /** The index of a column, counted from 0, or -1 where there is none of that name. */
    public int indexOf(@Nullable Object name) {
        Integer index = indexes.get(name);
        return index == null ? -1 : index;
    }

    /** For each of {@code names} the column of that name, where case and underscores do not count, or -1. */
    int[] indexesOf(List<String> wanted) {
        Map<String, Integer> simple = new HashMap<>(names.size() * 2);
        for (int i = 0; i < names.size(); i++) {
            simple.putIfAbsent(simplify(names.get(i)), i);
        }
        int[] found = new int[wanted.size()];
        Arrays.setAll(found, i -> {
            int exact = indexOf(wanted.get(i));
            return exact >= 0 ? exact : simple.getOrDefault(simplify(wanted.get(i)), -1);
        });
        return found;
    }

    private static String simplify(String name) {
        return name.replace("_", "").toLowerCase(Locale.ROOT);
    }
}
