package com.scrapersky.profiles.http;

import static com.scrapersky.profiles.RunningService.PROFILES;
import static com.scrapersky.profiles.RunningService.TOKENS;
import static com.scrapersky.profiles.http.RefusalsTest.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.scrapersky.profiles.Labs;
import com.scrapersky.profiles.RunningService;
import com.scrapersky.profiles.RunningService.Answer;
import com.scrapersky.session.testkit.PgBouncerVersion;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Tokens as Supabase issues them, with its keys (ES256, RS256) and with the legacy secret, each with its own key only. */
class SupabaseTokensTest {

    private static final AtomicReference<String> PUBLISHED = new AtomicReference<>("");
    private static HttpServer keys;
    private static String issuer;
    private static ECKey elliptic;
    private static RSAKey rsa;
    private static OctetSequenceKey listedSecret;
    private static RunningService service;

    @BeforeAll
    static void start() throws Exception {
        elliptic = new ECKeyGenerator(Curve.P_256).keyID("ec").generate();
        rsa = new RSAKeyGenerator(2048).keyID("rsa").generate();
        listedSecret = new OctetSequenceKeyGenerator(256).keyID("oct").generate();
        PUBLISHED.set(new JWKSet(List.of(elliptic.toPublicJWK(), rsa.toPublicJWK(), listedSecret)).toString(false));
        keys = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        keys.createContext("/auth/v1/.well-known/jwks.json", exchange -> {
            byte[] body = PUBLISHED.get().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(body.length == 0 ? 503 : 200, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        keys.start();
        String project = "http://localhost:" + keys.getAddress().getPort();
        issuer = project + "/auth/v1";
        service = RunningService.of(
                Labs.pooler(PgBouncerVersion.V1_26).url(), Labs.postgres().url(), "--SUPABASE_URL=" + project + "/");
    }

    @AfterAll
    static void stop() {
        service.close();
        keys.stop(0);
    }

    @Test
    void tokensOfBothKindsOfKeysOpen() throws Exception {
        UUID tenant = UUID.randomUUID();
        UUID profile = service.create(tenant, "{}");

        assertThat(with(signed(elliptic, JWSAlgorithm.ES256, "ec", claims -> ofTenant(claims, tenant)))
                        .ids())
                .containsExactly(profile);
        assertThat(with(signed(rsa, JWSAlgorithm.RS256, "rsa", claims -> ofTenant(claims, tenant)))
                        .ids())
                .containsExactly(profile);
    }

    @Test
    void theLegacySecretGoesOnWorkingWithTheProjectsIssuerOrNone() throws Exception {
        assertThat(with(TOKENS.valid(Duration.ofHours(1))).status()).isEqualTo(200);
        assertThat(with(bySecret(issuer)).status()).isEqualTo(200);
        assertRefused(bySecret("https://other.supabase.co/auth/v1"));
    }

    @Test
    void noKeyServesForTheOtherKind() throws Exception {
        // The classic: the public key, which everybody has, as the secret.
        for (byte[] known : List.of(
                rsa.toPublicJWK().toJSONString().getBytes(StandardCharsets.UTF_8),
                rsa.toRSAPublicKey().getEncoded(),
                elliptic.toECPublicKey().getEncoded(),
                listedSecret.toByteArray())) {
            for (String id : List.of("ec", "rsa", "oct")) {
                assertRefused(signed(new MACSigner(known), JWSAlgorithm.HS256, id, claims -> claims));
            }
        }
        // Another algorithm of the same key.
        assertRefused(signed(new RSASSASigner(rsa), JWSAlgorithm.RS512, "rsa", claims -> claims));
        assertRefused(signed(new RSASSASigner(rsa), JWSAlgorithm.PS256, "rsa", claims -> claims));
        assertRefused(signed(new RSASSASigner(rsa), JWSAlgorithm.RS256, "ec", claims -> claims));
        // Keys of somebody else under the right id.
        assertRefused(signed(
                new ECKeyGenerator(Curve.P_256).keyID("ec").generate(), JWSAlgorithm.ES256, "ec", claims -> claims));
    }

    @Test
    void whatTheKeysSignedIsCheckedLikeTheRest() throws Exception {
        assertRefused(signed(elliptic, JWSAlgorithm.ES256, "ec", claims -> claims.issuer("https://other.example")));
        assertRefused(signed(elliptic, JWSAlgorithm.ES256, "ec", claims -> claims.issuer(null)));
        assertRefused(signed(elliptic, JWSAlgorithm.ES256, "ec", claims -> claims.audience("anon")));
        assertRefused(signed(elliptic, JWSAlgorithm.ES256, "ec", claims -> claims.expirationTime(null)));
        assertRefused(signed(
                elliptic,
                JWSAlgorithm.ES256,
                "ec",
                claims -> claims.expirationTime(Date.from(Instant.now().minusSeconds(60)))));
        assertRefused(signed(elliptic, JWSAlgorithm.ES256, "ec", claims -> claims.subject(null)));
        assertProblem(
                with(signed(elliptic, JWSAlgorithm.ES256, "ec", claims -> claims.claim("role", "service_role"))), 403);
    }

    @Test
    void aKeyThatCannotBeFetchedPutsOff() throws Exception {
        String published = PUBLISHED.getAndSet("");
        try {
            // An id that is not known yet makes the service look again.
            ECKey fresh = new ECKeyGenerator(Curve.P_256).keyID("fresh").generate();
            Answer answer = with(signed(fresh, JWSAlgorithm.ES256, "fresh", claims -> claims));

            assertProblem(answer, 503);
            assertThat(answer.header("Retry-After")).isEqualTo("5");
        } finally {
            PUBLISHED.set(published);
        }
    }

    private static JWTClaimsSet.Builder ofTenant(JWTClaimsSet.Builder claims, UUID tenant) {
        return claims.claim("app_metadata", Map.of("tenant_id", tenant.toString()));
    }

    private static void assertRefused(String token) {
        assertProblem(with(token), 401);
    }

    private static Answer with(String token) {
        return service.send(service.request("GET", PROFILES, "")
                .header("Authorization", "Bearer " + token)
                .build());
    }

    private static String bySecret(String from) throws JOSEException {
        return signed(
                new MACSigner(TOKENS.secret().getBytes(StandardCharsets.UTF_8)),
                JWSAlgorithm.HS256,
                "legacy",
                claims -> claims.issuer(from));
    }

    private static String signed(
            ECKey key, JWSAlgorithm algorithm, String id, UnaryOperator<JWTClaimsSet.Builder> change)
            throws JOSEException {
        return signed(new ECDSASigner(key), algorithm, id, change);
    }

    private static String signed(
            RSAKey key, JWSAlgorithm algorithm, String id, UnaryOperator<JWTClaimsSet.Builder> change)
            throws JOSEException {
        return signed(new RSASSASigner(key), algorithm, id, change);
    }

    private static String signed(
            JWSSigner signer, JWSAlgorithm algorithm, String id, UnaryOperator<JWTClaimsSet.Builder> change)
            throws JOSEException {
        JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder()
                .issuer(issuer)
                .audience("authenticated")
                .subject(UUID.randomUUID().toString())
                .claim("role", "authenticated")
                .expirationTime(Date.from(Instant.now().plusSeconds(600)));
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(algorithm).keyID(id).build(),
                change.apply(claims).build());
        token.sign(signer);
        return token.serialize();
    }
}
