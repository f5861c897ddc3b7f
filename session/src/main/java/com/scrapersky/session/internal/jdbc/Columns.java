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
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.Field;
import org.postgresql.core.Tuple;
import org.postgresql.jdbc.PgResultSet;

/**
 * The columns of a result, shared by all its rows: their names, and how to read them. Results with the same columns share
 * them, too, so that a known text finds its layout made. Immutable.
 */
public final class Columns {

    /** A power of two. Layouts that meet in one place take turns in it; nothing depends on finding one. */
    private static final int REMEMBERED = 1024;

    private static final int FEW = 16;

    private static final AtomicReferenceArray<@Nullable Columns> KNOWN = new AtomicReferenceArray<>(REMEMBERED);

    private final int[] types;
    private final List<String> names;
    private final Map<String, Integer> indexes;

    /** The names, or none where there are so many that a map finds one sooner. */
    private final String[] fewNames;

    private final ColumnReader[] readers;

    private static final TupleReader[] NOT_LEAN = {};

    /** How to read them from what the server sent; null where they were made from a ResultSet. */
    private final TupleReader @Nullable [] tupleReaders;

    private Columns(
            int[] types,
            List<String> names,
            Map<String, Integer> indexes,
            ColumnReader[] readers,
            TupleReader @Nullable [] tupleReaders) {
        this.tupleReaders = tupleReaders;
        this.types = types;
        this.names = names;
        this.fewNames = names.size() > FEW ? new String[0] : names.toArray(new String[0]);
        this.indexes = indexes;
        this.readers = readers;
    }

    /** The columns of {@code result}. Two of one name are an error: a map could hold only one of them. */
    public static Columns of(ResultSet result) throws SQLException {
        ResultSetMetaData metaData = result.getMetaData();
        // getColumnOID, because getColumnTypeName and getColumnType ask the catalogue about types they do not know.
        PgResultSet types = result.unwrap(PgResultSet.class);
        int count = metaData.getColumnCount();
        int hash = count;
        for (int i = 1; i <= count; i++) {
            // pgjdbc gives the same String for the same name, which knows its hash.
            hash = (hash * 31 + metaData.getColumnLabel(i).hashCode()) * 31 + types.getColumnOID(i);
        }
        Columns known = KNOWN.get(place(hash));
        if (known != null && known.fit(metaData, types, count)) {
            return known;
        }
        String[] names = new String[count];
        int[] found = new int[count];
        for (int i = 0; i < count; i++) {
            names[i] = metaData.getColumnLabel(i + 1);
            found[i] = types.getColumnOID(i + 1);
        }
        Columns made = make(names, found, null);
        KNOWN.set(place(hash), made);
        return made;
    }

    /** The columns that {@code fields} describe, as {@link #of(ResultSet)}; {@link #isLean} says what they are good for. */
    public static Columns of(Field[] fields) {
        int hash = -fields.length;
        for (Field field : fields) {
            hash = (hash * 31 + field.getColumnLabel().hashCode()) * 31 + key(field);
        }
        Columns known = KNOWN.get(place(hash));
        if (known != null && known.fit(fields)) {
            return known;
        }
        String[] names = new String[fields.length];
        int[] types = new int[fields.length];
        TupleReader @Nullable [] readers = new TupleReader[fields.length];
        for (int i = 0; i < fields.length; i++) {
            names[i] = fields[i].getColumnLabel();
            types[i] = key(fields[i]);
            TupleReader reader = TupleReader.of(fields[i]);
            if (reader == null) {
                readers = null;
            } else if (readers != null) {
                readers[i] = reader;
            }
        }
        Columns made = make(names, types, readers == null ? NOT_LEAN : readers);
        KNOWN.set(place(hash), made);
        return made;
    }

    /** The type of a column and the format that its values come in, in one number: it is negative for binary ones. */
    private static int key(Field field) {
        return field.getFormat() == Field.BINARY_FORMAT ? ~field.getOID() : field.getOID();
    }

    private static int place(int hash) {
        return (hash ^ (hash >>> 16)) & (REMEMBERED - 1);
    }

    private boolean fit(ResultSetMetaData metaData, PgResultSet result, int count) throws SQLException {
        if (types.length != count || tupleReaders != null) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            if (types[i] != result.getColumnOID(i + 1) || !names.get(i).equals(metaData.getColumnLabel(i + 1))) {
                return false;
            }
        }
        return true;
    }

    private boolean fit(Field[] fields) {
        if (types.length != fields.length || tupleReaders == null) {
            return false;
        }
        for (int i = 0; i < fields.length; i++) {
            if (types[i] != key(fields[i]) || !names.get(i).equals(fields[i].getColumnLabel())) {
                return false;
            }
        }
        return true;
    }

    private static Columns make(String[] names, int[] types, TupleReader @Nullable [] tupleReaders) {
        int count = names.length;
        Map<String, Integer> indexes = new HashMap<>(count * 2);
        ColumnReader[] readers = new ColumnReader[count];
        for (int i = 0; i < count; i++) {
            names[i] = names[i].intern();
            readers[i] = ColumnReader.of(types[i]);
            if (indexes.put(names[i], i) != null) {
                throw new MappingException("the result has two columns named \"" + names[i]
                        + "\"; name each differently with AS, or select only one");
            }
        }
        return new Columns(types, List.of(names), indexes, readers, tupleReaders);
    }

    /** Whether rows can be read from what the server sent. */
    public boolean isLean() {
        return tupleReaders != null && tupleReaders != NOT_LEAN;
    }

    /** The rows of a result with these columns, where they {@linkplain #isLean are lean}. */
    public TupleCursor cursor(List<Tuple> rows, BaseConnection driver) {
        TupleReader[] lean = tupleReaders;
        if (lean == null || lean == NOT_LEAN) {
            throw new IllegalStateException("asked for without isLean()");
        }
        return new TupleCursor(this, lean, driver, rows);
    }

    /** The types of the columns, each with the format that its values come in. */
    int[] keys() {
        return types;
    }

    /** Without its cause: the reader's message may quote the value. */
    MappingException unreadable(int column) {
        return new MappingException(
                "the value of column \"" + names.get(column) + "\" has no Java form here; cast it to text");
    }

    /** The values of the current row. */
    public @Nullable Object[] read(ResultSet row) throws SQLException {
        @Nullable Object[] values = new @Nullable Object[readers.length];
        for (int i = 0; i < readers.length; i++) {
            try {
                values[i] = readers[i].read(row, i + 1);
            } catch (IllegalArgumentException | DateTimeException unreadable) {
                throw unreadable(i);
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
        for (int i = 0; i < fewNames.length; i++) {
            // Most names that are asked for are literals, and interned as these are.
            if (fewNames[i] == name) {
                return i;
            }
        }
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
