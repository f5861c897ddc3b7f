package com.scrapersky.session;

import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.Locale;
import java.util.Map;
import java.util.TimeZone;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * The driver's startup parameters that a pooler drops without a word. Supavisor forwards none but the user, the database and
 * the search path (measured with 2.9.7), so sessions would reckon in the server's time zone instead of the program's.
 */
final class DroppedParameters {

    private static final String TIME_ZONE = "TimeZone";

    private DroppedParameters() {}

    /** What each session must be told by itself, by name; nothing where the server reports what the driver asked for. */
    static Map<String, String> of(PGConnection connection) {
        String reported = connection.getParameterStatus(TIME_ZONE);
        String wanted = asTheDriverAsks(TimeZone.getDefault().getID());
        return reported == null || isSameZone(reported, wanted)
                ? Map.of()
                : Map.of(TIME_ZONE.toLowerCase(Locale.ROOT), wanted);
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
