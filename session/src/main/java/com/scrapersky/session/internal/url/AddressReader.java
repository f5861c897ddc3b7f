package com.scrapersky.session.internal.url;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes addresses of {@code host}, {@code hostaddr} and {@code port} as libpq's {@code pqConnectOptions2} does. */
final class AddressReader {

    private static final String LOCALHOST = "localhost";

    /** None of these is in a host name or an IP address, and each has a meaning in a URL. */
    private static final String NEVER_IN_A_HOST = "/@?#&=<>\"'\\^`{|}[]";

    private AddressReader() {}

    static List<Endpoint> read(GivenParameters given) {
        String host = given.take("host");
        String address = given.take("hostaddr");
        String port = given.take("port");
        List<String> hosts = merged(list(host), list(address), given);
        List<String> ports = list(port);
        if (ports.size() > 1 && ports.size() != hosts.size()) {
            throw new UrlSyntaxException(
                    "There are " + ports.size() + " ports for " + hosts.size() + " hosts.",
                    "Give one port for all hosts or one for each.");
        }
        List<Endpoint> endpoints = new ArrayList<>();
        for (int index = 0; index < hosts.size(); index++) {
            String portText = ports.isEmpty() ? "" : ports.get(ports.size() == 1 ? 0 : index);
            endpoints.add(new Endpoint(checkedHost(hosts.get(index)), portNumber(portText)));
        }
        return List.copyOf(endpoints);
    }

    private static List<String> list(@Nullable String commaSeparated) {
        return commaSeparated == null ? List.of() : List.of(commaSeparated.split(",", -1));
    }

    private static List<String> merged(List<String> hosts, List<String> addresses, GivenParameters given) {
        if (addresses.isEmpty()) {
            return hosts.isEmpty() ? List.of("") : hosts;
        }
        if (!hosts.isEmpty() && hosts.size() != addresses.size()) {
            throw new UrlSyntaxException(
                    "There are " + addresses.size() + " values in hostaddr for " + hosts.size() + " hosts.",
                    "Give one address for each host, or hosts only.");
        }
        if (!hosts.isEmpty() && "verify-full".equals(given.rest().get("sslmode"))) {
            throw new UrlSyntaxException(
                    "pgjdbc cannot connect to hostaddr and check the certificate for host.", "Remove hostaddr.");
        }
        List<String> merged = new ArrayList<>(addresses);
        for (int index = 0; index < merged.size(); index++) {
            if (merged.get(index).isEmpty() && !hosts.isEmpty()) {
                merged.set(index, hosts.get(index));
            }
        }
        return merged;
    }

    static String checkedHost(String host) {
        if (host.isEmpty()) {
            return LOCALHOST;
        }
        // libpq takes a leading slash for a socket directory and a leading at-sign for an abstract socket.
        if (host.startsWith("/") || host.startsWith("@")) {
            throw new UrlSyntaxException(
                    "The host is a Unix-domain socket, and pgjdbc connects by TCP only.",
                    "Name a host, such as localhost, and let the server listen on it.");
        }
        boolean odd = host.codePoints()
                .anyMatch(character -> character <= ' '
                        || character == 0x7f
                        || Character.isWhitespace(character)
                        || NEVER_IN_A_HOST.indexOf(character) >= 0);
        // A percent sign begins the zone of an IPv6 address and nothing else.
        if (odd || (host.indexOf('%') >= 0 && host.indexOf(':') < 0)) {
            throw new UrlSyntaxException(
                    "A host holds a character that no host name and no IP address has.",
                    "Where the host is a piece of the password, percent-encode the password.");
        }
        return host;
    }

    private static int portNumber(String text) {
        if (text.isEmpty()) {
            return Endpoint.DEFAULT_PORT;
        }
        try {
            return checkedPort(Meanings.integer("port", text));
        } catch (UrlSyntaxException notAnInteger) {
            throw notAPort();
        }
    }

    static int checkedPort(int port) {
        if (port < 1 || port > 65535) {
            throw notAPort();
        }
        return port;
    }

    private static UrlSyntaxException notAPort() {
        return new UrlSyntaxException(
                "A port is not a number between 1 and 65535.",
                "If the password holds ':', '/', '?' or '@', percent-encode it.");
    }
}
