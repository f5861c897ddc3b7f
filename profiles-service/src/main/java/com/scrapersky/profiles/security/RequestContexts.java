package com.scrapersky.profiles.security;

import com.scrapersky.session.SessionContext;
import com.scrapersky.session.spring.SessionContextSource;
import java.net.URL;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.stereotype.Component;

/**
 * For whom a transaction works: it acts as the role {@code authenticated}, which is all that the login may become, with the
 * claims of the request's token. {@code tenant_id} is always among them; the policies of the tables go by it. Where there is
 * no request, it is the login itself, which may read nothing. Thread-safe.
 */
@Component
public class RequestContexts implements SessionContextSource {

    private static final String TENANT = "tenant_id";

    private final Tenants tenants;

    RequestContexts(Tenants tenants) {
        this.tenants = tenants;
    }

    @Override
    public SessionContext get() {
        return SecurityContextHolder.getContext().getAuthentication() instanceof JwtAuthenticationToken authenticated
                ? of(authenticated.getToken())
                : SessionContext.none();
    }

    /** For work outside of a request: that of a tenant, for a user of it. */
    public static SessionContext of(UUID tenant, String user) {
        return context(new LinkedHashMap<>(Map.of("sub", user, TENANT, tenant)));
    }

    /** For work that goes on after the request of this token. */
    public SessionContext of(Jwt token) {
        Map<String, @Nullable Object> claims = new LinkedHashMap<>();
        token.getClaims().forEach((name, value) -> claims.put(name, plain(value)));
        claims.put(TENANT, tenants.of(token));
        return context(claims);
    }

    private static SessionContext context(Map<String, @Nullable Object> claims) {
        claims.put("role", SecurityConfiguration.AUTHENTICATED);
        return SessionContext.builder()
                .role(SecurityConfiguration.AUTHENTICATED)
                .claims(claims)
                .build();
    }

    /** As the token had them: Spring Security has made other things of times and addresses. */
    private static @Nullable Object plain(@Nullable Object value) {
        if (value instanceof Instant time) {
            return time.getEpochSecond();
        }
        return value instanceof URL address ? address.toString() : value;
    }
}
