package com.scrapersky.profiles;

import java.util.Optional;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.PropertySource;

/**
 * Variables of the environment, by their exact names and with their exact values. Thread-safe.
 *
 * <p>{@link ConfigurableEnvironment#getProperty(String)} would replace <code>${…}</code> inside a value, which a password
 * may well contain.
 */
public final class Variables {

    private final ConfigurableEnvironment environment;

    public Variables(ConfigurableEnvironment environment) {
        this.environment = environment;
    }

    /** The value of the first source that has one that is not blank. */
    public Optional<String> get(String name) {
        for (PropertySource<?> source : environment.getPropertySources()) {
            // Spring's view over all the other sources, which does the replacing.
            if (source.getName().equals("configurationProperties")) {
                continue;
            }
            Object value = source.getProperty(name);
            if (value != null && !value.toString().isBlank()) {
                return Optional.of(value.toString());
            }
        }
        return Optional.empty();
    }
}
