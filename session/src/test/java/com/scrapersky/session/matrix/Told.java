package com.scrapersky.session.matrix;

import java.sql.BatchUpdateException;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.Arrays;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** What a program sees, as text that can be compared. */
final class Told {

    private Told() {}

    /** All results of a statement that has just been executed, in JDBC's order, and its warnings. */
    static String results(Statement statement, boolean isResultSet) throws SQLException {
        StringBuilder told = new StringBuilder();
        boolean rows = isResultSet;
        for (int guard = 0; guard < 50; guard++) {
            if (rows) {
                told.append(rows(statement.getResultSet())).append(' ');
            } else {
                int count = statement.getUpdateCount();
                if (count == -1) {
                    break;
                }
                told.append(count).append(" updated ");
            }
            rows = statement.getMoreResults();
        }
        return told.append(warnings(statement.getWarnings())).toString().strip();
    }

    /** All rows that are left, with the names of their columns; closes the result set. */
    static String rows(ResultSet results) throws SQLException {
        try (results) {
            ResultSetMetaData columns = results.getMetaData();
            StringBuilder told = new StringBuilder("(");
            for (int i = 1; i <= columns.getColumnCount(); i++) {
                told.append(i == 1 ? "" : ", ").append(columns.getColumnLabel(i));
            }
            told.append(')');
            while (results.next()) {
                told.append(" [");
                for (int i = 1; i <= columns.getColumnCount(); i++) {
                    told.append(i == 1 ? "" : ", ").append(results.getString(i));
                }
                told.append(']');
            }
            return told.toString();
        }
    }

    static String warnings(SQLWarning first) {
        StringBuilder told = new StringBuilder();
        for (SQLWarning warning = first; warning != null; warning = warning.getNextWarning()) {
            told.append(" warning ").append(warning.getSQLState()).append(' ').append(warning.getMessage());
        }
        return told.toString();
    }

    static String error(SQLException error) {
        StringBuilder told =
                new StringBuilder(error.getClass().getSimpleName()).append(' ').append(error.getSQLState());
        if (error instanceof BatchUpdateException batch) {
            told.append(' ').append(Arrays.toString(batch.getUpdateCounts()));
        }
        // The driver puts the server's severity in front.
        told.append(' ')
                .append(String.valueOf(error.getMessage())
                        .lines()
                        .findFirst()
                        .orElse("")
                        .replaceFirst("^ERROR: ", ""));
        ServerErrorMessage message = error instanceof PSQLException server ? server.getServerErrorMessage() : null;
        if (message != null && message.getPosition() > 0) {
            told.append(" at ").append(message.getPosition());
        }
        SQLException next = error.getNextException();
        return next == null || next == error
                ? told.toString()
                : told.append("; ").append(error(next)).toString();
    }
}
