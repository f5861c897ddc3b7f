package com.scrapersky.session.internal.url;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The parameters of one connection string as they were given, under libpq's names; the last of a name counts. */
final class GivenParameters {

    private static final Map<String, String> JDBC_NAMES =
            Map.of("PGHOST", "host", "PGPORT", "port", "PGDBNAME", "dbname");

    private final Map<String, String> values = new LinkedHashMap<>();
    private @Nullable String jdbcSsl;

    /**
     * Adds a parameter if its name is known.
     *
     * @param number the place of the parameter in the text, for the error message: the name itself may be a piece of a
     *     password that was not quoted
     */
    void put(String name, String value, int number) {
        if (name.equals("requiressl")) {
            // libpq's old spelling of sslmode (conninfo_storeval).
            values.put("sslmode", value.startsWith("1") ? "require" : "prefer");
        } else if (ParameterCatalogue.find(name) == null) {
            throw new UrlSyntaxException(
                    "Parameter number " + number + " has a name that neither libpq nor pgjdbc knows.",
                    ParameterCatalogue.suggestion(name));
        } else {
            values.put(name, value);
        }
    }

    /** A separator that was forgotten makes a password a piece of the value before it, which is shown. */
    GivenParameters requireNoMisplacedPassword() {
        values.forEach((name, value) -> {
            if (value.contains("password=") && !ParameterCatalogue.isSecret(name)) {
                throw new UrlSyntaxException(
                        "The value of " + name + " holds the text 'password='.",
                        "Separate the parameters, by '&' in a URL and by a blank in a keyword/value string.");
            }
        });
        return this;
    }

    /** As {@link #put}, for the query of a URL: there libpq has a word of JDBC (conninfo_uri_parse_params). */
    void putQuery(String name, String value, int number) {
        if (name.equals("ssl") && value.equals("true")) {
            values.put("sslmode", "require");
        } else {
            put(name, value, number);
        }
    }

    /** As {@link #put}, with the names and the meaning that pgjdbc gives to them in its own URLs. */
    void putJdbc(String name, String value, int number) {
        String libpqName = JDBC_NAMES.getOrDefault(name, name);
        if (libpqName.equals("ssl")) {
            jdbcSsl = value;
        } else {
            put(libpqName, value, number);
        }
    }

    /** {@code ssl} without {@code sslmode} is verify-full to pgjdbc ({@code org.postgresql.jdbc.SslMode.of}). */
    void settleJdbc() {
        if (jdbcSsl != null && (jdbcSsl.isEmpty() || jdbcSsl.equalsIgnoreCase("true"))) {
            values.putIfAbsent("sslmode", "verify-full");
        }
    }

    /** The value, or null where it is absent or empty: to libpq that is the same for what this is asked for. */
    @Nullable
    String take(String name) {
        String value = values.remove(name);
        return value == null || value.isEmpty() ? null : value;
    }

    Map<String, String> rest() {
        return values;
    }
}
