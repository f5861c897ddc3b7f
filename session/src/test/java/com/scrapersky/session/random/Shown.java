package com.scrapersky.session.random;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;

/** What a program sees, as text. */
final class Shown {

    private Shown() {}

    /** Every result of a statement that was executed, the generated keys for its own. */
    static String results(Statement statement, boolean first) throws SQLException {
        StringBuilder text = new StringBuilder();
        boolean isRows = first;
        while (true) {
            if (isRows) {
                try (ResultSet rows = statement.getResultSet()) {
                    text.append(text.isEmpty() ? "" : ", ").append(rows(rows));
                }
            } else {
                int count = statement.getUpdateCount();
                if (count == -1) {
                    return text.toString();
                }
                text.append(text.isEmpty() ? "" : ", ").append(count);
            }
            isRows = statement.getMoreResults();
        }
    }

    static String rows(ResultSet rows) throws SQLException {
        return rows(rows, Integer.MAX_VALUE);
    }

    static String rows(ResultSet rows, int most) throws SQLException {
        int columns = rows.getMetaData().getColumnCount();
        StringBuilder text = new StringBuilder("{");
        for (int row = 0; row < most && rows.next(); row++) {
            text.append('[');
            for (int column = 1; column <= columns; column++) {
                text.append(column == 1 ? "" : "|").append(value(rows.getString(column)));
            }
            text.append(']');
        }
        return text.append('}').toString();
    }

    static String counts(int[] counts) {
        return "counts " + Arrays.toString(counts);
    }

    private static String value(String value) {
        return value == null ? "null" : value.replace("\n", "\\n");
    }
}
