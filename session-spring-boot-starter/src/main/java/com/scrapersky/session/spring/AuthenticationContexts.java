package com.scrapersky.session.spring;

import com.scrapersky.session.SessionContext;
import java.net.URL;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.core.ClaimAccessor;
import org.springframework.util.ClassUtils;

/**
 * A connection works for whom Spring Security has authenticated on its thread: with the claims of a token where there is
 * one, else with the user's name as {@code sub}. Nobody at all is anonymous.
 */
final class AuthenticationContexts implements SessionContextSource {

    private static final boolean OAUTH2 = ClassUtils.isPresent(
            "org.springframework.security.oauth2.core.ClaimAccessor", AuthenticationContexts.class.getClassLoader());

    private final SkySessionProperties.Security rules;
    private final SessionContext anonymous;

    AuthenticationContexts(SkySessionProperties.Security rules) {
        this.rules = rules;
        this.anonymous = rules.anonymousRole().isEmpty()
                ? SessionContext.none()
                : SessionContext.builder()
                        .role(rules.anonymousRole())
                        .claims(Map.of(rules.roleClaim(), rules.anonymousRole()))
                        .build();
    }

    @Override
    public SessionContext get() {
        Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
        if (authentication == null
                || !authentication.isAuthenticated()
                || authentication instanceof AnonymousAuthenticationToken) {
            return anonymous;
        }
        Map<String, @Nullable Object> claims = claims(authentication);
        String role = claims.get(rules.roleClaim()) instanceof String named && !named.isEmpty()
                ? named
                : rules.authenticatedRole();
        claims.put(rules.roleClaim(), role);
        return SessionContext.builder().role(role).claims(claims).build();
    }

    private static Map<String, @Nullable Object> claims(Authentication authentication) {
        Map<String, @Nullable Object> claims = new LinkedHashMap<>();
        if (OAUTH2 && authentication.getPrincipal() instanceof ClaimAccessor token) {
            token.getClaims().forEach((name, value) -> claims.put(name, plain(value)));
        } else {
            claims.put("sub", authentication.getName());
        }
        return claims;
    }

    /** As the token had them: Spring Security has made other things of times and addresses. */
    private static @Nullable Object plain(@Nullable Object value) {
        if (value instanceof Instant time) {
            return time.getEpochSecond();
        }
        return value instanceof URL address ? address.toString() : value;
    }
}
