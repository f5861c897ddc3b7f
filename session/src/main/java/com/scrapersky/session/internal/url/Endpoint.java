package com.scrapersky.session.internal.url;

/** One address of a server: a host name or an IP address (IPv6 without brackets), and a port. */
public record Endpoint(String host, int port) {

    /** libpq's and PostgreSQL's port. */
    public static final int DEFAULT_PORT = 5432;

    /** Checks what did not come through a parser. */
    public static Endpoint checked(String host, int port) {
        return new Endpoint(AddressReader.checkedHost(host), AddressReader.checkedPort(port));
    }

    /** In the form that pgjdbc needs: brackets around an IPv6 address, and nothing encoded. */
    String inJdbcUrl() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    /** In libpq's form, where the percent sign before the zone of an IPv6 address is encoded. */
    String inUri() {
        return inJdbcUrl().replace("%", "%25");
    }
}
