package com.scrapersky.profiles.security;

import com.scrapersky.profiles.Variables;
import jakarta.servlet.DispatcherType;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.convert.converter.Converter;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.config.ObjectPostProcessor;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.web.cors.CorsConfiguration;

/** Who gets in: a bearer of a token that was signed for us, for somebody, and has not expired. */
@Configuration(proxyBeanMethods = false)
class SecurityConfiguration {

    private static final String ROLE = "role";

    /** The role of a token that names none, and the only one that this service works for. */
    static final String AUTHENTICATED = "authenticated";

    @Bean
    JwtDecoder jwtDecoder(Variables variables, ConfigurableEnvironment environment, Tenants tenants) {
        DevelopmentToken development = DevelopmentToken.of(variables, environment);
        TokenDecoder tokens = new TokenDecoder(TokenRules.of(variables), tenants::validate);
        return token -> development.read(token).orElseGet(() -> tokens.decode(token));
    }

    @Bean
    SecurityFilterChain security(
            HttpSecurity http,
            RefusalAnswers refusals,
            @Value("${profiles.cors.allowed-origins:}") List<String> allowedOrigins)
            throws Exception {
        return http.authorizeHttpRequests(requests -> requests.dispatcherTypeMatchers(DispatcherType.ERROR)
                        .permitAll()
                        .requestMatchers("/healthz", "/readyz")
                        .permitAll()
                        .anyRequest()
                        .hasRole(AUTHENTICATED))
                .oauth2ResourceServer(server -> server.jwt(jwt -> jwt.jwtAuthenticationConverter(byRole()))
                        .authenticationEntryPoint(refusals)
                        .accessDeniedHandler(refusals)
                        .withObjectPostProcessor(new ObjectPostProcessor<BearerTokenAuthenticationFilter>() {
                            @Override
                            public <T extends BearerTokenAuthenticationFilter> T postProcess(T filter) {
                                filter.setAuthenticationFailureHandler(refusals);
                                return filter;
                            }
                        }))
                .sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .cors(cors -> cors.configurationSource(request -> crossOrigin(allowedOrigins)))
                // What is sent is data: no browser is to make a page of it, or to tell others where it was.
                .headers(headers -> headers.contentSecurityPolicy(
                                policy -> policy.policyDirectives("default-src 'none'; frame-ancestors 'none'"))
                        .referrerPolicy(referrer -> referrer.policy(ReferrerPolicy.NO_REFERRER)))
                // Nothing here is authenticated by a cookie, which is what a forged request would ride on.
                .csrf(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .build();
    }

    /** None unless there are origins: then a browser keeps pages of others out. */
    private static @Nullable CorsConfiguration crossOrigin(List<String> allowedOrigins) {
        if (allowedOrigins.isEmpty()) {
            return null;
        }
        CorsConfiguration allowed = new CorsConfiguration();
        allowed.setAllowedOrigins(allowedOrigins);
        allowed.setAllowedMethods(List.of("GET", "POST", "PUT", "DELETE"));
        allowed.setAllowedHeaders(
                List.of("Authorization", "Content-Type", "Accept", "If-Match", "Idempotency-Key", "X-Request-Id"));
        allowed.setExposedHeaders(List.of("ETag", "Link", "Location", "Retry-After", "X-Request-Id"));
        return allowed;
    }

    private static Converter<Jwt, AbstractAuthenticationToken> byRole() {
        return token -> new JwtAuthenticationToken(token, List.of(new SimpleGrantedAuthority("ROLE_" + role(token))));
    }

    private static String role(Jwt token) {
        Object role = token.getClaims().get(ROLE);
        return role == null || role.toString().isEmpty() ? AUTHENTICATED : role.toString();
    }
}
