package com.scrapersky.profiles.http;

import com.scrapersky.profiles.security.Tenants;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.slf4j.MDC;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/** Puts the tenant of an authenticated request into every line of the log. Behind Spring Security's filters. */
@Component
@Order(Ordered.LOWEST_PRECEDENCE)
class TenantIds extends OncePerRequestFilter {

    private static final String KEY = "tenant_id";

    private final Tenants tenants;

    TenantIds(Tenants tenants) {
        this.tenants = tenants;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (SecurityContextHolder.getContext().getAuthentication() instanceof JwtAuthenticationToken known) {
            try (MDC.MDCCloseable unused =
                    MDC.putCloseable(KEY, tenants.of(known.getToken()).toString())) {
                chain.doFilter(request, response);
            }
        } else {
            chain.doFilter(request, response);
        }
    }
}
