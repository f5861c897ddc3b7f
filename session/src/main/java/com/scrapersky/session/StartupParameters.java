package com.scrapersky.session;

import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TimeZone;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * The driver's startup parameters that belong to a session, and which of them a pooler drops without a word. Supavisor
 * forwards none but the user, the database and the search path (measured with 2.9.7), so sessions would reckon in the
 * server's time zone instead of the program's, and bear the pooler's name.
 *
 * @param asked for by the driver, by the server's names
 * @param dropped what each session must be told by itself
 */
record StartupParameters(Map<String, String> asked, Map<String, String> dropped) {

    private static final String TIME_ZONE = "TimeZone";
    private static final String APPLICATION_NAME = "application_name";

    /** @param applicationName as the driver was told, or null where it was told none */
    static StartupParameters of(PGConnection connection, @Nullable String applicationName) {
        Map<String, String> asked = new LinkedHashMap<>();
        Map<String, String> dropped = new LinkedHashMap<>();
        String zone = asTheDriverAsks(TimeZone.getDefault().getID());
        asked.put(TIME_ZONE, zone);
        String reportedZone = connection.getParameterStatus(TIME_ZONE);
        if (reportedZone != null && !isSameZone(reportedZone, zone)) {
            dropped.put(TIME_ZONE, zone);
        }
        if (applicationName != null) {
            asked.put(APPLICATION_NAME, applicationName);
            String reportedName = connection.getParameterStatus(APPLICATION_NAME);
            if (reportedName != null && !reportedName.equals(applicationName)) {
                dropped.put(APPLICATION_NAME, applicationName);
            }
        }
        return new StartupParameters(asked, dropped);
    }

    /** PostgreSQL counts offsets from Greenwich the other way round, as POSIX does. */
    private static String asTheDriverAsks(String id) {
        if (id.startsWith("GMT+")) {
            return "GMT-" + id.substring(4);
        }
        return id.startsWith("GMT-") ? "GMT+" + id.substring(4) : id;
    }

    private static boolean isSameZone(String reported, String wanted) {
        if (reported.equalsIgnoreCase(wanted)) {
            return true;
        }
        ZoneId one = zone(reported);
        ZoneId other = zone(wanted);
        return one != null && other != null && one.getRules().equals(other.getRules());
    }

    private static @Nullable ZoneId zone(String id) {
        try {
            return ZoneId.of(id);
        } catch (DateTimeException unknown) {
            return null;
        }
    }
}
