package com.scrapersky.profiles.http;

import com.scrapersky.profiles.FieldError;
import com.scrapersky.profiles.InvalidInputException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The ETag of a profile: the time of its last change, to the microsecond, as PostgreSQL keeps it. */
final class Versions {

    private static final Pattern FORM = Pattern.compile("\"([0-9a-z]{1,13})\"");
    private static final int RADIX = 36;

    private Versions() {}

    static String of(Map<String, @Nullable Object> profile) {
        Instant changed = ((OffsetDateTime) Objects.requireNonNull(profile.get("updated_at"))).toInstant();
        return '"' + Long.toString(ChronoUnit.MICROS.between(Instant.EPOCH, changed), RADIX) + '"';
    }

    /**
     * What {@code If-Match} asks for: null if it asks for nothing, or for any version.
     *
     * @throws InvalidInputException if it is no ETag of a profile
     */
    static @Nullable Instant wanted(@Nullable String ifMatch) {
        if (ifMatch == null || ifMatch.equals("*")) {
            return null;
        }
        Matcher form = FORM.matcher(ifMatch.strip());
        if (form.matches()) {
            try {
                return Instant.EPOCH.plus(Long.parseLong(form.group(1), RADIX), ChronoUnit.MICROS);
            } catch (NumberFormatException | DateTimeException | ArithmeticException forged) {
                // Told below.
            }
        }
        throw new InvalidInputException(
                List.of(new FieldError("If-Match", "must be one ETag of an earlier answer, or *")));
    }
}
