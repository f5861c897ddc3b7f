package com.scrapersky.session.random;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.Collectors;

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
        return "{" + String.join("", each(rows, most)) + "}";
    }

    /** An UPDATE gives its rows in the order of the table's pages, where two databases differ as they were tidied up. */
    static String keys(ResultSet rows) throws SQLException {
        return "keys {" + each(rows, Integer.MAX_VALUE).stream().sorted().collect(Collectors.joining()) + "}";
    }

    private static List<String> each(ResultSet rows, int most) throws SQLException {
        int columns = rows.getMetaData().getColumnCount();
        List<String> each = new ArrayList<>();
        while (each.size() < most && rows.next()) {
            StringJoiner row = new StringJoiner("|", "[", "]");
            for (int column = 1; column <= columns; column++) {
                row.add(value(rows.getString(column)));
            }
            each.add(row.toString());
        }
        return each;
    }

    static String counts(int[] counts) {
        return "counts " + Arrays.toString(counts);
    }

    private static String value(String value) {
        return value == null ? "null" : value.replace("\n", "\\n");
    }
}
