package com.scrapersky.session.testkit.guide;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** The code under test in the guide, as it is in the end. */
final class Orders {

    private final DataSource dataSource;

    Orders(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    // guide: fixed
    void add(String tenant, String item) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            choose(tenant, connection);
            try (PreparedStatement insert = connection.prepareStatement("insert into orders (item) values (?)")) {
                insert.setString(1, item);
                insert.executeUpdate();
            }
            connection.commit();
        }
    }

    private static void choose(String tenant, Connection connection) throws SQLException {
        // For this transaction only: true.
        try (PreparedStatement choice = connection.prepareStatement("select set_config('app.tenant', ?, true)")) {
            choice.setString(1, tenant);
            choice.execute();
        }
    }
    // end

    List<String> ofTenant(String tenant) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            choose(tenant, connection);
            List<String> items = new ArrayList<>();
            try (PreparedStatement select = connection.prepareStatement(
                            "select item from orders where tenant = current_setting('app.tenant') order by item");
                    ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    items.add(rows.getString(1));
                }
            }
            connection.commit();
            return items;
        }
    }
}
