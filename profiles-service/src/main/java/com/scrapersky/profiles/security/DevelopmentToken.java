package com.scrapersky.profiles.security;

import com.scrapersky.profiles.ConfigurationException;
import com.scrapersky.profiles.Variables;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Profiles;
import org.springframework.security.oauth2.jwt.Jwt;

/**
 * The former system's fixed token, which opens the default tenant's data to whoever knows it: in the profile {@code
 * development} only, never in production. There the service does not even start with it.
 */
final class DevelopmentToken {

    private static final String VARIABLE = "DEVELOPMENT_TOKEN";
    private static final String PROFILE = "development";
    private static final String USER = "00000000-0000-0000-0000-000000000000";
    private static final int LONGEST_LIFETIME = 3600;

    private final Optional<byte[]> token;

    private DevelopmentToken(Optional<byte[]> token) {
        this.token = token;
    }

    static DevelopmentToken of(Variables variables, ConfigurableEnvironment environment) {
        boolean development = environment.acceptsProfiles(Profiles.of(PROFILE));
        boolean production = environment.acceptsProfiles(Profiles.of("production | prod"))
                || Stream.of("ENV", "ENVIRONMENT")
                        .flatMap(name -> variables.get(name).stream())
                        .anyMatch(name -> List.of("production", "prod")
                                .contains(name.strip().toLowerCase(Locale.ROOT)));
        if (development && production) {
            throw new ConfigurationException(
                    "The profile \"" + PROFILE + "\" is active in production.",
                    "Take it out of SPRING_PROFILES_ACTIVE.");
        }
        Optional<String> given = variables.get(VARIABLE).map(String::strip);
        if (given.isPresent() && !development) {
            throw new ConfigurationException(
                    VARIABLE + " is set, and the profile \"" + PROFILE + "\" is not active: a fixed token would let in"
                            + " whoever knows it.",
                    "Take " + VARIABLE + " out, or set SPRING_PROFILES_ACTIVE=" + PROFILE + " where nobody is harmed.");
        }
        return new DevelopmentToken(given.map(text -> text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Who comes with this token, if it is the one. */
    Optional<Jwt> read(String text) {
        return token.filter(expected -> MessageDigest.isEqual(expected, text.getBytes(StandardCharsets.UTF_8)))
                .map(same -> Jwt.withTokenValue(text)
                        .header("alg", "none")
                        .subject(USER)
                        .audience(List.of("authenticated"))
                        .expiresAt(Instant.now().plusSeconds(LONGEST_LIFETIME))
                        .build());
    }
}
