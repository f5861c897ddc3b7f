package com.scrapersky.session.internal.jdbc;

import com.scrapersky.session.Interval;
import com.scrapersky.session.internal.sql.Placeholder.Surroundings;
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
import java.util.Collection;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PGobject;

/**
 * Binds Java values to placeholders.
 *
 * <p>Text goes out without a type ({@code Types.OTHER} is OID 0 in pgjdbc), as a quoted literal would, so that the server
 * infers uuid, json, enum, inet or range from the column or operator beside it. pgjdbc's {@code setString} would declare
 * varchar and make {@code uuid = varchar} an error. Where the server cannot infer, the scanner knows from the
 * {@link Surroundings}, and text is declared as such.
 */
public final class ParameterBinder {

    private ParameterBinder() {}

    /** Binds {@code value} to placeholder {@code index}, counted from 1. */
    public static void bind(PreparedStatement statement, int index, @Nullable Object value, Surroundings surroundings)
            throws SQLException, UnsupportedValueException {
        if (value == null) {
            boolean typed = surroundings == Surroundings.ARGUMENT_OF_ANY_TYPE;
            statement.setNull(index, typed ? Types.VARCHAR : Types.NULL);
        } else if (value instanceof String text) {
            bindText(statement, index, text, surroundings);
        } else if (value instanceof Integer number) {
            statement.setInt(index, number);
        } else if (value instanceof Long number) {
            statement.setLong(index, number);
        } else if (value instanceof UUID || value instanceof LocalDate || value instanceof OffsetDateTime) {
            statement.setObject(index, value);
        } else if (value instanceof Boolean flag) {
            statement.setBoolean(index, flag);
        } else if (value instanceof Enum<?> constant) {
            bindText(statement, index, constant.name(), surroundings);
        } else if (value instanceof Instant instant) {
            statement.setObject(index, instant.atOffset(ZoneOffset.UTC));
        } else if (value instanceof Collection<?> || isArrayOfElements(value)) {
            ArrayBinder.bind(statement, index, value, surroundings);
        } else if (!bindRarer(statement, index, value, surroundings)) {
            throw new UnsupportedValueException("a value of " + value.getClass().getName() + " has no PostgreSQL type");
        }
    }

    private static boolean bindRarer(PreparedStatement statement, int index, Object value, Surroundings surroundings)
            throws SQLException {
        if (value instanceof BigDecimal number) {
            statement.setBigDecimal(index, number);
        } else if (value instanceof BigInteger number) {
            statement.setBigDecimal(index, new BigDecimal(number));
        } else if (value instanceof Double number) {
            statement.setDouble(index, number);
        } else if (value instanceof Float number) {
            statement.setFloat(index, number);
        } else if (value instanceof Short || value instanceof Byte) {
            statement.setShort(index, ((Number) value).shortValue());
        } else if (value instanceof byte[] bytes) {
            statement.setBytes(index, bytes);
        } else if (value instanceof LocalDateTime || value instanceof LocalTime || value instanceof OffsetTime) {
            statement.setObject(index, value);
        } else if (value instanceof ZonedDateTime time) {
            statement.setObject(index, time.toOffsetDateTime());
        } else if (value instanceof Duration || value instanceof Period || value instanceof Interval) {
            statement.setObject(index, typed("interval", value.toString()));
        } else if (value instanceof CharSequence || value instanceof Character || value instanceof URI) {
            bindText(statement, index, value.toString(), surroundings);
        } else if (value instanceof InetAddress address) {
            bindText(statement, index, withoutScope(address), surroundings);
        } else if (value instanceof java.util.Date
                || value instanceof PGobject
                || value instanceof java.sql.Array
                || value instanceof java.sql.SQLXML) {
            bindJdbcValue(statement, index, value);
        } else {
            return false;
        }
        return true;
    }

    private static void bindJdbcValue(PreparedStatement statement, int index, Object value) throws SQLException {
        boolean plainDate = value.getClass() == java.util.Date.class;
        statement.setObject(
                index, plainDate ? ((java.util.Date) value).toInstant().atOffset(ZoneOffset.UTC) : value);
    }

    private static void bindText(PreparedStatement statement, int index, String text, Surroundings surroundings)
            throws SQLException {
        if (surroundings == Surroundings.ARGUMENT_OF_ANY_TYPE) {
            statement.setString(index, text);
        } else {
            statement.setObject(index, text, Types.OTHER);
        }
    }

    private static boolean isArrayOfElements(Object value) {
        return value.getClass().isArray() && !(value instanceof byte[]) && !(value instanceof char[]);
    }

    /** A value of a type that pgjdbc knows by name without asking the server. */
    static PGobject typed(String type, String text) throws SQLException {
        PGobject object = new PGobject();
        object.setType(type);
        object.setValue(text);
        return object;
    }

    /** Without the zone of a link-local address ({@code fe80::1%eth0}), which inet cannot hold. */
    static String withoutScope(InetAddress address) {
        String text = address.getHostAddress();
        int scope = text.indexOf('%');
        return scope < 0 ? text : text.substring(0, scope);
    }
}
