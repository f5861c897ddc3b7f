package com.scrapersky.session.internal.url;

import static com.scrapersky.session.internal.url.Meanings.integer;
import static com.scrapersky.session.internal.url.Meanings.oneOf;
import static com.scrapersky.session.internal.url.Meanings.property;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The parameters of libpq whose meaning is more than another name for a property of pgjdbc. */
final class LibpqMeanings {

    private static final List<String> AUTHENTICATION_METHODS =
            List.of("password", "md5", "gss", "sspi", "scram-sha-256", "none");

    /** pgjdbc asks {@code show transaction_read_only} for all of them, so primary is read-write, standby is read-only. */
    static final Map<String, String> TARGET_SERVER_TYPES = Map.of(
            "any", "any",
            "read-write", "primary",
            "primary", "primary",
            "read-only", "secondary",
            "standby", "secondary",
            "prefer-standby", "preferSecondary");

    private static final Set<String> TLS_CERTAIN = Set.of("require", "verify-ca", "verify-full");

    private LibpqMeanings() {}

    static void tlsNegotiation(String name, String value, DriverTranslation target) {
        if (value.equals("direct") && !TLS_CERTAIN.contains(target.properties().getOrDefault("sslmode", "prefer"))) {
            throw new UrlSyntaxException(
                    "sslnegotiation=direct goes only with sslmode=require, verify-ca or verify-full.", "Set sslmode.");
        }
        oneOf("sslNegotiation", "postgres", "direct").translate(name, value, target);
    }

    static void rootCertificate(String name, String value, DriverTranslation target) {
        if (!value.equals("system")) {
            target.property(name, value);
            return;
        }
        // libpq: sslmode is verify-full then, and a weaker one is an error.
        if (target.has("sslmode") && !"verify-full".equals(target.properties().get("sslmode"))) {
            throw new UrlSyntaxException(
                    "sslrootcert=system goes with sslmode=verify-full only.",
                    "Remove sslmode or set it to verify-full.");
        }
        target.property("sslmode", "verify-full");
        target.property("sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory");
        target.note(name, value, "the JVM's own root certificates, with sslmode=verify-full");
    }

    static void connectTimeout(String name, String value, DriverTranslation target) {
        int seconds = Math.max(integer(name, value), 0);
        target.property("connectTimeout", String.valueOf(seconds));
        // libpq's limit covers the login too, for each host; pgjdbc's connectTimeout only the TCP connect, and its
        // loginTimeout all hosts together.
        long forAllHosts = Math.min((long) seconds * target.hosts(), Integer.MAX_VALUE);
        target.property("loginTimeout", String.valueOf(forAllHosts));
        target.note(name, value, "pgjdbc's connectTimeout=" + seconds + " and loginTimeout=" + forAllHosts);
    }

    static void fallbackName(String name, String value, DriverTranslation target) {
        target.propertyIfAbsent("ApplicationName", value);
        target.note(name, value, "pgjdbc's ApplicationName where application_name gives none");
    }

    /** libpq's {@code pqConnectOptions2}: known methods, each once, all with an exclamation mark or none. */
    static void requiredAuthentication(String name, String value, DriverTranslation target) {
        if (value.isEmpty()) {
            return;
        }
        String[] methods = value.split(",", -1);
        Set<String> seen = new HashSet<>();
        for (String method : methods) {
            boolean negative = method.startsWith("!");
            if (!AUTHENTICATION_METHODS.contains(negative ? method.substring(1) : method)) {
                throw Meanings.notAllowed(
                        name, String.join(", ", AUTHENTICATION_METHODS) + ", or each of them with '!' in front");
            }
            if (!seen.add(method) || negative != methods[0].startsWith("!")) {
                throw new UrlSyntaxException(
                        "The value of " + name + " names a method twice, or some with '!' and some without.", null);
            }
        }
        property("requireAuth").translate(name, value, target);
    }

    static void keepAlive(String name, String value, DriverTranslation target) {
        boolean on = integer(name, value) != 0;
        target.property("tcpKeepAlive", String.valueOf(on));
        target.note(name, value, "pgjdbc's tcpKeepAlive=" + on);
    }
}
