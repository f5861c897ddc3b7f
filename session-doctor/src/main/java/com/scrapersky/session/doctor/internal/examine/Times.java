package com.scrapersky.session.doctor.internal.examine;

import java.time.Duration;
import java.util.Locale;

/** Times as people read them. */
final class Times {

    private Times() {}

    static String shown(Duration time) {
        double milliseconds = time.toNanos() / 1e6;
        return milliseconds < 10
                ? String.format(Locale.ROOT, "%.1f ms", milliseconds)
                : String.format(Locale.ROOT, "%.0f ms", milliseconds);
    }
}
