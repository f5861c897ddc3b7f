package com.scrapersky.profiles.security;

import com.scrapersky.profiles.Variables;
import jakarta.servlet.DispatcherType;
import java.util.List;
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
    SecurityFilterChain security(HttpSecurity http, RefusalAnswers refusals) throws Exception {
        return http.authorizeHttpRequests(requests -> requests.dispatcherTypeMatchers(DispatcherType.ERROR)
                        .permitAll()
                        .requestMatchers("/healthz")
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
                // Nothing here is authenticated by a cookie, which is what a forged request would ride on.
                .csrf(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .build();
    }

    private static Converter<Jwt, AbstractAuthenticationToken> byRole() {
        return token -> new JwtAuthenticationToken(token, List.of(new SimpleGrantedAuthority("ROLE_" + role(token))));
    }

    private static String role(Jwt token) {
        Object role = token.getClaims().get(ROLE);
        return role == null || role.toString().isEmpty() ? AUTHENTICATED : role.toString();
    }
}
