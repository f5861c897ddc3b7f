package com.scrapersky.session.internal.guard;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a session context asks of the sessions it is bound to.
 *
 * @param role to act as, or null
 * @param settings by name, without the role
 */
public record ContextSettings(@Nullable String role, Map<String, String> settings) {

    public ContextSettings {
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    }

    /** Names only: values are somebody's claims. */
    @Override
    public String toString() {
        return "role " + role + ", " + settings.keySet();
    }
}
