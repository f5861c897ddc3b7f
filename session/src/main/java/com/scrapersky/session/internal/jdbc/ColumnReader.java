package com.scrapersky.session.internal.jdbc;

import com.scrapersky.session.Interval;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.util.HexFormat;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.Oid;
import org.postgresql.util.PGInterval;

/**
 * Reads one column as the Java type that fits its PostgreSQL type, chosen by OID. Types of the user's own schema (enums,
 * composites) come as their text: to ask the catalogue for their names, as {@code ResultSet.getObject} does, would cost a
 * round trip.
 */
interface ColumnReader {

    // From pg_type.dat: array types that org.postgresql.core.Oid does not name.
    int CIDR_ARRAY = 651;
    int MACADDR_ARRAY = 1040;
    int INET_ARRAY = 1041;
    int INT4RANGE_ARRAY = 3905;
    int NUMRANGE_ARRAY = 3907;
    int TSRANGE_ARRAY = 3909;
    int TSTZRANGE_ARRAY = 3911;
    int DATERANGE_ARRAY = 3913;
    int INT8RANGE_ARRAY = 3927;

    /** {@code 1-2 -3 4:05:06}: numbers without units. */
    Pattern SQL_STANDARD_INTERVAL = Pattern.compile("^[+-]?\\d+-\\d|(?:^|\\s)[+-]?\\d+(?=\\s+[+-]?\\d|$)");

    /** The value of column {@code index} (counted from 1) in the current row. */
    @Nullable
    Object read(ResultSet row, int index) throws SQLException;

    /** The reader for a type. */
    static ColumnReader of(int oid) {
        return switch (oid) {
            case Oid.INT2, Oid.INT4 -> (row, index) -> orNull(row, row.getInt(index));
            case Oid.INT8, Oid.OID -> (row, index) -> orNull(row, row.getLong(index));
            case Oid.BOOL -> (row, index) -> orNull(row, row.getBoolean(index));
            case Oid.UUID -> (row, index) -> row.getObject(index, UUID.class);
            case Oid.TIMESTAMPTZ -> (row, index) -> row.getObject(index, OffsetDateTime.class);
            case Oid.TIMESTAMP -> (row, index) -> row.getObject(index, LocalDateTime.class);
            case Oid.DATE -> (row, index) -> row.getObject(index, LocalDate.class);
            case Oid.TIME -> (row, index) -> row.getObject(index, LocalTime.class);
            case Oid.TIMETZ -> (row, index) -> row.getObject(index, OffsetTime.class);
            case Oid.FLOAT4 -> (row, index) -> orNull(row, row.getFloat(index));
            case Oid.FLOAT8 -> (row, index) -> orNull(row, row.getDouble(index));
            case Oid.BYTEA -> (row, index) -> row.getBytes(index);
            case Oid.NUMERIC -> (row, index) -> fromText(row.getString(index), ColumnReader::number);
            case Oid.POINT, Oid.BOX -> (row, index) -> fromText(row.getString(index), GeometricText::of);
            case Oid.INTERVAL -> (row, index) -> fromText(row.getString(index), ColumnReader::interval);
            default -> {
                Function<String, ?> element = element(oid);
                yield element == null
                        ? ResultSet::getString
                        : (row, index) ->
                                fromText(row.getString(index), literal -> ArrayLiteral.read(literal, element));
            }
        };
    }

    /** How the elements of an array type are read from their text, or null for a type that is no array known here. */
    private static @Nullable Function<String, ?> element(int arrayOid) {
        return switch (arrayOid) {
            case Oid.INT2_ARRAY, Oid.INT4_ARRAY -> Integer::valueOf;
            case Oid.INT8_ARRAY, Oid.OID_ARRAY -> Long::valueOf;
            case Oid.BOOL_ARRAY -> text -> text.startsWith("t");
            case Oid.UUID_ARRAY -> UUID::fromString;
            case Oid.FLOAT4_ARRAY -> Float::valueOf;
            case Oid.FLOAT8_ARRAY -> Double::valueOf;
            case Oid.NUMERIC_ARRAY -> ColumnReader::number;
            case Oid.BYTEA_ARRAY -> text -> HexFormat.of().parseHex(text, 2, text.length());
            case Oid.INTERVAL_ARRAY -> ColumnReader::interval;
            case Oid.DATE_ARRAY -> TimeText::date;
            case Oid.TIMESTAMP_ARRAY -> TimeText::timestamp;
            case Oid.TIMESTAMPTZ_ARRAY -> TimeText::timestampWithZone;
            case Oid.TIME_ARRAY -> TimeText::time;
            case Oid.TIMETZ_ARRAY -> TimeText::timeWithZone;
            case Oid.TEXT_ARRAY,
                    Oid.VARCHAR_ARRAY,
                    Oid.BPCHAR_ARRAY,
                    Oid.NAME_ARRAY,
                    Oid.JSON_ARRAY,
                    Oid.JSONB_ARRAY,
                    Oid.XML_ARRAY,
                    INET_ARRAY,
                    CIDR_ARRAY,
                    MACADDR_ARRAY,
                    INT4RANGE_ARRAY,
                    NUMRANGE_ARRAY,
                    TSRANGE_ARRAY,
                    TSTZRANGE_ARRAY,
                    DATERANGE_ARRAY,
                    INT8RANGE_ARRAY -> text -> text;
            default -> null;
        };
    }

    private static @Nullable Object orNull(ResultSet row, Object value) throws SQLException {
        return row.wasNull() ? null : value;
    }

    private static @Nullable Object fromText(@Nullable String text, Function<String, ?> reader) {
        return text == null ? null : reader.apply(text);
    }

    /** BigDecimal has no NaN and no infinity; numeric has. */
    static Number number(String text) {
        char last = text.charAt(text.length() - 1);
        return Character.isDigit(last) ? new BigDecimal(text) : Double.valueOf(text);
    }

    private static Interval interval(String text) {
        if (SQL_STANDARD_INTERVAL.matcher(text).find()) {
            throw new IllegalArgumentException("PGInterval misreads IntervalStyle sql_standard");
        }
        try {
            PGInterval interval = new PGInterval(text);
            return new Interval(
                    Period.of(interval.getYears(), interval.getMonths(), interval.getDays()),
                    Duration.ofHours(interval.getHours())
                            .plusMinutes(interval.getMinutes())
                            .plusSeconds(interval.getWholeSeconds())
                            .plusNanos(interval.getMicroSeconds() * 1000L));
        } catch (SQLException unreadable) {
            throw new IllegalArgumentException("not an interval", unreadable);
        }
    }
}
