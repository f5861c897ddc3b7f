package com.scrapersky.session.internal.url;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads {@code postgresql://user:password@host:port,host:port/database?name=value} as libpq's
 * {@code conninfo_uri_parse_options} does (libpq 18; the tests ask libpq itself).
 *
 * <p>Stricter than libpq in one point: an at-sign that is not percent-encoded after the user information is refused. libpq
 * takes it for a part of the host or the database, but what was meant is always a password with an at-sign or a slash in
 * it, and its pieces would then be shown wherever hosts and databases are shown.
 */
final class UriParser {

    private static final String ENCODE_PASSWORD =
            "Percent-encode the password: '@' as %40, ':' as %3A, '/' as %2F, '?' as %3F, '%' as %25.";

    private final String text;
    private final GivenParameters given = new GivenParameters();
    private int position;

    private UriParser(String text) {
        this.text = text;
    }

    /**
     * @param text what follows the two slashes
     */
    static GivenParameters parse(String text) {
        UriParser parser = new UriParser(text);
        parser.userInformation();
        parser.hosts();
        parser.database();
        parser.query();
        return parser.given;
    }

    private void userInformation() {
        int end = firstOf("@/", 0);
        if (end == text.length() || text.charAt(end) == '/') {
            return;
        }
        String information = text.substring(0, end);
        int colon = information.indexOf(':');
        if (colon < 0) {
            store("user", information);
        } else {
            store("user", information.substring(0, colon));
            store("password", information.substring(colon + 1));
        }
        position = end + 1;
    }

    private void hosts() {
        List<String> hosts = new ArrayList<>();
        List<String> ports = new ArrayList<>();
        while (true) {
            hosts.add(host());
            ports.add(port());
            if (position == text.length() || text.charAt(position) != ',') {
                break;
            }
            position++;
        }
        String allHosts = String.join(",", hosts);
        if (allHosts.indexOf('@') >= 0) {
            throw new UrlSyntaxException(
                    "The host part holds an '@', so where it begins is not certain.", ENCODE_PASSWORD);
        }
        store("host", allHosts);
        store("port", String.join(",", ports));
    }

    private String host() {
        if (position < text.length() && text.charAt(position) == '[') {
            return bracketedHost();
        }
        int end = firstOf(":/?,", position);
        String host = text.substring(position, end);
        position = end;
        return host;
    }

    private String bracketedHost() {
        int end = text.indexOf(']', position);
        if (end < 0) {
            throw new UrlSyntaxException(
                    "An IPv6 address begins with '[' but there is no ']'.", "Write it as [2001:db8::1]:5432.");
        }
        if (end == position + 1) {
            throw new UrlSyntaxException("The IPv6 address in brackets is empty.", "Write it as [2001:db8::1]:5432.");
        }
        String host = text.substring(position + 1, end);
        position = end + 1;
        if (position < text.length() && ":/?,".indexOf(text.charAt(position)) < 0) {
            throw new UrlSyntaxException(
                    "After the ']' of an IPv6 address only ':', '/', '?' or ',' may follow.",
                    "Write it as [2001:db8::1]:5432.");
        }
        return host;
    }

    private String port() {
        if (position == text.length() || text.charAt(position) != ':') {
            return "";
        }
        int end = firstOf("/?,", position + 1);
        String port = text.substring(position + 1, end);
        position = end;
        return port;
    }

    private void database() {
        if (position == text.length() || text.charAt(position) != '/') {
            return;
        }
        int end = firstOf("?", position + 1);
        String database = text.substring(position + 1, end);
        if (database.indexOf('@') >= 0) {
            throw new UrlSyntaxException(
                    "After the first '/' there is an '@': either the password holds a '/' or the database an '@'.",
                    ENCODE_PASSWORD);
        }
        store("dbname", database);
        position = end;
    }

    private void query() {
        if (position == text.length()) {
            return;
        }
        String query = text.substring(position + 1);
        int number = 0;
        // libpq stops at the end of the text, so one trailing '&' is fine and an empty parameter before it is not.
        while (!query.isEmpty()) {
            number++;
            int end = query.indexOf('&');
            String parameter = end < 0 ? query : query.substring(0, end);
            query = end < 0 ? "" : query.substring(end + 1);
            int equals = parameter.indexOf('=');
            if (equals < 0 || parameter.indexOf('=', equals + 1) >= 0) {
                throw new UrlSyntaxException(
                        "Parameter number " + number + " of the query is not of the form name=value.",
                        "Percent-encode '&' as %26 and '=' as %3D inside a value.");
            }
            String name = PercentCode.decode(parameter.substring(0, equals), "a parameter's name");
            given.putQuery(name, PercentCode.decode(parameter.substring(equals + 1), "a parameter's value"), number);
        }
    }

    private void store(String name, String encoded) {
        if (!encoded.isEmpty()) {
            given.put(name, PercentCode.decode(encoded, "the " + name), 0);
        }
    }

    private int firstOf(String characters, int from) {
        int end = from;
        while (end < text.length() && characters.indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return end;
    }
}
