package com.scrapersky.session;

import com.scrapersky.session.internal.jdbc.Columns;
import com.scrapersky.session.internal.jdbc.MappingException;
import com.scrapersky.session.internal.jdbc.ValueConversion;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One row of a result: a map from column name to value in the order of the columns, which cannot be changed. All rows of
 * a result share one index of their columns.
 *
 * <p>Values have these Java types: {@code uuid} {@link UUID}; {@code boolean} {@link Boolean}; {@code int2}, {@code int4}
 * {@link Integer}; {@code int8}, {@code oid} {@link Long}; {@code numeric} {@link BigDecimal} ({@link Double} for NaN and
 * infinities, which BigDecimal lacks); {@code float4} {@link Float}; {@code float8} {@link Double}; {@code bytea}
 * {@code byte[]}; {@code date}, {@code time}, {@code timetz}, {@code timestamp} the local or offset types of
 * {@code java.time}; {@code timestamptz} {@link java.time.OffsetDateTime} in UTC; {@code interval} {@link Interval}; arrays
 * of all these {@link List}; everything else, {@code json}, enums, ranges and {@code inet} among them, its text as a
 * {@link String}.
 *
 * <pre>{@code
 * Row row = session.sql("select id, name, created_at from profiles where id = :id").param("id", id).row();
 * String name = row.getString("name");
 * Instant created = row.get("created_at", Instant.class);
 * }</pre>
 *
 * <p>{@link #get(Object)} answers null for an unknown name, as every map does; the getters with a type throw an
 * {@link UnexpectedResultException} that lists the columns there are. Immutable as far as its values are; safe for several
 * threads.
 */
public final class Row extends AbstractMap<String, @Nullable Object> {

    private final Columns columns;
    private final @Nullable Object[] values;

    Row(Columns columns, @Nullable Object[] values) {
        this.columns = columns;
        this.values = values;
    }

    @Override
    public @Nullable Object get(@Nullable Object column) {
        int index = columns.indexOf(column);
        return index < 0 ? null : values[index];
    }

    /** The value of a column as {@code type}, converted where nothing is lost by it; null where it is null. */
    public <T> @Nullable T get(String column, Class<T> type) {
        Object value = values[index(column)];
        return reading(column, () -> ValueConversion.convert(value, type));
    }

    /** The elements of an array column; null where the column is null. */
    public <T> @Nullable List<@Nullable T> getList(String column, Class<T> elementType) {
        Object value = values[index(column)];
        return reading(column, () -> ValueConversion.convertList(value, elementType));
    }

    /** The value as text. */
    public @Nullable String getString(String column) {
        return values[index(column)] instanceof String text ? text : get(column, String.class);
    }

    /** The value as a UUID. */
    public @Nullable UUID getUuid(String column) {
        return get(column, UUID.class);
    }

    /** The value as an exact decimal number. */
    public @Nullable BigDecimal getBigDecimal(String column) {
        return get(column, BigDecimal.class);
    }

    /** The value of a {@code timestamptz} column. */
    public @Nullable Instant getInstant(String column) {
        return get(column, Instant.class);
    }

    /** The value as an int; null is an error. */
    public int getInt(String column) {
        return values[index(column)] instanceof Integer number ? number : intOf(column);
    }

    private int intOf(String column) {
        return present(column, get(column, Integer.class));
    }

    /** The value as a long; null is an error. */
    public long getLong(String column) {
        return values[index(column)] instanceof Long number ? number : longOf(column);
    }

    private long longOf(String column) {
        return present(column, get(column, Long.class));
    }

    /** The value as a boolean; null is an error. */
    public boolean getBoolean(String column) {
        return present(column, get(column, Boolean.class));
    }

    @Override
    public boolean containsKey(@Nullable Object column) {
        return columns.indexOf(column) >= 0;
    }

    @Override
    public int size() {
        return values.length;
    }

    @Override
    public Set<Map.Entry<String, @Nullable Object>> entrySet() {
        return new Entries();
    }

    private int index(String column) {
        int index = columns.indexOf(column);
        if (index < 0) {
            throw Errors.unexpectedResult("there is no column \"" + column + "\"; the result has " + columns.names());
        }
        return index;
    }

    private static <T> T present(String column, @Nullable T value) {
        if (value == null) {
            throw Errors.unexpectedResult(
                    "the value of column \"" + column + "\" is null; read it by get(column, type)");
        }
        return value;
    }

    private static <T extends @Nullable Object> T reading(String column, Supplier<T> conversion) {
        try {
            return conversion.get();
        } catch (MappingException unfit) {
            throw Errors.unexpectedResult("column \"" + column + "\": " + unfit.getMessage());
        }
    }

    private final class Entries extends AbstractSet<Map.Entry<String, @Nullable Object>> {

        @Override
        public int size() {
            return values.length;
        }

        @Override
        public Iterator<Map.Entry<String, @Nullable Object>> iterator() {
            return new Iterator<>() {
                private int next;

                @Override
                public boolean hasNext() {
                    return next < values.length;
                }

                @Override
                public Map.Entry<String, @Nullable Object> next() {
                    if (next >= values.length) {
                        throw new NoSuchElementException();
                    }
                    int index = next++;
                    return new SimpleImmutableEntry<>(columns.names().get(index), values[index]);
                }
            };
        }
    }
}
