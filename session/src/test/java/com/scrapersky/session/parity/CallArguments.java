package com.scrapersky.session.parity;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.Date;
import java.sql.JDBCType;
import java.sql.NClob;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLType;
import java.sql.SQLXML;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.GregorianCalendar;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TimeZone;
import java.util.concurrent.Executor;
import org.postgresql.jdbc.AutoSave;

/** What methods are called with: by their types, and where a type says too little by the method's name. */
final class CallArguments {

    private static final String INSERT = "insert into parity (name) values ('new')";

    private CallArguments() {}

    /** Several sets where the first argument chooses a column: each of them, and two that there are not. */
    static List<List<Object>> choices(Method method) {
        Class<?>[] types = method.getParameterTypes();
        boolean ofRows = method.getDeclaringClass() == ResultSet.class && types.length > 0;
        List<List<Object>> choices = new ArrayList<>();
        if (ofRows && types[0] == int.class && takesColumn(method)) {
            for (int column = 0; column <= Side.COLUMNS.size() + 1; column++) {
                choices.add(List.of(column));
            }
        } else if (ofRows && types[0] == String.class) {
            Side.COLUMNS.forEach(column -> choices.add(List.of(column)));
            choices.add(List.of("nowhere"));
        } else {
            choices.add(List.of());
        }
        return choices;
    }

    private static boolean takesColumn(Method method) {
        return method.getName().startsWith("get") || method.getName().startsWith("update");
    }

    /** All arguments, of which {@code chosen} are the first. Objects of the driver come from the connection of their side. */
    static Object[] of(Method method, List<Object> chosen, Connection connection) throws SQLException {
        Class<?>[] types = method.getParameterTypes();
        Object[] arguments = new Object[types.length];
        for (int i = 0; i < types.length; i++) {
            arguments[i] = i < chosen.size() ? chosen.get(i) : of(method, types[i], i, connection);
        }
        return arguments;
    }

    private static Object of(Method method, Class<?> type, int place, Connection connection) throws SQLException {
        if (type == int.class) {
            return number(method, place);
        } else if (type == String.class) {
            return text(method, place);
        } else if (type == boolean.class) {
            return !method.getName().equals("setAutoCommit");
        } else if (type == long.class) {
            return method.getName().contains("Large") ? 10L : 3L;
        } else if (type == byte.class) {
            return (byte) 7;
        } else if (type == short.class) {
            return (short) 7;
        } else if (type == float.class) {
            return 1.5f;
        } else if (type == double.class) {
            return 1.5d;
        } else if (type == Object.class) {
            return method.getName().equals("createArrayOf") ? new Integer[] {1, 2} : 42;
        } else if (type == Object[].class) {
            return new Integer[] {1, 2};
        } else if (type == Class.class) {
            return String.class;
        } else if (type == int[].class) {
            return new int[] {1};
        } else if (type == String[].class) {
            return new String[] {method.getDeclaringClass() == DatabaseMetaData.class ? "TABLE" : "id"};
        }
        return object(type, connection);
    }

    private static Object object(Class<?> type, Connection connection) throws SQLException {
        Timestamp at = Timestamp.valueOf(LocalDateTime.of(2026, 5, 4, 3, 2, 1));
        if (type == BigDecimal.class) {
            return new BigDecimal("1.50");
        } else if (type == byte[].class) {
            return new byte[] {1, 2};
        } else if (type == Date.class) {
            return new Date(at.getTime());
        } else if (type == Time.class) {
            return new Time(at.getTime());
        } else if (type == Timestamp.class) {
            return at;
        } else if (type == Calendar.class) {
            return new GregorianCalendar(TimeZone.getTimeZone("UTC"));
        } else if (type == InputStream.class) {
            return new ByteArrayInputStream("abc".getBytes(StandardCharsets.US_ASCII));
        } else if (type == Reader.class) {
            return new StringReader("abc");
        } else if (type == Map.class) {
            return Map.of();
        } else if (type == Properties.class) {
            Properties properties = new Properties();
            properties.setProperty("ApplicationName", "parity");
            return properties;
        } else if (type == Executor.class) {
            return (Executor) Runnable::run;
        } else if (type == SQLType.class) {
            return JDBCType.INTEGER;
        } else if (type == Savepoint.class) {
            return connection.isClosed() || connection.getAutoCommit() ? null : connection.setSavepoint("parity");
        } else if (type == char[].class) {
            return "new password".toCharArray();
        } else if (type == AutoSave.class) {
            return AutoSave.CONSERVATIVE;
        } else if (type == Array.class) {
            return connection.isClosed() ? null : connection.createArrayOf("int4", new Integer[] {1, 2});
        } else if (type == SQLXML.class) {
            return xml(connection);
        } else if (type == Blob.class || type == Clob.class || type == NClob.class) {
            // pgjdbc makes none: they are read from a column.
            return null;
        }
        // Ref, RowId, ShardingKey: PostgreSQL has none.
        return null;
    }

    private static SQLXML xml(Connection connection) throws SQLException {
        if (connection.isClosed()) {
            return null;
        }
        SQLXML xml = connection.createSQLXML();
        xml.setString("<a/>");
        return xml;
    }

    private static int number(Method method, int place) {
        return switch (method.getName()) {
            case "setTransactionIsolation" -> Connection.TRANSACTION_SERIALIZABLE;
            case "setHoldability" -> ResultSet.CLOSE_CURSORS_AT_COMMIT;
            case "setFetchDirection" -> ResultSet.FETCH_FORWARD;
            case "setNetworkTimeout" -> 5_000;
            case "createStatement" -> resultSet(place);
            case "prepareStatement", "prepareCall" ->
                method.getParameterCount() == 2 ? Statement.RETURN_GENERATED_KEYS : resultSet(place - 1);
            case "supportsResultSetType", "supportsResultSetConcurrency" -> resultSet(place);
            default -> method.getDeclaringClass() == PreparedStatement.class || place == 0 ? 1 : 4;
        };
    }

    private static int resultSet(int place) {
        return new int[] {
                    ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_READ_ONLY, ResultSet.CLOSE_CURSORS_AT_COMMIT
                }
                [place];
    }

    private static String text(Method method, int place) {
        if (method.getDeclaringClass() == DatabaseMetaData.class) {
            return place == 3 && method.getParameterCount() == 4
                    ? "%"
                    : new String[] {null, "public", "parity"}[place % 3];
        }
        return switch (method.getName()) {
            case "executeQuery" -> Side.ROWS;
            case "execute", "executeUpdate", "executeLargeUpdate", "addBatch", "prepareStatement", "nativeSQL" ->
                INSERT;
            case "prepareCall" -> "{? = call parity_call(?)}";
            case "setSchema" -> "public";
            case "setClientInfo", "getClientInfo" -> place == 0 ? "ApplicationName" : "parity";
            case "createArrayOf" -> "int4";
            default -> "text";
        };
    }
}
