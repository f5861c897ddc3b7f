package com.scrapersky.benchmarks.guard;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import javax.sql.DataSource;

/** The unit of what is measured: borrow, prepare, bind, execute, read one row, close all. */
final class OneRow {

    private OneRow() {}

    static String read(DataSource pool, String sql, int id) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            return read(connection, sql, id);
        }
    }

    static String read(Connection connection, String sql, int id) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, id);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                String name = rows.getString(2);
                return rows.next() ? "more than one row" : name;
            }
        }
    }
}
