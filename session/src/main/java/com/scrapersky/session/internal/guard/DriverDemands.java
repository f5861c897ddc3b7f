package com.scrapersky.session.internal.guard;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.GT;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;

/**
 * What pgjdbc demands of its session, because it would misread values otherwise. On a direct connection it learns of a change
 * from the server's report and ends the connection (42.7.14, QueryExecutorImpl.receiveParameterStatus). What is told to a
 * transaction only the server does not report where the transaction ends in the same flush.
 */
final class DriverDemands {

    private static final String ENCODING = "client_encoding";
    private static final String DATE_STYLE = "DateStyle";

    private DriverDemands() {}

    /** What the driver would say to the first setting among them that it cannot bear; null where it bears them all. */
    static @Nullable PSQLException violatedBy(Map<String, @Nullable String> settings) {
        for (Map.Entry<String, @Nullable String> setting : settings.entrySet()) {
            String value = setting.getValue();
            if (value == null) {
                continue;
            }
            if (setting.getKey().equalsIgnoreCase(DATE_STYLE)
                    && !value.toUpperCase(Locale.ROOT).startsWith("ISO")) {
                return new PSQLException(
                        GT.tr(
                                "The server''s DateStyle parameter was changed to {0}. The JDBC driver requires DateStyle to"
                                        + " begin with ISO for correct operation.",
                                value),
                        PSQLState.CONNECTION_FAILURE);
            }
            if (setting.getKey().equalsIgnoreCase(ENCODING) && !isUnicode(value)) {
                return new PSQLException(
                        GT.tr(
                                "The server''s client_encoding parameter was changed to {0}. The JDBC driver requires"
                                        + " client_encoding to be UTF8 for correct operation.",
                                value),
                        PSQLState.CONNECTION_FAILURE);
            }
        }
        return null;
    }

    private static boolean isUnicode(String encoding) {
        return encoding.equalsIgnoreCase("UTF8") || encoding.equalsIgnoreCase("UNICODE");
    }
}
