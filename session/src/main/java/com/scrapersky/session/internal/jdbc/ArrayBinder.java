package com.scrapersky.session.internal.jdbc;

import com.scrapersky.session.Interval;
import com.scrapersky.session.internal.sql.Placeholder.Surroundings;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.URI;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Binds collections and Java arrays as PostgreSQL arrays.
 *
 * <p>Elements of a definite SQL type make an array of that type. Text, enums and empty arrays go out without a type, as in
 * {@link ParameterBinder}; only as a function's argument they are declared {@code text[]}, because
 * {@code unnest(unknown)} is ambiguous.
 */
final class ArrayBinder {

    /** Not declared to the server, see above; only told apart from the definite types. */
    private static final String TEXT = "text";

    private ArrayBinder() {}

    static void bind(PreparedStatement statement, int index, Object value, Surroundings surroundings)
            throws SQLException, UnsupportedValueException {
        List<@Nullable Object> elements = elements(value);
        String type = typeOf(elements);
        String literal = ArrayLiteral.write(elements, ArrayBinder::text);
        if (type != null && !type.equals(TEXT)) {
            statement.setObject(index, ParameterBinder.typed("_" + type, literal));
        } else if (surroundings == Surroundings.ARGUMENT || surroundings == Surroundings.ARGUMENT_OF_ANY_TYPE) {
            statement.setObject(index, ParameterBinder.typed("_text", literal));
        } else {
            statement.setObject(index, literal, Types.OTHER);
        }
    }

    /** The literal of an array whose elements are of one type. */
    static String literal(Object value) throws UnsupportedValueException {
        List<@Nullable Object> elements = elements(value);
        typeOf(elements);
        return ArrayLiteral.write(elements, ArrayBinder::text);
    }

    /** A single value, spelt as in an array. */
    static String elementText(Object value) throws UnsupportedValueException {
        if (!(value instanceof URI)) {
            name(value);
        }
        return text(value);
    }

    /** A list of the elements, further dimensions as lists in it. */
    private static List<@Nullable Object> elements(Object value) {
        List<@Nullable Object> elements = new ArrayList<>();
        if (value instanceof Collection<?> collection) {
            for (Object element : collection) {
                elements.add(dimension(element));
            }
        } else {
            for (int i = 0; i < Array.getLength(value); i++) {
                elements.add(dimension(Array.get(value, i)));
            }
        }
        return elements;
    }

    private static @Nullable Object dimension(@Nullable Object element) {
        if (element == null || element instanceof byte[]) {
            return element;
        }
        return element instanceof Collection<?> || element.getClass().isArray() ? elements(element) : element;
    }

    /** The one SQL type of all elements, or null where none has any. */
    private static @Nullable String typeOf(List<@Nullable Object> elements) throws UnsupportedValueException {
        String type = null;
        for (Object element : elements) {
            String own =
                    element == null ? null : element instanceof List<?> list ? typeOf(nullable(list)) : name(element);
            if (type != null && own != null && !type.equals(own)) {
                if (!isInteger(type) || !isInteger(own)) {
                    throw new UnsupportedValueException(
                            "a collection of both " + type + " and " + own + " values has no PostgreSQL type");
                }
                own = "int8";
            }
            type = own == null ? type : own;
        }
        return type;
    }

    @SuppressWarnings("unchecked")
    private static List<@Nullable Object> nullable(List<?> list) {
        return (List<@Nullable Object>) list;
    }

    private static boolean isInteger(String type) {
        return type.equals("int2") || type.equals("int4") || type.equals("int8");
    }

    private static @Nullable String name(@Nullable Object element) throws UnsupportedValueException {
        if (element == null) {
            return null;
        } else if (element instanceof CharSequence
                || element instanceof Enum<?>
                || element instanceof Character
                || element instanceof InetAddress) {
            return TEXT;
        } else if (element instanceof Integer) {
            return "int4";
        } else if (element instanceof Long) {
            return "int8";
        } else if (element instanceof UUID) {
            return "uuid";
        } else if (element instanceof Short || element instanceof Byte) {
            return "int2";
        } else if (element instanceof BigDecimal || element instanceof BigInteger) {
            return "numeric";
        } else if (element instanceof Double) {
            return "float8";
        } else if (element instanceof Float) {
            return "float4";
        } else if (element instanceof Boolean) {
            return "bool";
        } else if (element instanceof byte[]) {
            return "bytea";
        }
        return nameOfTime(element);
    }

    private static String nameOfTime(Object element) throws UnsupportedValueException {
        if (element instanceof LocalDate) {
            return "date";
        } else if (element instanceof LocalTime) {
            return "time";
        } else if (element instanceof OffsetTime) {
            return "timetz";
        } else if (element instanceof LocalDateTime) {
            return "timestamp";
        } else if (element instanceof OffsetDateTime
                || element instanceof Instant
                || element instanceof ZonedDateTime) {
            return "timestamptz";
        } else if (element instanceof Duration || element instanceof Period || element instanceof Interval) {
            return "interval";
        }
        throw new UnsupportedValueException("a value of " + element.getClass().getName() + " has no PostgreSQL type");
    }

    /** Dates by {@link TimeText}: it knows infinity and years before Christ, {@code toString()} does not. */
    private static String text(Object element) {
        if (element instanceof LocalDate date) {
            return TimeText.of(date);
        } else if (element instanceof LocalDateTime time) {
            return TimeText.of(time);
        } else if (element instanceof OffsetTime time) {
            return TimeText.of(time);
        } else if (element instanceof OffsetDateTime time) {
            return TimeText.of(time);
        } else if (element instanceof Instant instant) {
            return TimeText.of(instant.atOffset(ZoneOffset.UTC));
        } else if (element instanceof ZonedDateTime time) {
            return TimeText.of(time.toOffsetDateTime());
        } else if (element instanceof byte[] bytes) {
            return "\\x" + HexFormat.of().formatHex(bytes);
        } else if (element instanceof Enum<?> constant) {
            return constant.name();
        } else if (element instanceof InetAddress address) {
            return ParameterBinder.withoutScope(address);
        }
        return element.toString();
    }
}
