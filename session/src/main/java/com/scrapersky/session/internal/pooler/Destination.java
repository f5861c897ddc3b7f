package com.scrapersky.session.internal.pooler;

import org.jspecify.annotations.Nullable;

/**
 * Where connections go: the first host of the URL.
 *
 * @param user the user to log in as
 * @param tlsEnforced whether nothing may be sent to it in clear
 */
public record Destination(String host, int port, String user, String database, boolean tlsEnforced) {

    /** Whether the host is this machine by its name or address; nothing is looked up. */
    public static boolean isLoopback(String host) {
        return host.equals("localhost") || host.startsWith("127.") || host.equals("::1") || host.equals("[::1]");
    }

    /** Whether nothing is sent in clear under this sslmode. */
    public static boolean enforcesTls(@Nullable String sslmode) {
        return sslmode != null && (sslmode.equals("require") || sslmode.startsWith("verify"));
    }

    boolean isLoopback() {
        return isLoopback(host);
    }
}
