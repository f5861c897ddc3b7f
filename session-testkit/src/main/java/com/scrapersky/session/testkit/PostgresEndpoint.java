package com.scrapersky.session.testkit;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;

/**
 * Something that a PostgreSQL client can connect to: a database server or a pooler in front of one.
 *
 * <p>Implementations are safe to use from several threads.
 */
public interface PostgresEndpoint {

    String host();

    int port();

    String user();

    String password();

    String database();

    /** The address as libpq writes it, {@code postgres://user:password@host:port/database}. Contains the password. */
    default String url() {
        return "postgres://" + encoded(user()) + ":" + encoded(password()) + "@" + host() + ":" + port() + "/"
                + encoded(database());
    }

    /** The address for pgjdbc, with user and password. */
    default String jdbcUrl() {
        return "jdbc:postgresql://" + host() + ":" + port() + "/" + encoded(database()) + "?user=" + encoded(user())
                + "&password=" + encoded(password());
    }

    /** A new plain pgjdbc connection with the driver's own defaults, which the caller closes. */
    default Connection connect() throws SQLException {
        return connect(Map.of());
    }

    /** A new plain pgjdbc connection with these connection properties (also another user), which the caller closes. */
    default Connection connect(Map<String, String> properties) throws SQLException {
        Properties all = new Properties();
        all.setProperty("user", user());
        all.setProperty("password", password());
        all.putAll(properties);
        // Without the URL's parameters: in pgjdbc they win over the properties.
        return DriverManager.getConnection(
                "jdbc:postgresql://" + host() + ":" + port() + "/" + encoded(database()), all);
    }

    private static String encoded(String text) {
        // URLEncoder writes the form encoding, where a space is a plus sign.
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
