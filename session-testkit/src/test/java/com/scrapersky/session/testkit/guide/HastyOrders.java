package com.scrapersky.session.testkit.guide;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import javax.sql.DataSource;

/** The code under test in the guide, as it was: right on a direct connection. */
final class HastyOrders {

    private final DataSource dataSource;

    HastyOrders(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    // guide: hasty
    void add(String tenant, String item) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement choice = connection.prepareStatement("select set_config('app.tenant', ?, false)");
                PreparedStatement insert = connection.prepareStatement("insert into orders (item) values (?)")) {
            choice.setString(1, tenant);
            choice.execute();
            insert.setString(1, item);
            insert.executeUpdate();
        }
    }
    // end
}
