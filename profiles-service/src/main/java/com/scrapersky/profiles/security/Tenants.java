package com.scrapersky.profiles.security;

import com.scrapersky.profiles.ConfigurationException;
import com.scrapersky.profiles.Variables;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.stereotype.Component;

/**
 * Whose data a token opens: that of the tenant in its claim {@code tenant_id}, at the top or in {@code app_metadata}
 * (where Supabase puts what only the server may write; never in {@code user_metadata}, which users write themselves), else
 * that of the default tenant, {@code DEFAULT_TENANT_ID}. Thread-safe.
 */
@Component
public class Tenants {

    private static final String CLAIM = "tenant_id";
    private static final String METADATA = "app_metadata";
    private static final String VARIABLE = "DEFAULT_TENANT_ID";
    private static final UUID DEFAULT = UUID.fromString("550e8400-e29b-41d4-a716-446655440000");

    private final UUID defaultTenant;

    Tenants(Variables variables) {
        try {
            defaultTenant = variables.get(VARIABLE).map(UUID::fromString).orElse(DEFAULT);
        } catch (IllegalArgumentException malformed) {
            throw new ConfigurationException(
                    "The environment variable " + VARIABLE + " is not a UUID.", "Correct it, or leave it out.");
        }
    }

    /** The tenant of a token that has been validated. */
    public UUID of(Jwt token) {
        Object claim = claim(token);
        return claim == null ? defaultTenant : UUID.fromString(claim.toString());
    }

    /** Refuses a token whose tenant cannot be read: it must not fall back to the default one. */
    OAuth2TokenValidatorResult validate(Jwt token) {
        Object claim = claim(token);
        try {
            if (claim != null) {
                UUID.fromString(claim.toString());
            }
            return OAuth2TokenValidatorResult.success();
        } catch (IllegalArgumentException malformed) {
            return OAuth2TokenValidatorResult.failure(
                    new OAuth2Error("invalid_token", "the tenant of the token is not a UUID", null));
        }
    }

    private static @Nullable Object claim(Jwt token) {
        Object claim = token.getClaims().get(CLAIM);
        return claim == null && token.getClaims().get(METADATA) instanceof Map<?, ?> metadata
                ? metadata.get(CLAIM)
                : claim;
    }
}
