package com.scrapersky.session.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.SessionContext;
import com.scrapersky.session.testkit.MustChangeBackend;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;

/** A connection works for the user of the request, through a pooler in transaction mode. */
@MustChangeBackend
class SecurityTest {

    private static final String WHO = "select current_user || ' ' || coalesce(nullif("
            + "current_setting('request.jwt.claims', true), '')::json ->> 'sub', 'nobody')";

    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    DataSourceAutoConfiguration.class,
                    JdbcTemplateAutoConfiguration.class,
                    SkySessionAutoConfiguration.class))
            .withPropertyValues(Route.PGBOUNCER_1_18.properties("sky.session.roles=customer,clerk,visitor"));

    private final ApplicationContextRunner secured = application.withPropertyValues(
            "sky.session.security.enabled=true",
            "sky.session.security.authenticated-role=customer",
            "sky.session.security.anonymous-role=visitor");

    @BeforeEach
    void roles() {
        for (String role : List.of("customer", "clerk", "visitor", "boss")) {
            Route.postgres()
                    .execute("do $$ begin if to_regrole('" + role + "') is null then create role " + role
                            + "; end if; end $$");
        }
    }

    @AfterEach
    void nobody() {
        SecurityContextHolder.clearContext();
    }

    private static void as(Authentication authentication) {
        SecurityContextHolder.getContext().setAuthentication(authentication);
    }

    private static Jwt token(Consumer<Map<String, Object>> claims) {
        return Jwt.withTokenValue("x")
                .header("alg", "none")
                .subject("ann")
                .issuer("https://issuer.example")
                .expiresAt(Instant.ofEpochSecond(2_000_000_000))
                .claims(claims)
                .build();
    }

    @Test
    void theUserOfTheTokenOrOfTheLogin() {
        secured.run(context -> {
            JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
            assertThat(jdbc.queryForObject(WHO, String.class)).isEqualTo("visitor nobody");
            as(new JwtAuthenticationToken(token(claims -> claims.put("role", "clerk")), List.of()));
            assertThat(jdbc.queryForObject(WHO, String.class)).isEqualTo("clerk ann");
            assertThat(jdbc.queryForObject("select current_setting('request.jwt.claims')::json ->> 'exp'", Long.class))
                    .isEqualTo(2_000_000_000L);
            as(new JwtAuthenticationToken(token(claims -> {}), List.of()));
            assertThat(jdbc.queryForObject(WHO, String.class)).isEqualTo("customer ann");
            as(UsernamePasswordAuthenticationToken.authenticated("bob", "", List.of()));
            assertThat(jdbc.queryForObject(WHO, String.class)).isEqualTo("customer bob");
            assertThat(context.getBean(DatabaseSessionFactory.class).sql(WHO).single(String.class))
                    .isEqualTo("customer bob");
        });
    }

    @Test
    void aRoleThatIsNotAllowedIsRefused() {
        secured.run(context -> {
            as(new JwtAuthenticationToken(token(claims -> claims.put("role", "boss")), List.of()));
            JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
            assertThatThrownBy(() -> jdbc.queryForObject(WHO, String.class))
                    .hasStackTraceContaining("the role \"boss\" of a session's context is none of the factory's");
        });
    }

    @Test
    void nothingHappensUnlessItIsAskedFor() {
        application.run(context -> {
            as(UsernamePasswordAuthenticationToken.authenticated("bob", "", List.of()));
            assertThat(context.getBean(JdbcTemplate.class).queryForObject(WHO, String.class))
                    .isEqualTo(Route.postgres().user() + " nobody");
        });
    }

    @Test
    void aBeanOfTheApplicationDecidesInstead() {
        secured.withBean(
                        SessionContextSource.class,
                        () -> () -> SessionContext.builder()
                                .role("clerk")
                                .claims(Map.of("sub", "job"))
                                .build())
                .run(context -> assertThat(context.getBean(JdbcTemplate.class).queryForObject(WHO, String.class))
                        .isEqualTo("clerk job"));
    }
}
