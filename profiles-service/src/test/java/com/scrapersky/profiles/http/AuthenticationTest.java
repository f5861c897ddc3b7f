package com.scrapersky.profiles.http;

import static com.scrapersky.profiles.RunningService.PROFILES;
import static com.scrapersky.profiles.RunningService.TOKENS;
import static com.scrapersky.profiles.http.RefusalsTest.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.profiles.RunningService;
import com.scrapersky.profiles.RunningService.Answer;
import com.scrapersky.profiles.development.Tokens;
import com.scrapersky.session.testkit.PgBouncerVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who gets in, and as whom. */
class AuthenticationTest {

    private final RunningService service = RunningService.behind(PgBouncerVersion.V1_26);

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST", "PUT", "DELETE", "PATCH"})
    void everyRequestNeedsAToken(String method) {
        for (String path : List.of(PROFILES, PROFILES + "/" + UUID.randomUUID(), "/nothing")) {
            Answer answer = service.send(service.request(method, path, method.startsWith("P") ? "{" : "")
                    .build());

            assertProblem(answer, 401);
            assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer");
        }
    }

    @Test
    void tokenInTheQueryIsNone() {
        assertProblem(
                service.send(service.request("GET", PROFILES + "?access_token=" + TOKENS.valid(Duration.ofHours(1)), "")
                        .build()),
                401);
    }

    @Test
    void passwordIsNoToken() {
        Answer answer = with("Basic dXNlcjpwYXNzd29yZA==");

        assertProblem(answer, 401);
        assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer");
    }

    static Stream<Arguments> wrongTokens() {
        Duration hour = Duration.ofHours(1);
        Map<String, Object> hs256 = Map.of("alg", "HS256");
        String valid = TOKENS.valid(hour);
        return Stream.of(
                Arguments.of("nothing", ""),
                Arguments.of("no token", "abc"),
                Arguments.of("several words", "a b c"),
                Arguments.of("no JSON", "a.b.c"),
                Arguments.of("five parts", "e30.e30.e30.e30.e30"),
                Arguments.of("not signed", Tokens.unsigned(Tokens.claims(hour))),
                Arguments.of("signature cut off", valid.substring(0, valid.lastIndexOf('.') + 1)),
                Arguments.of("signature of another", other(valid)),
                Arguments.of("another key", Tokens.ofRandomSecret().valid(hour)),
                Arguments.of(
                        "another algorithm", TOKENS.signed(Map.of("alg", "HS512"), Tokens.claims(hour), "HmacSHA512")),
                Arguments.of(
                        "algorithm none with a signature",
                        TOKENS.signed(Map.of("alg", "none"), Tokens.claims(hour), "HmacSHA256")),
                Arguments.of(
                        "unknown critical header",
                        TOKENS.signed(
                                Map.of("alg", "HS256", "crit", List.of("x"), "x", 1),
                                Tokens.claims(hour),
                                "HmacSHA256")),
                Arguments.of("expired longer ago than clocks differ", TOKENS.valid(Duration.ofSeconds(-32))),
                Arguments.of("never expires", with(claims -> claims.remove("exp"))),
                Arguments.of("expires some day", with(claims -> claims.put("exp", "tomorrow"))),
                Arguments.of(
                        "not valid yet",
                        with(claims ->
                                claims.put("nbf", Instant.now().plus(hour).getEpochSecond()))),
                Arguments.of(
                        "of the future",
                        with(claims ->
                                claims.put("nbf", Instant.now().plusSeconds(40).getEpochSecond()))),
                Arguments.of("for others", with(claims -> claims.put("aud", List.of("anon")))),
                Arguments.of("for nobody", with(claims -> claims.remove("aud"))),
                Arguments.of("of nobody", with(claims -> claims.remove("sub"))),
                Arguments.of("of a blank", with(claims -> claims.put("sub", " "))),
                Arguments.of("of an unreadable tenant", with(claims -> claims.put("tenant_id", "acme"))),
                Arguments.of("of two tenants", with(claims -> claims.put("tenant_id", List.of("a", "b")))),
                Arguments.of(
                        "of an unreadable tenant in its metadata",
                        with(claims -> claims.put("app_metadata", Map.of("tenant_id", 1)))),
                Arguments.of("claims that are a list", TOKENS.signed(hs256, Map.of(), "HmacSHA256")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongTokens")
    void tokenThatOpensNothing(String what, String token) {
        Answer answer = with("Bearer " + token);

        assertProblem(answer, 401);
        assertThat(answer.header("WWW-Authenticate")).startsWith("Bearer");
        assertThat(answer.body().toString()).doesNotContainIgnoringCase("signature", "expired", "HS256", "jwt");
    }

    @Test
    void audienceMayBeATextOrOneOfSeveral() {
        assertThat(with("Bearer " + with(claims -> claims.put("aud", "authenticated")))
                        .status())
                .isEqualTo(200);
        assertThat(with("Bearer " + with(claims -> claims.put("aud", List.of("other", "authenticated"))))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void clocksMayDifferALittle() {
        assertThat(with("Bearer " + TOKENS.valid(Duration.ofSeconds(-5))).status())
                .isEqualTo(200);
        assertThat(with("Bearer "
                                + with(claims -> claims.put(
                                        "nbf", Instant.now().plusSeconds(5).getEpochSecond())))
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"anon", "service_role", "postgres", "authenticated "})
    void aRoleThatMayNothing(String role) {
        Answer answer = with("Bearer " + with(claims -> claims.put("role", role)));

        assertProblem(answer, 403);
        assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer error=\"insufficient_scope\"");
    }

    @Test
    void theRoleOfSupabasesTokens() {
        assertThat(with("Bearer " + with(claims -> claims.put("role", "authenticated")))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void tenantIsThatOfTheToken() {
        UUID tenant = UUID.randomUUID();
        UUID profile = service.create(tenant, "{}");
        String inMetadata = with(claims -> claims.put("app_metadata", Map.of("tenant_id", tenant.toString())));
        String inUsersOwn = with(claims -> claims.put("user_metadata", Map.of("tenant_id", tenant.toString())));

        assertThat(with("Bearer " + inMetadata).ids()).containsExactly(profile);
        assertThat(with("Bearer " + inUsersOwn).ids()).doesNotContain(profile);
    }

    @Test
    void tokenWithoutATenantIsOfTheDefaultOne() {
        UUID profile = service.create(RunningService.DEFAULT_TENANT, "{}");

        assertThat(with("Bearer " + TOKENS.valid(Duration.ofHours(1))).ids()).contains(profile);

        service.send(RunningService.DEFAULT_TENANT, "DELETE", PROFILES + "/" + profile, "");
    }

    @Test
    void healthNeedsNoToken() {
        Answer answer = service.send(service.request("GET", "/healthz", "").build());

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body().toString()).isEqualTo("{\"status\":\"up\"}");
    }

    private Answer with(String authorization) {
        return service.send(service.request("GET", PROFILES, "")
                .header("Authorization", authorization)
                .build());
    }

    private static String with(Consumer<Map<String, Object>> change) {
        Map<String, Object> claims = Tokens.claims(Duration.ofHours(1));
        change.accept(claims);
        return TOKENS.signed(claims);
    }

    private static String other(String token) {
        String another = TOKENS.valid(Duration.ofHours(2));
        return token.substring(0, token.lastIndexOf('.')) + another.substring(another.lastIndexOf('.'));
    }
}
