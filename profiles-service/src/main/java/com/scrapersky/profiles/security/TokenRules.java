package com.scrapersky.profiles.security;

import com.scrapersky.profiles.ConfigurationException;
import com.scrapersky.profiles.Variables;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import javax.crypto.SecretKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

    private static final Logger LOG = LoggerFactory.getLogger(TokenRules.class);

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
                .map(TokenRules::address)
                .or(() -> supabase.flatMap(TokenRules::keysOfProject));
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
        return safe(text)
                .orElseThrow(() -> new ConfigurationException(
                        "The address of the public keys for tokens is no https:// URL.", "Correct " + KEYS + "."));
    }

    /** Supabase within a private network may have an address that keys must not be fetched from; the secret is left then. */
    private static Optional<URI> keysOfProject(String url) {
        Optional<URI> address = safe(url + "/.well-known/jwks.json");
        if (address.isEmpty()) {
            LOG.warn("{} is no https:// URL, so tokens that are signed with public keys open nothing", SUPABASE);
        }
        return address;
    }

    private static Optional<URI> safe(String text) {
        try {
            URI address = URI.create(text);
            String host = address.getHost();
            boolean here = "localhost".equals(host) || "127.0.0.1".equals(host);
            boolean safe = "https".equals(address.getScheme()) || ("http".equals(address.getScheme()) && here);
            return host != null && safe ? Optional.of(address) : Optional.empty();
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
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
