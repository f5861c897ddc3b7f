package com.scrapersky.session.doctor.internal.paste;

import com.scrapersky.session.DatabaseUrl;
import com.scrapersky.session.PoolerProfile;
import com.scrapersky.session.PoolerProfile.Mode;
import com.scrapersky.session.PoolerProfile.Origin;
import com.scrapersky.session.PoolerProfile.Parameter;
import com.scrapersky.session.PoolerProfile.StatementMode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/**
 * What an application's configuration is made of.
 *
 * @param sslmode what the doctor logged in with
 * @param rootCertificate the URL's {@code sslrootcert}; empty without one
 * @param poolSize the recommended one
 */
public record Setup(DatabaseUrl url, PoolerProfile profile, String sslmode, String rootCertificate, int poolSize) {

    /** The pool's, not the driver's; and what a program names itself. */
    private static final Set<String> NOT_FOR_THE_URL =
            Set.of("maximumPoolSize", "connectionTimeout", "maxLifetime", "ApplicationName", "sslmode", "requireAuth");

    DatabaseUrl.Host host() {
        return url.hosts().get(0);
    }

    String address() {
        String name = host().name();
        return (name.contains(":") ? "[" + name + "]" : name) + ":" + host().port();
    }

    String user() {
        return url.user().orElse("");
    }

    /** {@code sslmode}, and with it {@code sslrootcert} as libpq and what is made after it have it, for a URL. */
    String encryption() {
        return "sslmode=" + sslmode + (rootCertificate.isEmpty() ? "" : "&sslrootcert=" + encoded(rootCertificate));
    }

    /** The same as pgjdbc has it, which knows Java's own authorities by a class. */
    String encryptionOfTheDriver() {
        return rootCertificate.equals("system")
                ? "sslmode=" + sslmode + "&sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory"
                : encryption();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("%2F", "/");
    }

    boolean isShared() {
        return profile.mode() == Mode.TRANSACTION;
    }

    boolean isUnnamed() {
        return profile.statementMode() == StatementMode.UNNAMED;
    }

    /** What pgjdbc is to be told: what the library would apply by itself. */
    List<Parameter> driverParameters() {
        return profile.parameters().stream()
                .filter(parameter -> parameter.origin() == Origin.AUTOMATIC)
                .filter(parameter -> !NOT_FOR_THE_URL.contains(parameter.name()))
                .filter(parameter -> isShared() || !parameter.name().equals("prepareThreshold"))
                .toList();
    }
}
