package com.scrapersky.session.testkit.internal.proxy;

import com.scrapersky.session.testkit.PostgresEndpoint;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The real server behind the pooler, and how to log in there. */
public record Upstream(String host, int port, String database, String user, String password)
        implements PostgresEndpoint {

    private static final int POSTGRESQL_PORT = 5432;

    /** Reads {@code postgresql://user:password@host:port/database} or {@code jdbc:postgresql://…?user=…&password=…}. */
    public static Upstream parse(String url) {
        String plain = url.startsWith("jdbc:") ? url.substring("jdbc:".length()) : url;
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
        return new Upstream(uri.getHost(), port, database, user, password);
    }

    public Upstream withPassword(String secret) {
        return new Upstream(host, port, database, user, secret);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(host, port);
    }

    private static Map<String, String> query(@Nullable String raw) {
        Map<String, String> parameters = new LinkedHashMap<>();
        if (raw != null) {
            for (String part : raw.split("&", -1)) {
                int equals = part.indexOf('=');
                if (equals > 0) {
                    parameters.put(decode(part.substring(0, equals)), decode(part.substring(equals + 1)));
                }
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
