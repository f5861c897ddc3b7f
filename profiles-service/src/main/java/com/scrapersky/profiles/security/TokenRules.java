package com.scrapersky.profiles.security;

import com.scrapersky.profiles.ConfigurationException;
import com.scrapersky.profiles.Variables;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import javax.crypto.SecretKey;

/**
 * Which tokens count: the secret of those that are signed with one, the address of the public keys of all others, who issued
 * them, and how far clocks may differ.
 *
 * @param secret for HS256, and for nothing else
 * @param keys where the public keys are, for ES256 and RS256, and for nothing else
 * @param issuer who issues tokens, where that is known
 * @param issuerOfSecret whether a token that is signed with the secret has to name its issuer, too
 */
record TokenRules(
        Optional<SecretKey> secret,
        Optional<URI> keys,
        Optional<String> issuer,
        boolean issuerOfSecret,
        Duration clockSkew) {

    private static final String KEYS = "JWT_JWKS_URL";
    private static final String ISSUER = "JWT_ISSUER";
    private static final String SKEW = "JWT_CLOCK_SKEW_SECONDS";
    private static final String SUPABASE = "SUPABASE_URL";
    private static final long DEFAULT_SKEW = 30;
    private static final long LARGEST_SKEW = 300;

    static TokenRules of(Variables variables) {
        // Supabase: "JWT signing keys", https://supabase.com/docs/guides/auth/signing-keys
        Optional<String> supabase =
                variables.get(SUPABASE).map(url -> url.strip().replaceAll("/+$", "") + "/auth/v1");
        Optional<String> told = variables.get(ISSUER).map(String::strip);
        Optional<String> issuer = told.or(() -> supabase);
        Optional<URI> keys = variables
                .get(KEYS)
                .map(String::strip)
                .or(() -> supabase.map(url -> url + "/.well-known/jwks.json"))
                .map(TokenRules::address);
        Optional<SecretKey> secret = JwtSecret.from(variables);
        if (secret.isEmpty() && keys.isEmpty()) {
            throw new ConfigurationException(
                    "Nothing says which tokens are valid: neither " + JwtSecret.VARIABLE + " nor " + SUPABASE + " nor "
                            + KEYS + " is set.",
                    "Set " + SUPABASE
                            + " to your project's URL for tokens that Supabase signs with its keys (ES256, RS256),"
                            + " or " + JwtSecret.VARIABLE + " to the secret that your tokens are signed with (HS256).");
        }
        if (keys.isPresent() && issuer.isEmpty()) {
            throw new ConfigurationException(
                    KEYS + " is set, and nothing says who issues the tokens.",
                    "Set " + ISSUER + " to what they have as \"iss\".");
        }
        return new TokenRules(secret, keys, issuer, told.isPresent(), skew(variables));
    }

    private static URI address(String text) {
        try {
            URI address = URI.create(text);
            String host = address.getHost();
            boolean here = "localhost".equals(host) || "127.0.0.1".equals(host);
            if (host != null && ("https".equals(address.getScheme()) || ("http".equals(address.getScheme()) && here))) {
                return address;
            }
        } catch (IllegalArgumentException malformed) {
            // Told below.
        }
        throw new ConfigurationException(
                "The address of the public keys for tokens is no https:// URL.",
                "Correct " + KEYS + ", or " + SUPABASE + " (https://<project reference>.supabase.co).");
    }

    private static Duration skew(Variables variables) {
        try {
            long seconds =
                    variables.get(SKEW).map(String::strip).map(Long::parseLong).orElse(DEFAULT_SKEW);
            if (seconds >= 0 && seconds <= LARGEST_SKEW) {
                return Duration.ofSeconds(seconds);
            }
        } catch (NumberFormatException none) {
            // Told below.
        }
        throw new ConfigurationException(
                "The environment variable " + SKEW + " is no whole number from 0 to " + LARGEST_SKEW + ".",
                "Correct it, or leave it out for " + DEFAULT_SKEW + ".");
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "tokens of " + issuer.orElse("any issuer") + ", keys at "
                + keys.map(URI::toString).orElse("none");
    }
}
