package com.scrapersky.profiles.security;

import com.scrapersky.profiles.ConfigurationException;
import com.scrapersky.profiles.Variables;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/** The secret of tokens that are signed with one, as Supabase's legacy tokens and the former system's are. Nothing about it, its length included, is ever told. */
final class JwtSecret {

    static final String VARIABLE = "JWT_SECRET_KEY";

    /** RFC 7518, 3.2: a key of the size of the hash output or larger must be used. */
    private static final int SHORTEST = 32;

    private JwtSecret() {}

    /** The secret, where there is one. */
    static Optional<SecretKey> from(Variables variables) {
        return variables.get(VARIABLE).map(text -> {
            byte[] secret = text.getBytes(StandardCharsets.UTF_8);
            if (secret.length < SHORTEST) {
                throw new ConfigurationException(
                        "The secret in " + VARIABLE + " is too short: it can be guessed.",
                        "Use a random one of at least " + SHORTEST + " bytes, here and where the tokens are signed.");
            }
            return new SecretKeySpec(secret, "HmacSHA256");
        });
    }
}
