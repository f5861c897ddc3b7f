package com.scrapersky.session.internal.jdbc;

import com.scrapersky.session.internal.sql.Placeholder.Surroundings;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.Oid;
import org.postgresql.core.ParameterList;
import org.postgresql.util.ByteConverter;

/**
 * Binds the values that most statements have to the driver's own list, as {@link ParameterBinder} binds them to a
 * PreparedStatement: what its setters do with them (pgjdbc 42.7.14, {@code PgPreparedStatement}) is done here.
 */
public final class DirectBinder {

    private DirectBinder() {}

    /**
     * Binds {@code value} to placeholder {@code index}, counted from 1.
     *
     * @return whether the value is one of those; where not, nothing is bound
     */
    public static boolean bind(
            BaseConnection driver, ParameterList list, int index, @Nullable Object value, Surroundings surroundings)
            throws SQLException {
        if (value == null) {
            list.setNull(index, textType(driver, surroundings));
        } else if (value instanceof String text) {
            list.setStringParameter(index, text, textType(driver, surroundings));
        } else if (value instanceof Integer number) {
            bindInteger(driver, list, index, number);
        } else if (value instanceof Long number) {
            bindLong(driver, list, index, number);
        } else if (value instanceof UUID uuid) {
            bindUuid(driver, list, index, uuid);
        } else if (value instanceof Boolean flag) {
            list.setLiteralParameter(index, flag ? "TRUE" : "FALSE", Oid.BOOL);
        } else if (value instanceof Enum<?> constant) {
            list.setStringParameter(index, constant.name(), textType(driver, surroundings));
        } else if (value instanceof OffsetDateTime time) {
            list.setStringParameter(index, TupleReader.times(driver).toString(time), Oid.TIMESTAMPTZ);
        } else if (value instanceof Instant instant) {
            return bind(driver, list, index, instant.atOffset(ZoneOffset.UTC), surroundings);
        } else {
            return false;
        }
        return true;
    }

    private static int textType(BaseConnection driver, Surroundings surroundings) {
        boolean typed = surroundings == Surroundings.ARGUMENT_OF_ANY_TYPE && driver.getStringVarcharFlag();
        return typed ? Oid.VARCHAR : Oid.UNSPECIFIED;
    }

    private static void bindInteger(BaseConnection driver, ParameterList list, int index, int number)
            throws SQLException {
        if (driver.binaryTransferSend(Oid.INT4)) {
            byte[] bytes = new byte[Integer.BYTES];
            ByteConverter.int4(bytes, 0, number);
            list.setBinaryParameter(index, bytes, Oid.INT4);
        } else {
            list.setLiteralParameter(index, Integer.toString(number), Oid.INT4);
        }
    }

    private static void bindLong(BaseConnection driver, ParameterList list, int index, long number)
            throws SQLException {
        if (driver.binaryTransferSend(Oid.INT8)) {
            byte[] bytes = new byte[Long.BYTES];
            ByteConverter.int8(bytes, 0, number);
            list.setBinaryParameter(index, bytes, Oid.INT8);
        } else {
            list.setLiteralParameter(index, Long.toString(number), Oid.INT8);
        }
    }

    private static void bindUuid(BaseConnection driver, ParameterList list, int index, UUID uuid) throws SQLException {
        if (driver.binaryTransferSend(Oid.UUID)) {
            byte[] bytes = new byte[2 * Long.BYTES];
            ByteConverter.int8(bytes, 0, uuid.getMostSignificantBits());
            ByteConverter.int8(bytes, Long.BYTES, uuid.getLeastSignificantBits());
            list.setBinaryParameter(index, bytes, Oid.UUID);
        } else {
            list.setLiteralParameter(index, uuid.toString(), Oid.UUID);
        }
    }
}
