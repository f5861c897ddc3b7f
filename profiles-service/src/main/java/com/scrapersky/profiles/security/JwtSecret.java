package com.scrapersky.profiles.security;

import com.scrapersky.profiles.ConfigurationException;
import com.scrapersky.profiles.Variables;
import java.nio.charset.StandardCharsets;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/** The secret that tokens are signed with. Nothing about it, its length included, is ever told. */
final class JwtSecret {

    static final String VARIABLE = "JWT_SECRET_KEY";

    /** RFC 7518, 3.2: a key of the size of the hash output or larger must be used. */
    private static final int SHORTEST = 32;

    private JwtSecret() {}

    static SecretKey from(Variables variables) {
        byte[] secret = variables
                .get(VARIABLE)
                .orElseThrow(() -> new ConfigurationException(
                        "The environment variable " + VARIABLE + " is not set.",
                        "Set it to the secret that your tokens are signed with (HS256)."))
                .getBytes(StandardCharsets.UTF_8);
        if (secret.length < SHORTEST) {
            throw new ConfigurationException(
                    "The secret in " + VARIABLE + " is too short: it can be guessed.",
                    "Use a random one of at least " + SHORTEST + " bytes, here and where the tokens are signed.");
        }
        return new SecretKeySpec(secret, "HmacSHA256");
    }
}
