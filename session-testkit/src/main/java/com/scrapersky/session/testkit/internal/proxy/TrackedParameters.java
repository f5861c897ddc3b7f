package com.scrapersky.session.testkit.internal.proxy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The values of those settings which a pooler carries from backend to backend for a client. */
final class TrackedParameters {

    private final Set<String> names;
    private final boolean exactly;
    private final Map<String, String> values = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private int changes;

    /** @param exactly whether empty values are carried too, and the server's spelling of a value is remembered */
    TrackedParameters(Set<String> names, boolean exactly) {
        this.names = names;
        this.exactly = exactly;
    }

    /** Carries nothing. */
    static TrackedParameters none() {
        return new TrackedParameters(Set.of(), true);
    }

    /** Whether the pooler carries this setting; names are compared as PostgreSQL does, without regard to case. */
    boolean isTracked(String name) {
        return canonical(name) != null;
    }

    private @Nullable String canonical(String name) {
        for (String tracked : names) {
            if (tracked.equalsIgnoreCase(name)) {
                return tracked;
            }
        }
        return null;
    }

    void put(String name, String value) {
        String tracked = canonical(name);
        if (tracked != null) {
            values.put(tracked, value);
            changes++;
        }
    }

    @Nullable
    String get(String name) {
        return values.get(name);
    }

    Map<String, String> values() {
        return values;
    }

    /** A client that said nothing of a setting has the server's own value, not its predecessor's. */
    void fillIn(Map<String, String> original) {
        changes++;
        original.forEach((name, value) -> {
            if (isTracked(name)) {
                values.putIfAbsent(name, value);
            }
        });
    }

    /** The server's spelling of the values that it has just been given: {@code ISO} becomes {@code ISO, MDY}, and is equal next time. */
    void takeOver(Map<String, String> backend) {
        if (exactly) {
            changes++;
            values.replaceAll((name, value) -> backend.getOrDefault(name, value));
        }
    }

    /** Another number after every change of a value. */
    int changes() {
        return changes;
    }

    /** The SET statements which make the backend's settings those of the client; null when nothing differs. */
    @Nullable
    String replayOn(Map<String, String> backend) {
        List<String> statements = new ArrayList<>();
        values.forEach((name, value) -> {
            String there = backend.get(name);
            boolean carried = exactly || !value.isEmpty();
            if (carried && there != null && !there.equalsIgnoreCase(value)) {
                statements.add("SET " + name + "=" + valueOf(name, value));
            }
        });
        return statements.isEmpty() ? null : String.join(";", statements);
    }

    private static String valueOf(String name, String value) {
        // search_path is a list, and its reported value is quoted already where it has to be.
        return name.equals("search_path") && !value.isEmpty() ? value : "'" + value.replace("'", "''") + "'";
    }
}
