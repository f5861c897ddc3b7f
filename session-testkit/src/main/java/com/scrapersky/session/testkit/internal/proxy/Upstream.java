package com.scrapersky.session.testkit.internal.proxy;

import com.scrapersky.session.testkit.PostgresEndpoint;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** The real server behind the pooler, and how to log in there. */
public record Upstream(String host, int port, String database, String user, String password, ServerTls tls)
        implements PostgresEndpoint {

    private static final int POSTGRESQL_PORT = 5432;

    /** The same server, with TLS if it has it. */
    public static Upstream of(PostgresEndpoint server) {
        if (server instanceof Upstream upstream) {
            return upstream;
        }
        return new Upstream(
                server.host(),
                server.port(),
                server.database(),
                server.user(),
                server.password(),
                ServerTls.preferred());
    }

    /**
     * Reads {@code postgresql://user:password@host:port/database} or {@code jdbc:postgresql://…?user=…&password=…}, with
     * {@code sslmode} and {@code sslrootcert} if need be.
     */
    public static Upstream parse(String url) {
        boolean jdbc = url.startsWith("jdbc:");
        String plain = jdbc ? url.substring("jdbc:".length()) : url;
        URI uri;
        try {
            uri = URI.create(plain);
        } catch (IllegalArgumentException e) {
            // The cause would show the URL, and with it the password.
            throw unreadable("it is not a well-formed URL");
        }
        String scheme = uri.getScheme();
        if (scheme == null || !(scheme.equals("postgresql") || scheme.equals("postgres"))) {
            throw unreadable("it does not begin with postgresql:// or jdbc:postgresql://");
        }
        if (uri.getHost() == null) {
            throw unreadable("it names no host, or more than one");
        }
        Map<String, String> query = query(uri.getRawQuery());
        String userInfo = uri.getRawUserInfo() == null ? "" : uri.getRawUserInfo();
        int colon = userInfo.indexOf(':');
        String user = decode(colon < 0 ? userInfo : userInfo.substring(0, colon));
        String password = colon < 0 ? "" : decode(userInfo.substring(colon + 1));
        user = query.getOrDefault("user", user.isEmpty() ? "postgres" : user);
        password = query.getOrDefault("password", password);
        String path = uri.getPath() == null ? "" : uri.getPath();
        String database = path.length() > 1 ? path.substring(1) : user;
        int port = uri.getPort() < 0 ? POSTGRESQL_PORT : uri.getPort();
        return new Upstream(uri.getHost(), port, database, user, password, ServerTls.of(query, jdbc));
    }

    public Upstream withPassword(String secret) {
        return new Upstream(host, port, database, user, secret, tls);
    }

    /** The host as a certificate names it. */
    String hostName() {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    String hostAndPort() {
        return host + ":" + port;
    }

    @Override
    public String url() {
        return PostgresEndpoint.super.url() + query("?", tls.parameters());
    }

    @Override
    public String jdbcUrl() {
        return PostgresEndpoint.super.jdbcUrl() + query("&", tls.driverProperties());
    }

    @Override
    public Connection connect(Map<String, String> properties) throws SQLException {
        Map<String, String> all = new LinkedHashMap<>(tls.driverProperties());
        all.putAll(properties);
        return PostgresEndpoint.super.connect(all);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(host, port);
    }

    private static String query(String separator, Map<String, String> parameters) {
        StringJoiner query = new StringJoiner("&", separator, "").setEmptyValue("");
        parameters.forEach((name, value) -> query.add(name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8)));
        return query.toString();
    }

    private static Map<String, String> query(@Nullable String raw) {
        Map<String, String> parameters = new LinkedHashMap<>();
        if (raw != null) {
            for (String part : raw.split("&", -1)) {
                // pgjdbc takes a name alone, too.
                int equals = part.indexOf('=') < 0 ? part.length() : part.indexOf('=');
                String value = equals < part.length() ? part.substring(equals + 1) : "";
                parameters.put(decode(part.substring(0, equals)), decode(value));
            }
        }
        return parameters;
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static IllegalArgumentException unreadable(String why) {
        return new IllegalArgumentException(
                "the upstream URL cannot be read: " + why + "; write postgresql://user:password@host:port/database");
    }

    @Override
    public String toString() {
        return "postgresql://" + user + "@" + host + ":" + port + "/" + database;
    }
}
