package com.scrapersky.session.internal.jdbc;

import java.sql.SQLException;
import java.time.DateTimeException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.Tuple;

/** The rows of one result as the server sent them, one after the other. For one thread. */
public final class TupleCursor {

    private final Columns columns;
    private final TupleReader[] readers;
    private final BaseConnection driver;
    private final List<Tuple> rows;
    private int next;
    private Tuple row;

    TupleCursor(Columns columns, TupleReader[] readers, BaseConnection driver, List<Tuple> rows) {
        this.columns = columns;
        this.readers = readers;
        this.driver = driver;
        this.rows = rows;
        this.row = new Tuple(0);
    }

    /** Goes on to the next row; asked for once for each. */
    public void next() {
        row = rows.get(next++);
    }

    byte @Nullable [] bytes(int column) {
        return row.get(column);
    }

    /** The value of a column, counted from 0. */
    @Nullable
    Object value(int column) throws SQLException {
        byte[] bytes = row.get(column);
        if (bytes == null) {
            return null;
        }
        try {
            return readers[column].read(bytes, driver);
        } catch (IllegalArgumentException | DateTimeException unreadable) {
            throw columns.unreadable(column);
        }
    }

    /** The values of the row. */
    @Nullable
    Object[] values() throws SQLException {
        @Nullable Object[] values = new @Nullable Object[readers.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(i);
        }
        return values;
    }
}
