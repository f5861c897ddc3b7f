package com.scrapersky.session.spring;

import com.scrapersky.session.DatabaseUrl;
import com.scrapersky.session.InvalidDatabaseUrlException;
import com.scrapersky.session.PoolerProfile;
import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.SessionFeature.Treatment;
import com.scrapersky.session.Wrapping;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties under {@code sky.session}: what is written here becomes the metadata that an IDE shows, and {@code
 * docs/options.md}. All are for the application's main DataSource, but for {@code enabled} and {@code exclude}.
 *
 * @param enabled Whether DataSources are made pool-safe.
 * @param exclude Names of DataSource beans that are left as they are.
 * @param pooler What is in front of the database. Your word wins over what is found out, and saves the look;
 *     behind a pooler statements stay unnamed then.
 * @param sessionUrl URL of the pooler's session mode, or of the server itself, for what needs a backend of its own: LISTEN,
 *     session advisory locks, temporary tables, migrations. User, password and database that it leaves out are the
 *     DataSource's. Known by itself for Supabase.
 * @param maximumSessionConnections The most connections to the session URL at once, at least 1. Each holds a backend.
 * @param roles Roles that a context may act as. A role that is not listed is refused.
 * @param policy What is done about a session feature where the default does not suit.
 * @param migration Where Flyway and Liquibase go.
 * @param security What becomes of Spring Security's authentication.
 */
@ConfigurationProperties("sky.session")
record SkySessionProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue List<String> exclude,
        @DefaultValue("auto") PoolerChoice pooler,
        @Nullable String sessionUrl,
        @DefaultValue("3") int maximumSessionConnections,
        @DefaultValue List<String> roles,
        @DefaultValue Map<SessionFeature, Treatment> policy,
        @DefaultValue Migration migration,
        @DefaultValue Security security) {

    SkySessionProperties {
        if (maximumSessionConnections < 1) {
            throw new IllegalArgumentException("sky.session.maximum-session-connections must be at least 1");
        }
        checkUrl("sky.session.session-url", sessionUrl);
    }

    /** So that a start fails by the property's name; what is said of it holds no password. */
    private static void checkUrl(String property, @Nullable String url) {
        if (url == null) {
            return;
        }
        try {
            DatabaseUrl.parse(url);
        } catch (InvalidDatabaseUrlException unreadable) {
            // Without the cause: Spring Boot tells the innermost one, which does not know the property.
            throw new IllegalArgumentException(property + " cannot be read. " + unreadable.getMessage());
        }
    }

    /**
     * @param enabled Whether Flyway and Liquibase go to the session URL where one is known, unless they have a URL of their own.
     * @param url URL for Flyway and Liquibase alone, such as the server's own address.
     */
    record Migration(
            @DefaultValue("true") boolean enabled, @Nullable String url) {

        Migration {
            checkUrl("sky.session.migration.url", url);
        }
    }

    /**
     * @param enabled Whether each connection works for the user whom Spring Security has authenticated: a token's claims go
     *     into request.jwt.claims, as Supabase's policies expect, and the role becomes the user's.
     * @param authenticatedRole Role of an authenticated user whose token names none. Must be among the roles.
     * @param anonymousRole Role where nobody is authenticated. Empty means the login's own. Must be among the roles.
     * @param roleClaim Claim of a token that names its role.
     */
    record Security(
            @DefaultValue("false") boolean enabled,
            @DefaultValue("authenticated") String authenticatedRole,
            @DefaultValue("") String anonymousRole,
            @DefaultValue("role") String roleClaim) {}

    void applyTo(Wrapping wrapping) {
        PoolerProfile told = pooler.profile();
        if (told != null) {
            wrapping.pooler(told);
        }
        if (sessionUrl != null) {
            wrapping.sessionUrl(sessionUrl);
        }
        wrapping.maximumSessionConnections(maximumSessionConnections).roles(roles.toArray(String[]::new));
        policy.forEach(wrapping::policy);
    }

    /** Without values: a URL may hold a password. */
    @Override
    public String toString() {
        return "sky.session";
    }
}
