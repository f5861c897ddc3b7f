package com.scrapersky.session.internal.jdbc;

import java.io.IOException;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.Field;
import org.postgresql.core.Oid;
import org.postgresql.jdbc.TimestampUtils;
import org.postgresql.util.ByteConverter;

/**
 * Reads one value from the bytes that the server sent, without the strings that pgjdbc makes on the way: the same value
 * as {@link ColumnReader} reads for its type. Types that are read seldom have none; they go through the driver's ResultSet.
 */
interface TupleReader {

    int UUID_TEXT = 36;

    /** {@code 2026-11-28 12:00:00+00}: what a time with a zone has at the least. */
    int SHORTEST_TIME = 22;

    /** Where the seconds end. */
    int DATE_AND_TIME = 19;

    /** The value of {@code bytes}, which are not those of a null. */
    Object read(byte[] bytes, BaseConnection driver) throws SQLException;

    /** The reader for a column, or null where its type has none. */
    static @Nullable TupleReader of(Field column) {
        return column.getFormat() == Field.BINARY_FORMAT ? binary(column.getOID()) : text(column.getOID());
    }

    private static @Nullable TupleReader binary(int oid) {
        return switch (oid) {
            case Oid.INT2 -> (bytes, driver) -> (int) ByteConverter.int2(bytes, 0);
            case Oid.INT4 -> (bytes, driver) -> ByteConverter.int4(bytes, 0);
            case Oid.INT8 -> (bytes, driver) -> ByteConverter.int8(bytes, 0);
            case Oid.BOOL -> (bytes, driver) -> bytes[0] != 0;
            case Oid.UUID -> (bytes, driver) -> new UUID(ByteConverter.int8(bytes, 0), ByteConverter.int8(bytes, 8));
            case Oid.TIMESTAMPTZ -> (bytes, driver) -> times(driver).toOffsetDateTimeBin(bytes);
            case Oid.TIMESTAMP -> (bytes, driver) -> times(driver).toLocalDateTimeBin(bytes);
            case Oid.DATE -> (bytes, driver) -> times(driver).toLocalDateBin(bytes);
            default -> null;
        };
    }

    private static @Nullable TupleReader text(int oid) {
        return switch (oid) {
            case Oid.INT2, Oid.INT4 -> (bytes, driver) -> (int) integer(bytes);
            case Oid.INT8, Oid.OID -> (bytes, driver) -> integer(bytes);
            case Oid.BOOL -> (bytes, driver) -> bytes[0] == 't';
            case Oid.UUID -> (bytes, driver) -> uuid(bytes);
            case Oid.TIMESTAMPTZ -> TupleReader::time;
            case Oid.TIMESTAMP -> (bytes, driver) -> times(driver).toLocalDateTime(bytes);
            case Oid.DATE -> (bytes, driver) -> times(driver).toLocalDate(bytes);
            case Oid.TEXT, Oid.VARCHAR, Oid.BPCHAR, Oid.NAME, Oid.JSON, Oid.JSONB -> TupleReader::string;
            case Oid.NUMERIC -> (bytes, driver) -> ColumnReader.number(string(bytes, driver));
            default -> null;
        };
    }

    private static String string(byte[] bytes, BaseConnection driver) throws SQLException {
        try {
            return driver.getEncoding().decode(bytes);
        } catch (IOException undecodable) {
            throw new IllegalArgumentException("bytes that are no text in the connection's encoding", undecodable);
        }
    }

    /** The number that {@code digits} write. */
    static long integer(byte[] digits) {
        boolean negative = digits[0] == '-';
        // The least long has no positive counterpart.
        long value = 0;
        for (int i = negative ? 1 : 0; i < digits.length; i++) {
            value = value * 10 - digit(digits, i);
        }
        return negative ? value : -value;
    }

    private static int digit(byte[] bytes, int at) {
        int digit = bytes[at] - '0';
        if (digit < 0 || digit > 9) {
            throw new IllegalArgumentException("not a digit");
        }
        return digit;
    }

    private static UUID uuid(byte[] text) {
        if (text.length != UUID_TEXT) {
            throw new IllegalArgumentException("not a uuid");
        }
        long upper = 0;
        long lower = 0;
        for (int i = 0; i < UUID_TEXT; i++) {
            if (i == 8 || i == 13 || i == 18 || i == 23) {
                continue;
            }
            int nibble = Character.digit(text[i], 16);
            if (nibble < 0) {
                throw new IllegalArgumentException("not a uuid");
            }
            if (i < 18) {
                upper = upper << 4 | nibble;
            } else {
                lower = lower << 4 | nibble;
            }
        }
        return new UUID(upper, lower);
    }

    /** The usual form by itself; years before Christ or of five digits, and infinity, as the driver reads them. */
    private static OffsetDateTime time(byte[] text, BaseConnection driver) throws SQLException {
        if (text.length < SHORTEST_TIME || text[4] != '-' || text[10] != ' ' || text[text.length - 1] == 'C') {
            OffsetDateTime read = times(driver).toOffsetDateTime(text);
            boolean infinite = read.equals(OffsetDateTime.MAX) || read.equals(OffsetDateTime.MIN);
            return infinite ? read : read.withOffsetSameInstant(ZoneOffset.UTC);
        }
        int at = DATE_AND_TIME;
        int nanos = 0;
        if (text[at] == '.') {
            int unit = 100_000_000;
            for (at++; text[at] != '+' && text[at] != '-'; at++) {
                nanos += digit(text, at) * unit;
                unit /= 10;
            }
        }
        boolean west = text[at] == '-';
        int offset = pair(text, at + 1) * 3600;
        if (text.length > at + 3) {
            offset += pair(text, at + 4) * 60;
        }
        if (text.length > at + 6) {
            offset += pair(text, at + 7);
        }
        LocalDateTime local = LocalDateTime.of(
                pair(text, 0) * 100 + pair(text, 2),
                pair(text, 5),
                pair(text, 8),
                pair(text, 11),
                pair(text, 14),
                pair(text, 17),
                nanos);
        return OffsetDateTime.of(offset == 0 ? local : local.plusSeconds(west ? offset : -offset), ZoneOffset.UTC);
    }

    private static int pair(byte[] text, int at) {
        return digit(text, at) * 10 + digit(text, at + 1);
    }

    /** Deprecated for everybody outside of the driver, for want of anything else; what ResultSet reads with. */
    @SuppressWarnings("deprecation")
    static TimestampUtils times(BaseConnection driver) {
        return driver.getTimestampUtils();
    }
}
