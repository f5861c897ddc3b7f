package com.scrapersky.session.internal.jdbc;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.Oid;
import org.postgresql.util.ByteConverter;

/**
 * Makes records of what the server sent: each component is read by a handle of its own in front of the constructor's, so that
 * numbers are not boxed and no array is made. Put together once for a record and a layout.
 */
final class RecordFactory {

    private static final MethodType READS_INT = MethodType.methodType(int.class, TupleCursor.class);
    private static final MethodType READS_LONG = MethodType.methodType(long.class, TupleCursor.class);
    private static final MethodType READS_BOOLEAN = MethodType.methodType(boolean.class, TupleCursor.class);
    private static final MethodType READS_OBJECT = MethodType.methodType(Object.class, TupleCursor.class);

    private final MethodHandle maker;

    private RecordFactory(MethodHandle maker) {
        this.maker = maker;
    }

    /**
     * @param constructor with a parameter for each component
     * @param components how each is converted
     * @param columns the column of each
     * @param keys of the columns: see {@link Columns#key}
     */
    static RecordFactory of(MethodHandle constructor, Component[] components, int[] columns, int[] keys) {
        MethodHandle[] readers = new MethodHandle[components.length];
        for (int i = 0; i < readers.length; i++) {
            Class<?> type = constructor.type().parameterType(i);
            readers[i] = reader(new Slot(components[i], columns[i], keys[columns[i]]), type);
        }
        MethodHandle reading = MethodHandles.filterArguments(constructor, 0, readers);
        MethodType ofCursor = MethodType.methodType(constructor.type().returnType(), TupleCursor.class);
        return new RecordFactory(MethodHandles.permuteArguments(reading, ofCursor, new int[readers.length])
                .asType(READS_OBJECT));
    }

    private static MethodHandle reader(Slot slot, Class<?> type) {
        boolean integer = slot.isOf(Oid.INT4) || slot.isOf(Oid.INT2);
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            if (type == int.class && integer) {
                return lookup.bind(slot, "readInt", READS_INT);
            } else if (type == long.class && (integer || slot.isOf(Oid.INT8))) {
                return lookup.bind(slot, "readLong", READS_LONG);
            } else if (type == boolean.class && slot.isOf(Oid.BOOL)) {
                return lookup.bind(slot, "readBoolean", READS_BOOLEAN);
            }
            return lookup.bind(slot, "read", READS_OBJECT).asType(MethodType.methodType(type, TupleCursor.class));
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The record of the current row. */
    Object make(TupleCursor row) throws SQLException {
        try {
            return (Object) maker.invokeExact(row);
        } catch (RuntimeException | Error | SQLException thrown) {
            throw thrown;
        } catch (Throwable thrownByUser) {
            throw new MappingException("the constructor failed", thrownByUser);
        }
    }

    /** Turns what a column holds into what a component takes. */
    @FunctionalInterface
    interface Component {
        @Nullable
        Object convert(@Nullable Object value);
    }

    /** Where one component comes from. */
    @SuppressWarnings("UnusedMethod") // They are called through handles.
    private static final class Slot {

        private final Component component;
        private final int column;
        private final boolean binary;
        private final int type;

        Slot(Component component, int column, int key) {
            this.component = component;
            this.column = column;
            this.binary = key < 0;
            this.type = key < 0 ? ~key : key;
        }

        boolean isOf(int oid) {
            return type == oid;
        }

        int readInt(TupleCursor row) {
            return (int) readLong(row);
        }

        long readLong(TupleCursor row) {
            byte[] bytes = present(row);
            if (!binary) {
                return TupleReader.integer(bytes);
            }
            return switch (type) {
                case Oid.INT2 -> ByteConverter.int2(bytes, 0);
                case Oid.INT4 -> ByteConverter.int4(bytes, 0);
                default -> ByteConverter.int8(bytes, 0);
            };
        }

        boolean readBoolean(TupleCursor row) {
            byte[] bytes = present(row);
            return binary ? bytes[0] != 0 : bytes[0] == 't';
        }

        @Nullable
        Object read(TupleCursor row) throws SQLException {
            return component.convert(row.value(column));
        }

        private byte[] present(TupleCursor row) {
            byte[] bytes = row.bytes(column);
            if (bytes == null) {
                // Says that it cannot be null.
                component.convert(null);
                throw new IllegalStateException("a primitive component took a null");
            }
            return bytes;
        }
    }
}
