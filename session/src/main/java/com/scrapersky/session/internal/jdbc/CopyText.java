package com.scrapersky.session.internal.jdbc;

import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.SQLException;
import java.sql.SQLXML;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PGobject;

/** Rows in COPY's text format with its defaults: tabs between the columns, {@code \N} for null (manual, COPY, "Text Format"). */
public final class CopyText {

    private static final char COLUMN = '\t';
    private static final char ROW = '\n';
    private static final String NULL = "\\N";

    private CopyText() {}

    /** Appends one row of the Java values that {@link ParameterBinder} knows. */
    public static void append(StringBuilder text, List<? extends @Nullable Object> row)
            throws SQLException, UnsupportedValueException {
        for (int i = 0; i < row.size(); i++) {
            if (i > 0) {
                text.append(COLUMN);
            }
            Object value = row.get(i);
            if (value == null) {
                text.append(NULL);
            } else {
                escape(text, of(value));
            }
        }
        text.append(ROW);
    }

    private static String of(Object value) throws SQLException, UnsupportedValueException {
        if (value instanceof String text) {
            return text;
        }
        boolean isArray = value.getClass().isArray() && !(value instanceof byte[]);
        if (isArray || value instanceof Collection<?>) {
            return ArrayBinder.literal(value);
        }
        return value instanceof java.util.Date
                        || value instanceof PGobject
                        || value instanceof Array
                        || value instanceof SQLXML
                ? ofJdbc(value)
                : ArrayBinder.elementText(value);
    }

    private static String ofJdbc(Object value) throws SQLException {
        if (value instanceof java.sql.Date date) {
            return TimeText.of(date.toLocalDate());
        } else if (value instanceof java.sql.Time time) {
            return time.toLocalTime().toString();
        } else if (value instanceof java.sql.Timestamp time) {
            // As the driver binds it: a timestamp column takes the local time, timestamptz the offset, too.
            return TimeText.of(OffsetDateTime.ofInstant(time.toInstant(), ZoneId.systemDefault()));
        } else if (value instanceof java.util.Date date) {
            return TimeText.of(date.toInstant().atOffset(ZoneOffset.UTC));
        } else if (value instanceof SQLXML xml) {
            return xml.getString();
        }
        return String.valueOf(value);
    }

    private static void escape(StringBuilder text, String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '\\' -> text.append("\\\\");
                case '\t' -> text.append("\\t");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                default -> text.append(c);
            }
        }
    }

    /** The columns of a row that the server sent. */
    public static List<@Nullable String> columns(byte[] row) {
        String line = new String(row, StandardCharsets.UTF_8);
        List<@Nullable String> columns = new ArrayList<>();
        int end = line.endsWith("\n") ? line.length() - 1 : line.length();
        int start = 0;
        while (start <= end) {
            int tab = line.indexOf(COLUMN, start);
            int stop = tab < 0 ? end : tab;
            columns.add(column(line, start, stop));
            start = stop + 1;
        }
        return Collections.unmodifiableList(columns);
    }

    private static @Nullable String column(String line, int start, int end) {
        if (line.indexOf('\\', start) < 0 || line.indexOf('\\', start) >= end) {
            return line.substring(start, end);
        }
        if (end - start == 2 && line.startsWith(NULL, start)) {
            return null;
        }
        StringBuilder value = new StringBuilder(end - start);
        for (int i = start; i < end; i++) {
            char c = line.charAt(i);
            value.append(c == '\\' ? unescape(line.charAt(++i)) : c);
        }
        return value.toString();
    }

    /** What the server writes with a backslash; everything else it writes as it is. */
    private static char unescape(char c) {
        return switch (c) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'v' -> 0x0B;
            default -> c;
        };
    }
}
