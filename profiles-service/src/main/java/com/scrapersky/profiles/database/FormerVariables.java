package com.scrapersky.profiles.database;

import com.scrapersky.profiles.Variables;
import com.scrapersky.session.DatabaseUrl;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * The former system's way to say where the database is: {@code DATABASE_URL}, else {@code SUPABASE_*}. What they say becomes
 * the connection details of Spring Boot's DataSource.
 */
final class FormerVariables {

    private static final List<String> DATABASE = List.of(
            "DATABASE_URL",
            "SUPABASE_POOLER_HOST",
            "SUPABASE_POOLER_PORT",
            "SUPABASE_POOLER_USER",
            "SUPABASE_DB_PASSWORD",
            "SUPABASE_URL");

    /** Ours, and the name that Prisma and Supabase's documentation use. */
    private static final List<String> MIGRATION = List.of("MIGRATION_DATABASE_URL", "DIRECT_URL");

    /** What names the server and the login, and so is told otherwise. */
    private static final Set<String> LOGIN = Set.of("user", "password", "PGDBNAME", "PGHOST", "PGPORT");

    private FormerVariables() {}

    /**
     * The database for requests.
     *
     * @throws com.scrapersky.session.InvalidDatabaseUrlException with the variables that are missing or wrong
     */
    static DatabaseUrl database(Variables variables) {
        Map<String, String> given = new HashMap<>();
        DATABASE.forEach(name -> variables.get(name).ifPresent(value -> given.put(name, value)));
        return DatabaseUrl.fromEnvironment(given);
    }

    /** The same database past the pooler, where a variable says how to get there. */
    static Optional<DatabaseUrl> migration(Variables variables) {
        return migrationText(variables).map(DatabaseUrl::parse);
    }

    /** Whether there is such a variable; whether it can be read shows when it is. */
    static boolean isMigrationGiven(Variables variables) {
        return migrationText(variables).isPresent();
    }

    private static Optional<String> migrationText(Variables variables) {
        return MIGRATION.stream().flatMap(name -> variables.get(name).stream()).findFirst();
    }

    /** For the driver, with its parameters and without user and password. */
    static String jdbcUrl(DatabaseUrl url) {
        StringJoiner parameters = new StringJoiner("&", "?", "").setEmptyValue("");
        url.driverProperties().forEach((name, value) -> {
            if (!LOGIN.contains(name)) {
                parameters.add(name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8));
            }
        });
        return url.jdbcUrl() + parameters;
    }

    static @Nullable String user(DatabaseUrl url) {
        return url.user().orElse(null);
    }

    static @Nullable String password(DatabaseUrl url) {
        return url.driverProperties().get("password");
    }

    /** What the URL says about the pool, in the words of Prisma: {@code connection_limit}, {@code pool_timeout}. */
    static Optional<Integer> ofPool(DatabaseUrl url, String parameter) {
        return url.translations().stream()
                .filter(translation -> translation.parameter().equals(parameter))
                .map(translation -> Integer.valueOf(translation.value()))
                .findFirst();
    }
}
