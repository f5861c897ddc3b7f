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

    private static final String BEFORE_CHRIST = " BC";
    private static final String INFINITY = "infinity";
    private static final String NEGATIVE_INFINITY = "-infinity";

    private static final DateTimeFormatter DATE = new DateTimeFormatterBuilder()
            .appendValue(ChronoField.YEAR, 4, 10, SignStyle.NEVER)
            .appendPattern("-MM-dd")
            .toFormatter(Locale.ROOT);
    private static final DateTimeFormatter TIMESTAMP = new DateTimeFormatterBuilder()
            .append(DATE)
            .appendLiteral(' ')
            .append(DateTimeFormatter.ISO_LOCAL_TIME)
            .toFormatter(Locale.ROOT);
    private static final DateTimeFormatter TIMESTAMP_WITH_OFFSET = new DateTimeFormatterBuilder()
            .append(TIMESTAMP)
            .appendOffset("+HH:mm:ss", "+00")
            .toFormatter(Locale.ROOT);
    private static final DateTimeFormatter TIME_WITH_OFFSET = new DateTimeFormatterBuilder()
            .append(DateTimeFormatter.ISO_LOCAL_TIME)
            .appendOffset("+HH:mm:ss", "+00")
            .toFormatter(Locale.ROOT);

    private TimeText() {}

    static LocalDate date(String text) {
        return switch (text) {
            case INFINITY -> LocalDate.MAX;
            case NEGATIVE_INFINITY -> LocalDate.MIN;
            default -> {
                LocalDate date = LocalDate.parse(withoutEra(text), DATE);
                yield text.endsWith(BEFORE_CHRIST) ? date.withYear(1 - date.getYear()) : date;
            }
        };
    }

    static LocalDateTime timestamp(String text) {
        return switch (text) {
            case INFINITY -> LocalDateTime.MAX;
            case NEGATIVE_INFINITY -> LocalDateTime.MIN;
            default -> {
                LocalDateTime time = LocalDateTime.parse(withoutEra(text), TIMESTAMP);
                yield text.endsWith(BEFORE_CHRIST) ? time.withYear(1 - time.getYear()) : time;
            }
        };
    }

    static OffsetDateTime timestampWithZone(String text) {
        return switch (text) {
            case INFINITY -> OffsetDateTime.MAX;
            case NEGATIVE_INFINITY -> OffsetDateTime.MIN;
            default -> {
                OffsetDateTime time = OffsetDateTime.parse(withoutEra(text), TIMESTAMP_WITH_OFFSET);
                OffsetDateTime inEra = text.endsWith(BEFORE_CHRIST) ? time.withYear(1 - time.getYear()) : time;
                yield inEra.withOffsetSameInstant(ZoneOffset.UTC);
            }
        };
    }

    static LocalTime time(String text) {
        return text.equals("24:00:00") ? LocalTime.MAX : LocalTime.parse(text);
    }

    static OffsetTime timeWithZone(String text) {
        return OffsetTime.parse(text, TIME_WITH_OFFSET);
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

    private static String infinite(
            Temporal time, Temporal greatest, Temporal least, int year, DateTimeFormatter formatter) {
        if (time.equals(greatest)) {
            return INFINITY;
        } else if (time.equals(least)) {
            return NEGATIVE_INFINITY;
        } else if (year > 0) {
            return formatter.format(time);
        }
        return formatter.format(time.with(ChronoField.YEAR, 1L - year)) + BEFORE_CHRIST;
    }

    private static String withoutEra(String text) {
        return text.endsWith(BEFORE_CHRIST) ? text.substring(0, text.length() - BEFORE_CHRIST.length()) : text;
    }
}
