package com.scrapersky.session.internal.url;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

/**
 * Reads {@code jdbc:postgresql:} as {@code org.postgresql.Driver.parseURL} of pgjdbc 42.7.14 does: a plus sign is a blank,
 * host names are not decoded, a parameter may lack a value. Unlike pgjdbc, unknown parameters are refused.
 */
final class JdbcUrlParser {

    private final GivenParameters given = new GivenParameters();

    private JdbcUrlParser() {}

    /**
     * @param text what follows the second colon
     */
    static GivenParameters parse(String text) {
        JdbcUrlParser parser = new JdbcUrlParser();
        int question = text.indexOf('?');
        parser.server(question < 0 ? text : text.substring(0, question));
        parser.query(question < 0 ? "" : text.substring(question + 1));
        return parser.given;
    }

    private void server(String server) {
        if (server.indexOf('@') >= 0) {
            throw new UrlSyntaxException(
                    "A jdbc: URL holds an '@': it has no place for user and password in front of the host.",
                    "Give them as ?user=…&password=…, or leave jdbc: away and write postgresql://user:password@host….");
        }
        if (!server.startsWith("//")) {
            if (server.startsWith("/")) {
                throw new UrlSyntaxException(
                        "After jdbc:postgresql: there is a single '/'.", "Write jdbc:postgresql://host:port/database.");
            }
            store("dbname", server);
            return;
        }
        String address = server.substring(2);
        int slash = address.indexOf('/');
        if ((slash < 0 && !address.isEmpty()) || (slash >= 0 && address.indexOf('/', slash + 1) >= 0)) {
            throw new UrlSyntaxException(
                    "A jdbc: URL with a host has exactly one '/' after it.",
                    "Write jdbc:postgresql://host:port/database, with %2F for a '/' in a name.");
        }
        if (slash >= 0) {
            hosts(address.substring(0, slash));
            store("dbname", address.substring(slash + 1));
        }
    }

    private void hosts(String addresses) {
        StringBuilder hosts = new StringBuilder();
        StringBuilder ports = new StringBuilder();
        for (String address : addresses.split(",", -1)) {
            // pgjdbc: the last colon begins the port, unless it stands inside the brackets of an IPv6 address.
            int colon = address.lastIndexOf(':');
            boolean hasPort = colon > address.lastIndexOf(']');
            if (hasPort && colon == address.length() - 1) {
                throw new UrlSyntaxException("A host is followed by ':' but by no port.", null);
            }
            String host = hasPort ? address.substring(0, colon) : address;
            hosts.append(hosts.isEmpty() && ports.isEmpty() ? "" : ",").append(withoutBrackets(host));
            ports.append(ports.isEmpty() ? "" : ",")
                    .append(hasPort ? address.substring(colon + 1) : Endpoint.DEFAULT_PORT);
        }
        given.put("host", hosts.toString(), 0);
        given.put("port", ports.toString(), 0);
    }

    private static String withoutBrackets(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    private void query(String query) {
        int number = 0;
        for (String parameter : query.split("&", -1)) {
            if (parameter.isEmpty()) {
                continue;
            }
            number++;
            int equals = parameter.indexOf('=');
            String name = equals < 0 ? parameter : parameter.substring(0, equals);
            String value = equals < 0 ? "" : decoded(parameter.substring(equals + 1));
            given.putJdbc(name, value, number);
        }
        given.settleJdbc();
    }

    private void store(String name, String encoded) {
        if (!encoded.isEmpty()) {
            given.put(name, decoded(encoded), 0);
        }
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            // Not kept as the cause: its message repeats a piece of the text.
            throw new UrlSyntaxException(
                    "A percent sign is not followed by two hexadecimal digits.", "Write a percent sign itself as %25.");
        }
    }
}
