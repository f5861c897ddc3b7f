package com.scrapersky.session.internal.jdbc;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.SignStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.Temporal;
import java.util.Locale;

/**
 * Dates and times as the elements of PostgreSQL arrays, in DateStyle ISO, which pgjdbc insists on. As in pgjdbc, the
 * extreme values of the Java types are PostgreSQL's infinities.
 */
final class TimeText {

    private static final String END_OF_DAY = "24:00:00";
    private static final String BEFORE_CHRIST = " BC";
    private static final String INFINITY = "infinity";
    private static final String NEGATIVE_INFINITY = "-infinity";

    private static final DateTimeFormatter DATE = inEra(1, "", "");
    private static final DateTimeFormatter DATE_BEFORE_CHRIST = inEra(0, "", "");
    private static final DateTimeFormatter TIMESTAMP = inEra(1, " ", "");
    private static final DateTimeFormatter TIMESTAMP_BEFORE_CHRIST = inEra(0, " ", "");
    private static final DateTimeFormatter TIMESTAMP_WITH_OFFSET = inEra(1, " ", "+HH:mm:ss");
    private static final DateTimeFormatter TIMESTAMP_WITH_OFFSET_BEFORE_CHRIST = inEra(0, " ", "+HH:mm:ss");
    private static final DateTimeFormatter TIME_WITH_OFFSET = new DateTimeFormatterBuilder()
            .append(DateTimeFormatter.ISO_LOCAL_TIME)
            .appendOffset("+HH:mm:ss", "Z")
            .toFormatter(Locale.ROOT);

    private TimeText() {}

    static LocalDate date(String text) {
        return switch (text) {
            case INFINITY -> LocalDate.MAX;
            case NEGATIVE_INFINITY -> LocalDate.MIN;
            default -> {
                yield LocalDate.parse(withoutEra(text), isBeforeChrist(text) ? DATE_BEFORE_CHRIST : DATE);
            }
        };
    }

    static LocalDateTime timestamp(String text) {
        return switch (text) {
            case INFINITY -> LocalDateTime.MAX;
            case NEGATIVE_INFINITY -> LocalDateTime.MIN;
            default -> {
                yield LocalDateTime.parse(withoutEra(text), isBeforeChrist(text) ? TIMESTAMP_BEFORE_CHRIST : TIMESTAMP);
            }
        };
    }

    static OffsetDateTime timestampWithZone(String text) {
        return switch (text) {
            case INFINITY -> OffsetDateTime.MAX;
            case NEGATIVE_INFINITY -> OffsetDateTime.MIN;
            default -> {
                DateTimeFormatter formatter =
                        isBeforeChrist(text) ? TIMESTAMP_WITH_OFFSET_BEFORE_CHRIST : TIMESTAMP_WITH_OFFSET;
                yield OffsetDateTime.parse(withoutEra(text), formatter).withOffsetSameInstant(ZoneOffset.UTC);
            }
        };
    }

    static LocalTime time(String text) {
        return text.equals(END_OF_DAY) ? LocalTime.MAX : LocalTime.parse(text);
    }

    static OffsetTime timeWithZone(String text) {
        return text.startsWith(END_OF_DAY)
                ? OffsetTime.of(LocalTime.MAX, ZoneOffset.of(text.substring(END_OF_DAY.length())))
                : OffsetTime.parse(text, TIME_WITH_OFFSET);
    }

    static String of(LocalDate date) {
        return infinite(date, LocalDate.MAX, LocalDate.MIN, date.getYear(), DATE);
    }

    static String of(LocalDateTime time) {
        return infinite(time, LocalDateTime.MAX, LocalDateTime.MIN, time.getYear(), TIMESTAMP);
    }

    static String of(OffsetDateTime time) {
        return infinite(time, OffsetDateTime.MAX, OffsetDateTime.MIN, time.getYear(), TIMESTAMP_WITH_OFFSET);
    }

    static String of(OffsetTime time) {
        return TIME_WITH_OFFSET.format(time);
    }

    private static String infinite(
            Temporal time, Temporal greatest, Temporal least, int year, DateTimeFormatter formatter) {
        if (time.equals(greatest)) {
            return INFINITY;
        } else if (time.equals(least)) {
            return NEGATIVE_INFINITY;
        }
        return formatter.format(time) + (year > 0 ? "" : BEFORE_CHRIST);
    }

    /** The year is written as that of its era, and read as such: 29 February of the year 1 before Christ exists. */
    private static DateTimeFormatter inEra(long era, String separator, String offset) {
        DateTimeFormatterBuilder builder = new DateTimeFormatterBuilder()
                .appendValue(ChronoField.YEAR_OF_ERA, 4, 10, SignStyle.NEVER)
                .appendPattern("-MM-dd")
                .parseDefaulting(ChronoField.ERA, era);
        if (!separator.isEmpty()) {
            builder.appendLiteral(separator).append(DateTimeFormatter.ISO_LOCAL_TIME);
        }
        if (!offset.isEmpty()) {
            // Not "+00" for no offset: the JDK would take it for the beginning of +00:53:28, a local mean time.
            builder.appendOffset(offset, "Z");
        }
        return builder.toFormatter(Locale.ROOT);
    }

    private static boolean isBeforeChrist(String text) {
        return text.endsWith(BEFORE_CHRIST);
    }

    private static String withoutEra(String text) {
        return text.endsWith(BEFORE_CHRIST) ? text.substring(0, text.length() - BEFORE_CHRIST.length()) : text;
    }
}
