package com.scrapersky.session.internal.guard;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.Field;
import org.postgresql.core.Query;
import org.postgresql.core.ResultCursor;
import org.postgresql.core.Tuple;
import org.postgresql.jdbc.PgStatement;

/** Rows as the server sent them. */
public final class ArrivedRows {

    private final BaseConnection driver;
    private final Query query;
    private final Field[] fields;
    private final List<Tuple> tuples;
    private final @Nullable ResultCursor cursor;

    ArrivedRows(BaseConnection driver, Query query, Field[] fields, List<Tuple> tuples, @Nullable ResultCursor cursor) {
        this.driver = driver;
        this.query = query;
        this.fields = fields;
        this.tuples = tuples;
        this.cursor = cursor;
    }

    /** The driver's connection, which knows how to read them. */
    public BaseConnection driver() {
        return driver;
    }

    /** What describes the columns. */
    public Field[] fields() {
        return fields;
    }

    /** The rows. */
    public List<Tuple> tuples() {
        return tuples;
    }

    /** The rows as the driver would have given them, whose statement ends with them. */
    @SuppressWarnings("resource") // closed on completion
    public ResultSet resultSet() throws SQLException {
        PgStatement statement = driver.createStatement().unwrap(PgStatement.class);
        statement.closeOnCompletion();
        return statement.createResultSet(query, fields, tuples, cursor);
    }
}
