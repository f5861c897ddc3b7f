package com.scrapersky.session.testkit.internal.leak;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What one backend carried at one moment. Immutable.
 *
 * @param values what is there
 * @param defaults for a setting: what it would be had nobody set it on that backend ({@code pg_settings.reset_val})
 */
public record BackendState(Map<StateKey, String> values, Map<StateKey, String> defaults) {

    /** A difference between two states; {@code null} where nothing is there. */
    public record Change(
            StateKey key, @Nullable String before, @Nullable String after) {}

    public BackendState {
        values = Map.copyOf(values);
        defaults = Map.copyOf(defaults);
    }

    /**
     * What differs from an earlier state of the same backend. A setting that somebody put back to its default by hand
     * still counts as set at the server, but no client can tell: that is no difference.
     */
    public Map<StateKey, Change> changesSince(BackendState earlier) {
        Map<StateKey, Change> changes = new LinkedHashMap<>();
        for (StateKey key : keysOf(earlier)) {
            String before = earlier.value(key, this);
            String after = value(key, earlier);
            // A backend that forgot a sequence has nothing to tell the next client.
            boolean forgotten = after == null && key.kind().equals(Sequences.KIND);
            if (!Objects.equals(before, after) && !forgotten) {
                changes.put(key, new Change(key, before, after));
            }
        }
        return changes;
    }

    /** For a backend that nobody looked at before: what it carries and none of these others did. */
    public Map<StateKey, Change> changesSinceAnyOf(Collection<BackendState> earlier) {
        Map<StateKey, Change> changes = new LinkedHashMap<>();
        values.forEach((key, value) -> {
            if (!value.equals(defaults.get(key))
                    && earlier.stream().noneMatch(other -> value.equals(other.value(key, this)))) {
                changes.put(key, new Change(key, defaults.get(key), value));
            }
        });
        return changes;
    }

    private Set<StateKey> keysOf(BackendState earlier) {
        Set<StateKey> keys = new TreeSet<>((a, b) -> {
            int byKind = a.kind().compareTo(b.kind());
            return byKind != 0 ? byKind : a.name().compareTo(b.name());
        });
        keys.addAll(values.keySet());
        keys.addAll(earlier.values.keySet());
        return keys;
    }

    private @Nullable String value(StateKey key, BackendState other) {
        String present = values.get(key);
        return present != null ? present : other.defaults.get(key);
    }
}
