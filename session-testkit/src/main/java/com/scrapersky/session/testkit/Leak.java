package com.scrapersky.session.testkit;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Something that a test left on a backend, where the next client of the pooler finds it. Immutable.
 *
 * @param backend the process id of the backend
 * @param kind what it is
 * @param name its name: of the setting, statement, cursor, table, lock or channel
 * @param before what was there before the test, or {@code null} for nothing
 * @param after what is there now, or {@code null} for nothing
 * @param steps the steps of the test that may have done it, as named to {@link LeakProbe#during}; several if the backend
 *     was in an open transaction at the end of the earlier ones, none if it was outside any step
 * @param statement the latest statement that the test had run on the backend when this was found, if it is known
 */
public record Leak(
        int backend,
        LeakKind kind,
        String name,
        @Nullable String before,
        @Nullable String after,
        List<String> steps,
        @Nullable String statement) {

    public Leak {
        steps = List.copyOf(steps);
    }

    /** One line that says all of it. */
    @Override
    public String toString() {
        String by = steps.isEmpty()
                ? ""
                : ", in step " + steps.stream().map(step -> "\"" + step + "\"").collect(Collectors.joining(" or "));
        String last = statement == null ? "" : ", last statement there: " + statement.strip();
        return "backend " + backend + ": " + kind.words() + " " + name + ": " + text(before) + " -> " + text(after) + by
                + last;
    }

    private static String text(@Nullable String value) {
        return value == null ? "(none)" : "\"" + value + "\"";
    }
}
