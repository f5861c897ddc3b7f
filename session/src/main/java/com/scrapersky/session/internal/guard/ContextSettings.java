package com.scrapersky.session.internal.guard;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a session context asks of the sessions it is bound to. Immutable. */
public final class ContextSettings {

    private final @Nullable String role;
    private final Map<String, String> settings;

    /** What it came to the last time: one context begins many sessions, and each asks more than once. A race finds it again. */
    private @Nullable Start known;

    private record Start(Settings defaults, RoleSettings roles, Settings settings) {}

    /**
     * @param role to act as, or null
     * @param settings by name, without the role
     */
    public ContextSettings(@Nullable String role, Map<String, String> settings) {
        this.role = role;
        this.settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    }

    /** The role to act as, or null. */
    public @Nullable String role() {
        return role;
    }

    /** What is set, by name, without the role. */
    public Map<String, String> settings() {
        return settings;
    }

    /** What a session begins with: {@code defaults}, what the database wants to hold for the role, and the context itself. */
    @SuppressWarnings("ReferenceEquality") // others are others, even with the same content
    Settings start(Settings defaults, RoleSettings roles) {
        Start last = known;
        if (last != null && last.defaults() == defaults && last.roles() == roles) {
            return last.settings();
        }
        Map<String, String> ofRole = role == null ? Map.of() : roles.of(role).asMap();
        Settings start = defaults.withAll(ofRole, settings, role);
        known = new Start(defaults, roles, start);
        return start;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ContextSettings context
                && Objects.equals(role, context.role)
                && settings.equals(context.settings);
    }

    @Override
    public int hashCode() {
        return Objects.hash(role, settings);
    }

    /** Names only: values are somebody's claims. */
    @Override
    public String toString() {
        return "role " + role + ", " + settings.keySet();
    }
}
