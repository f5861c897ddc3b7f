package com.scrapersky.session.internal.guard;

import java.sql.PreparedStatement;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.CachedQuery;
import org.postgresql.core.Field;
import org.postgresql.core.ParameterList;
import org.postgresql.core.Query;
import org.postgresql.core.QueryExecutor;
import org.postgresql.core.ResultCursor;
import org.postgresql.core.ResultHandlerBase;
import org.postgresql.core.Tuple;
import org.postgresql.jdbc.PgResultSetMetaData;

/**
 * Asks what columns a statement would return. The driver's own {@code getMetaData} prepares it under a name whatever its
 * threshold (pgjdbc issue 3896, seen in 42.7.8 to 42.7.14), which then stays at a backend that others use too.
 */
final class UnnamedDescription extends ResultHandlerBase {

    private static final int FLAGS =
            QueryExecutor.QUERY_DESCRIBE_ONLY | QueryExecutor.QUERY_SUPPRESS_BEGIN | QueryExecutor.QUERY_ONESHOT;

    private Field @Nullable [] fields;

    private UnnamedDescription() {}

    static @Nullable ResultSetMetaData of(PreparedStatement statement, BaseConnection connection) throws SQLException {
        if (DriverAccess.query(statement) == null || DriverAccess.parameters(statement) == null) {
            return statement.getMetaData();
        }
        Field[] found = fieldsOf(statement, connection);
        return found == null ? null : new PgResultSetMetaData(connection, found);
    }

    /** The columns; null where there are none, or the driver does not show its query. */
    static Field @Nullable [] fieldsOf(PreparedStatement statement, BaseConnection connection) throws SQLException {
        CachedQuery query = DriverAccess.query(statement);
        ParameterList parameters = DriverAccess.parameters(statement);
        if (query == null || parameters == null) {
            return null;
        }
        UnnamedDescription description = new UnnamedDescription();
        connection.getQueryExecutor().execute(query.query, parameters, description, 0, 0, FLAGS);
        return description.fields;
    }

    @Override
    public void handleResultRows(Query query, Field[] columns, List<Tuple> rows, @Nullable ResultCursor cursor) {
        fields = columns;
    }

    @Override
    public void handleWarning(SQLWarning warning) {
        // A description that arrives with a warning is still one.
    }
}
