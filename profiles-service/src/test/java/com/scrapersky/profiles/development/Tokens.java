package com.scrapersky.profiles.development;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Signs bearer tokens with one secret, right ones and wrong ones. Thread-safe. */
public final class Tokens {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Map<String, Object> HS256 = Map.of("alg", "HS256", "typ", "JWT");

    private final String secret;

    public Tokens(String secret) {
        this.secret = secret;
    }

    /** Tokens of a secret that nobody knows. */
    public static Tokens ofRandomSecret() {
        byte[] bytes = new byte[48];
        new SecureRandom().nextBytes(bytes);
        return new Tokens(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    public String secret() {
        return secret;
    }

    /** A token for the default tenant. */
    public String valid(Duration lifetime) {
        return signed(claims(lifetime));
    }

    /** A token for a tenant, valid for an hour. */
    public String ofTenant(UUID tenant) {
        Map<String, @Nullable Object> claims = claims(Duration.ofHours(1));
        claims.put("tenant_id", tenant.toString());
        return signed(claims);
    }

    /** The claims of a valid token, to be changed. */
    public static Map<String, @Nullable Object> claims(Duration lifetime) {
        Map<String, @Nullable Object> claims = new LinkedHashMap<>();
        claims.put("sub", UUID.randomUUID().toString());
        claims.put("aud", List.of("authenticated"));
        claims.put("exp", Instant.now().plus(lifetime).getEpochSecond());
        return claims;
    }

    public String signed(Map<String, @Nullable Object> claims) {
        return signed(HS256, claims, "HmacSHA256");
    }

    /** A token with any header, whatever it is signed with. */
    public String signed(Map<String, Object> header, Map<String, @Nullable Object> claims, String macAlgorithm) {
        String content = encoded(header) + "." + encoded(claims);
        try {
            Mac mac = Mac.getInstance(macAlgorithm);
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), macAlgorithm));
            return content + "." + base64(mac.doFinal(content.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + macAlgorithm, e);
        }
    }

    /** A token that says of itself that it is not signed. */
    public static String unsigned(Map<String, @Nullable Object> claims) {
        return encoded(Map.of("alg", "none")) + "." + encoded(claims) + ".";
    }

    private static String encoded(Map<String, ? extends @Nullable Object> part) {
        return base64(JSON.writeValueAsBytes(part));
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
