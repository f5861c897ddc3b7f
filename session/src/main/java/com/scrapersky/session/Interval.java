package com.scrapersky.session;

import java.time.Duration;
import java.time.Period;
import java.util.Optional;

/**
 * A PostgreSQL {@code interval}: months and days, whose length depends on the calendar, and a time that does not
 * ("Interval Input" in the PostgreSQL manual: stored as months, days and microseconds, each with its own sign).
 *
 * <p>{@link Duration} and {@link Period} alone cannot hold every interval; both are accepted as parameters all the same.
 *
 * <pre>{@code
 * Interval age = row.get("age", Interval.class);
 * LocalDateTime due = start.plus(age.period()).plus(age.time());
 * }</pre>
 *
 * @param period years, months and days
 * @param time hours and smaller units, to the microsecond
 */
public record Interval(Period period, Duration time) {

    /** An interval of time only. */
    public static Interval of(Duration time) {
        return new Interval(Period.ZERO, time);
    }

    /** An interval of calendar units only. */
    public static Interval of(Period period) {
        return new Interval(period, Duration.ZERO);
    }

    /** The interval as a duration, where it has no calendar units. */
    public Optional<Duration> toDuration() {
        return period.isZero() ? Optional.of(time) : Optional.empty();
    }

    /** The interval as a period, where it has no time. */
    public Optional<Period> toPeriod() {
        return time.isZero() ? Optional.of(period) : Optional.empty();
    }

    /** ISO 8601 with a sign for each unit, as PostgreSQL reads it: {@code P1Y2M3DT4H5.5S}. */
    @Override
    public String toString() {
        if (time.isZero()) {
            return period.toString();
        }
        return (period.isZero() ? "P" : period.toString()) + time.toString().substring(1);
    }
}
