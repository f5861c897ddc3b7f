package com.scrapersky.profiles.security;

import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jose.jws.MacAlgorithm;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtAudienceValidator;
import org.springframework.security.oauth2.jwt.JwtClaimNames;
import org.springframework.security.oauth2.jwt.JwtClaimValidator;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.web.client.RestTemplate;

/**
 * Reads tokens of both kinds, each with key material of its own: what a token says about its algorithm chooses the decoder,
 * and each decoder knows its own algorithms and keys only. So a public key, which everybody has, never serves as a secret,
 * nor a secret that the set of public keys might list as one. Thread-safe.
 */
final class TokenDecoder implements JwtDecoder {

    private static final String AUDIENCE = "authenticated";

    /** For the public keys, which are fetched when a token names one that is not known yet. */
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final Map<String, JwtDecoder> byAlgorithm = new HashMap<>();

    TokenDecoder(TokenRules rules, OAuth2TokenValidator<Jwt> tenants) {
        rules.secret().ifPresent(secret -> {
            NimbusJwtDecoder decoder = NimbusJwtDecoder.withSecretKey(secret)
                    .macAlgorithm(MacAlgorithm.HS256)
                    .build();
            decoder.setJwtValidator(validator(rules, rules.issuerOfSecret(), tenants));
            byAlgorithm.put(MacAlgorithm.HS256.getName(), decoder);
        });
        rules.keys().ifPresent(address -> {
            SimpleClientHttpRequestFactory requests = new SimpleClientHttpRequestFactory();
            requests.setConnectTimeout(TIMEOUT);
            requests.setReadTimeout(TIMEOUT);
            NimbusJwtDecoder decoder = NimbusJwtDecoder.withJwkSetUri(address.toString())
                    .jwsAlgorithms(algorithms -> {
                        algorithms.add(SignatureAlgorithm.ES256);
                        algorithms.add(SignatureAlgorithm.RS256);
                    })
                    .restOperations(new RestTemplate(requests))
                    .build();
            decoder.setJwtValidator(validator(rules, true, tenants));
            byAlgorithm.put(SignatureAlgorithm.ES256.getName(), decoder);
            byAlgorithm.put(SignatureAlgorithm.RS256.getName(), decoder);
        });
    }

    @Override
    public Jwt decode(String token) {
        JwtDecoder decoder = byAlgorithm.get(algorithm(token));
        if (decoder == null) {
            throw new BadJwtException("signed in a way that is not accepted here");
        }
        return decoder.decode(token);
    }

    private static String algorithm(String token) {
        try {
            return SignedJWT.parse(token).getHeader().getAlgorithm().getName();
        } catch (ParseException malformed) {
            throw new BadJwtException("no signed token", malformed);
        }
    }

    private static OAuth2TokenValidator<Jwt> validator(
            TokenRules rules, boolean mustNameIssuer, OAuth2TokenValidator<Jwt> tenants) {
        // A token without an end would be Spring Security's default.
        JwtTimestampValidator notExpired = new JwtTimestampValidator(rules.clockSkew());
        notExpired.setAllowEmptyExpiryClaim(false);
        return new DelegatingOAuth2TokenValidator<>(
                notExpired,
                new JwtAudienceValidator(AUDIENCE),
                token -> issuedRightly(token, rules, mustNameIssuer),
                new JwtClaimValidator<String>(JwtClaimNames.SUB, subject -> subject != null && !subject.isBlank()),
                tenants);
    }

    private static OAuth2TokenValidatorResult issuedRightly(Jwt token, TokenRules rules, boolean mustNameIssuer) {
        Object issuer = token.getClaims().get(JwtClaimNames.ISS);
        boolean right = issuer == null
                ? !mustNameIssuer
                : rules.issuer().map(issuer.toString()::equals).orElse(true);
        return right
                ? OAuth2TokenValidatorResult.success()
                : OAuth2TokenValidatorResult.failure(
                        new OAuth2Error("invalid_token", "the token is another issuer's", null));
    }
}
