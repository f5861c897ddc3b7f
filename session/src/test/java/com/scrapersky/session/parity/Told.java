package com.scrapersky.session.parity;

import java.io.InputStream;
import java.io.Reader;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.sql.Array;
import java.sql.BatchUpdateException;
import java.sql.Blob;
import java.sql.CallableStatement;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLWarning;
import java.sql.SQLXML;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.postgresql.copy.CopyManager;
import org.postgresql.fastpath.Fastpath;
import org.postgresql.largeobject.LargeObjectManager;
import org.postgresql.replication.PGReplicationConnection;

/** What a call came to, as text that is the same wherever the program cannot tell a difference. */
@SuppressWarnings("deprecation")
final class Told {

    private static final int MOST_ROWS = 40;

    private Told() {}

    static String of(Object subject, Method method, Object[] arguments, Connection connection) {
        try {
            return "gives " + value(method.invoke(subject, arguments), subject, connection);
        } catch (InvocationTargetException thrown) {
            return failure(thrown.getCause());
        } catch (Exception failed) {
            return failure(failed);
        }
    }

    static String failure(Throwable thrown) {
        String kind = thrown instanceof SQLFeatureNotSupportedException
                ? "SQLFeatureNotSupportedException"
                : thrown instanceof SQLClientInfoException
                        ? "SQLClientInfoException"
                        : thrown instanceof BatchUpdateException
                                ? "BatchUpdateException"
                                : thrown instanceof SQLException
                                        ? "SQLException"
                                        : thrown.getClass().getName();
        String state = thrown instanceof SQLException error ? " " + error.getSQLState() : "";
        return "throws " + kind + state + ": " + thrown.getMessage();
    }

    static String value(Object value, Object subject, Connection connection) throws Exception {
        if (value instanceof ResultSet rows) {
            return rows(rows, subject, connection);
        } else if (value instanceof Connection other) {
            return other == connection ? "its connection" : "another connection";
        } else if (value instanceof Statement statement) {
            return statement == subject ? "itself" : statement(statement, connection);
        } else if (value instanceof Array array) {
            return "array " + array + " of " + array.getBaseTypeName();
        } else if (value instanceof CopyManager
                || value instanceof LargeObjectManager
                || value instanceof Fastpath
                || value instanceof PGReplicationConnection) {
            return "an interface of the driver";
        } else if (value instanceof Blob || value instanceof Clob) {
            return "a large object";
        } else if (value instanceof SQLXML xml) {
            return "xml " + (xml.toString() == null);
        } else if (value instanceof Savepoint) {
            return "a savepoint";
        } else if (value instanceof ResultSetMetaData columns) {
            return columns(columns);
        } else if (value instanceof ParameterMetaData parameters) {
            return parameters(parameters);
        } else if (value instanceof DatabaseMetaData metaData) {
            return "metadata of " + value(metaData.getConnection(), subject, connection);
        } else if (value instanceof Properties properties) {
            return new TreeMap<>(properties).toString();
        } else if (value instanceof Map<?, ?> map) {
            return new TreeMap<>(map).toString();
        } else if (value instanceof SQLWarning warning) {
            return "warning " + warning.getSQLState();
        } else if (value instanceof InputStream stream) {
            return Arrays.toString(stream.readAllBytes());
        } else if (value instanceof Reader reader) {
            StringBuilder text = new StringBuilder();
            for (int c = reader.read(); c >= 0; c = reader.read()) {
                text.append((char) c);
            }
            return text.toString();
        }
        String text = Arrays.deepToString(new Object[] {value});
        return text.substring(1, text.length() - 1);
    }

    private static String statement(Statement statement, Connection connection) throws SQLException {
        String kind = statement instanceof CallableStatement
                ? "call"
                : statement instanceof PreparedStatement ? "prepared statement" : "statement";
        return kind + " of " + (statement.getConnection() == connection ? "its connection" : "another connection") + " "
                + statement.getResultSetType() + " " + statement.getResultSetConcurrency() + " "
                + statement.getResultSetHoldability() + " " + statement.getFetchSize();
    }

    private static String rows(ResultSet rows, Object subject, Connection connection) throws Exception {
        StringBuilder told = new StringBuilder("rows ");
        Statement of = rows.getStatement();
        told.append(of == null ? "of nobody" : of == subject ? "of itself" : "of a " + statement(of, connection));
        ResultSetMetaData columns = rows.getMetaData();
        told.append(' ').append(columns(columns));
        int count = 0;
        for (; rows.next() && count < MOST_ROWS; count++) {
            for (int column = 1; column <= columns.getColumnCount(); column++) {
                told.append(rows.getString(column)).append('|');
            }
        }
        return told.append(count).toString();
    }

    private static String columns(ResultSetMetaData columns) throws SQLException {
        StringBuilder told = new StringBuilder("(");
        for (int column = 1; column <= columns.getColumnCount(); column++) {
            told.append(columns.getColumnLabel(column))
                    .append(' ')
                    .append(columns.getColumnTypeName(column))
                    .append(' ')
                    .append(columns.getColumnClassName(column))
                    .append(", ");
        }
        return told.append(')').toString();
    }

    private static String parameters(ParameterMetaData parameters) throws SQLException {
        StringBuilder told = new StringBuilder("(");
        for (int parameter = 1; parameter <= parameters.getParameterCount(); parameter++) {
            told.append(parameters.getParameterTypeName(parameter)).append(", ");
        }
        return told.append(')').toString();
    }
}
