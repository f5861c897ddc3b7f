package com.scrapersky.session.internal.guard;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.CachedQuery;
import org.postgresql.core.Field;
import org.postgresql.core.Oid;
import org.postgresql.core.ParameterList;
import org.postgresql.core.Query;
import org.postgresql.core.Tuple;
import org.postgresql.jdbc.PgResultSet;
import org.postgresql.jdbc.PgStatement;
import org.postgresql.util.ByteStreamWriter;
import org.postgresql.util.StreamWrapper;

/**
 * What the driver's prepared statement has bound, so that the same values can go out with another text: that of the caller
 * with the session's settings in front, or on another connection. pgjdbc has no public way to read it; the fields are read
 * through handles which the compiler folds, and where they are missing the settings travel on their own.
 *
 * <p>Source: pgjdbc 42.7.14, {@code PgPreparedStatement.preparedParameters} and {@code preparedQuery}, {@code
 * PgStatement.batchStatements} and {@code batchParameters}, {@code PgResultSet.rows} and {@code fields}, all protected.
 */
final class DriverAccess {

    private static final @Nullable VarHandle PARAMETERS = handle("preparedParameters", ParameterList.class);
    private static final @Nullable VarHandle QUERY = handle("preparedQuery", CachedQuery.class);

    private static final @Nullable VarHandle OF_SEVERAL = handleOfSeveral();

    private static final @Nullable VarHandle BATCH_QUERIES =
            handle(PgStatement.class, "batchStatements", ArrayList.class);
    private static final @Nullable VarHandle BATCH_ROWS = handle(PgStatement.class, "batchParameters", ArrayList.class);
    private static final @Nullable VarHandle TUPLES = handle(PgResultSet.class, "rows", List.class);
    private static final @Nullable VarHandle COLUMNS = handle(PgResultSet.class, "fields", Field[].class);

    private DriverAccess() {}

    /** The values of a text of several statements, by statement. */
    private static @Nullable VarHandle handleOfSeveral() {
        try {
            Class<?> several = Class.forName("org.postgresql.core.v3.CompositeParameterList");
            Class<?> one = Class.forName("org.postgresql.core.v3.SimpleParameterList");
            return MethodHandles.privateLookupIn(several, MethodHandles.lookup())
                    .findVarHandle(several, "subparams", one.arrayType());
        } catch (ReflectiveOperationException | RuntimeException otherDriver) {
            return null;
        }
    }

    /** The lists of one statement each that a list consists of, or none where the driver does not tell. */
    private static List<ParameterList> each(ParameterList list) {
        if (list.getParameterCount() == 0 || list.getValues() != null) {
            return List.of(list);
        }
        if (OF_SEVERAL == null || !OF_SEVERAL.coordinateTypes().get(0).isInstance(list)) {
            return List.of();
        }
        List<ParameterList> lists = new ArrayList<>();
        for (Object one : (Object[]) OF_SEVERAL.get(list)) {
            lists.add((ParameterList) one);
        }
        return lists;
    }

    private static @Nullable VarHandle handle(String field, Class<?> type) {
        try {
            return handle(Class.forName("org.postgresql.jdbc.PgPreparedStatement"), field, type);
        } catch (ClassNotFoundException otherDriver) {
            return null;
        }
    }

    private static @Nullable VarHandle handle(Class<?> of, String field, Class<?> type) {
        try {
            return MethodHandles.privateLookupIn(of, MethodHandles.lookup()).findVarHandle(of, field, type);
        } catch (ReflectiveOperationException | RuntimeException otherDriver) {
            return null;
        }
    }

    /** Whether the values bound to {@code statement} can be read. */
    static boolean canCopyFrom(PreparedStatement statement) throws SQLException {
        ParameterList bound = parameters(statement);
        return bound != null && !each(bound).isEmpty();
    }

    /**
     * Binds to {@code to}, behind {@code shift} places, what is bound to {@code from}: {@code count} values at the most,
     * behind the {@code first} ones.
     *
     * @return whether that could be done
     */
    static boolean copy(PreparedStatement from, PreparedStatement to, int shift, int first, int count)
            throws SQLException {
        ParameterList source = parameters(from);
        ParameterList target = parameters(to);
        if (source == null || target == null) {
            return false;
        }
        List<ParameterList> lists = each(source);
        int at = 0;
        for (ParameterList list : lists) {
            @Nullable Object[] values = list.getValues();
            int[] types = list.getTypeOIDs();
            for (int i = 0; i < types.length && values != null; i++, at++) {
                if (at >= first && at - first < count) {
                    bind(target, shift + at - first + 1, values[i], types[i]);
                }
            }
        }
        return !lists.isEmpty();
    }

    /** Whether all that is bound to {@code statement} is still there after it was sent: what was read from a stream is not. */
    static boolean canBeSentAgain(PreparedStatement statement) throws SQLException {
        ParameterList bound = parameters(statement);
        return bound != null && canBeSentAgain(bound);
    }

    /** As {@link #canBeSentAgain(PreparedStatement)}, for one row of a batch. */
    static boolean canBeSentAgain(ParameterList bound) {
        List<ParameterList> lists = each(bound);
        for (ParameterList list : lists) {
            @Nullable Object[] values = list.getValues();
            for (int i = 0; values != null && i < values.length; i++) {
                if (values[i] instanceof ByteStreamWriter
                        || (values[i] instanceof StreamWrapper stream && stream.getBytes() == null)) {
                    return false;
                }
            }
        }
        return !lists.isEmpty();
    }

    private static void bind(ParameterList target, int index, @Nullable Object value, int type) throws SQLException {
        if (value == null) {
            // Not bound yet: the driver tells so when the statement is executed.
            return;
        }
        if (value instanceof String text) {
            target.setStringParameter(index, text, type);
        } else if (value instanceof byte[] binary) {
            target.setBinaryParameter(index, binary, type);
        } else if (value instanceof ByteStreamWriter writer) {
            target.setBytea(index, writer);
        } else if (value instanceof StreamWrapper stream) {
            bind(target, index, stream, type);
        } else {
            // The driver's own mark for NULL is a bare object.
            target.setNull(index, type);
        }
    }

    private static void bind(ParameterList target, int index, StreamWrapper stream, int type) throws SQLException {
        byte[] bytes = stream.getBytes();
        if (bytes != null && type == Oid.TEXT) {
            // A reader of characters, which the driver has read into memory.
            target.setText(index, new ByteArrayInputStream(bytes, stream.getOffset(), stream.getLength()));
            return;
        }
        if (bytes != null) {
            target.setBytea(index, bytes, stream.getOffset(), stream.getLength());
            return;
        }
        InputStream content;
        try {
            content = stream.getStream();
        } catch (IOException unreadable) {
            throw new SQLException("a value that was given as a stream cannot be read again", unreadable);
        }
        if (type == Oid.TEXT) {
            target.setText(index, content);
        } else if (stream.getLength() >= 0 && stream.getLength() != Integer.MAX_VALUE) {
            target.setBytea(index, content, stream.getLength());
        } else {
            target.setBytea(index, content);
        }
    }

    /** What of the bound values, and of {@code known}, may be the name of a custom setting. */
    static Set<String> settingNames(PreparedStatement statement, Set<String> known) throws SQLException {
        ParameterList bound = parameters(statement);
        if (bound == null) {
            return known;
        }
        Set<String> names = new LinkedHashSet<>(known);
        for (ParameterList list : each(bound)) {
            @Nullable Object[] values = list.getValues();
            for (int i = 0; values != null && i < values.length; i++) {
                if (values[i] instanceof String text && SettingNames.isOne(text)) {
                    names.add(text);
                }
            }
        }
        return names;
    }

    /** Lets a statement whose text is several statements answer with generated keys: by itself the driver takes one only. */
    static void wantKeys(Statement statement, boolean wanted) throws SQLException {
        statement.unwrap(PgStatement.class).wantsGeneratedKeysAlways = wanted;
    }

    /** The statements of the batch that was given to a statement, as the driver keeps them. */
    @SuppressWarnings("unchecked")
    static @Nullable List<Query> batchQueries(PreparedStatement statement) throws SQLException {
        return BATCH_QUERIES == null ? null : (List<Query>) BATCH_QUERIES.get(statement.unwrap(PgStatement.class));
    }

    /** The values of that batch, row by row. */
    @SuppressWarnings("unchecked")
    static @Nullable List<@Nullable ParameterList> batchRows(PreparedStatement statement) throws SQLException {
        return BATCH_ROWS == null || TUPLES == null || COLUMNS == null
                ? null
                : (List<@Nullable ParameterList>) BATCH_ROWS.get(statement.unwrap(PgStatement.class));
    }

    /** The rows of a result that has arrived. */
    @SuppressWarnings("unchecked")
    static @Nullable List<Tuple> tuples(ResultSet rows) throws SQLException {
        return TUPLES == null ? null : (List<Tuple>) TUPLES.get(rows.unwrap(PgResultSet.class));
    }

    static Field @Nullable [] columns(ResultSet rows) throws SQLException {
        return COLUMNS == null ? null : (Field[]) COLUMNS.get(rows.unwrap(PgResultSet.class));
    }

    static @Nullable ParameterList parameters(PreparedStatement statement) throws SQLException {
        return PARAMETERS == null ? null : (ParameterList) PARAMETERS.get(statement.unwrap(PgStatement.class));
    }

    /** The text that a statement was prepared from. */
    static String text(PreparedStatement statement) throws SQLException {
        CachedQuery query = query(statement);
        return query == null ? statement.toString() : query.key.toString();
    }

    /** Makes the driver forget the statement's name, and what it has been told of its columns. */
    static void unprepare(PreparedStatement statement) throws SQLException {
        CachedQuery query = query(statement);
        if (query != null) {
            query.query.close();
        }
    }

    static @Nullable CachedQuery query(PreparedStatement statement) throws SQLException {
        return QUERY == null ? null : (CachedQuery) QUERY.get(statement.unwrap(PgStatement.class));
    }
}
