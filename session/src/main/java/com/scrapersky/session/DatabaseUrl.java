package com.scrapersky.session;

import com.scrapersky.session.DatabaseException.Facts;
import com.scrapersky.session.internal.url.ConnectionSettings;
import com.scrapersky.session.internal.url.ConnectionString;
import com.scrapersky.session.internal.url.Endpoint;
import com.scrapersky.session.internal.url.EnvironmentReader;
import com.scrapersky.session.internal.url.Hint;
import com.scrapersky.session.internal.url.SupabaseAddress;
import com.scrapersky.session.internal.url.UrlSyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where a database is and how to log in: one text in any of the usual forms, read with libpq's meaning.
 */
public final class DatabaseUrl {

    private final ConnectionSettings settings;

    private DatabaseUrl(ConnectionSettings settings) {
        this.settings = settings;
    }

    /**
     * Reads a connection string in any of the forms above.
     *
     * @throws InvalidDatabaseUrlException if it cannot be understood, or asks for something that pgjdbc cannot do
     */
    public static DatabaseUrl parse(String text) {
        return read(() -> ConnectionString.parse(text));
    }

    /** Reads the environment of this process; see {@link #fromEnvironment(Map)}. */
    public static DatabaseUrl fromEnvironment() {
        return fromEnvironment(System.getenv());
    }

    /**
     * Reads {@code DATABASE_URL}, else the {@code SUPABASE_*} variables.
     *
     * @throws InvalidDatabaseUrlException if a variable is missing (the message lists all that are) or malformed
     */
    public static DatabaseUrl fromEnvironment(Map<String, String> environment) {
        return read(() -> EnvironmentReader.read(environment));
    }

    private static DatabaseUrl read(Supplier<ConnectionSettings> reader) {
        try {
            return new DatabaseUrl(reader.get());
        } catch (UrlSyntaxException mistake) {
            // Without the cause, by the rule that nothing which saw the text is handed on.
            throw new InvalidDatabaseUrlException(
                    Facts.refused(String.valueOf(mistake.getMessage()), mistake.advice()));
        }
    }

    /** The hosts in the order in which they are tried; at least one. */
    public List<Host> hosts() {
        return settings.endpoints().stream()
                .map(endpoint -> new Host(endpoint.host(), endpoint.port()))
                .toList();
    }

    /** The user, as given; without one the driver takes the operating system's. */
    public Optional<String> user() {
        return Optional.ofNullable(settings.user());
    }

    /** Whether there is a password. The password itself cannot be read. */
    public boolean hasPassword() {
        return settings.password() != null;
    }

    /** The database; as in libpq, one that is not given is named as the user. */
    public String database() {
        return settings.database();
    }

    /** The name that the program gives itself ({@code application_name}). */
    public Optional<String> applicationName() {
        return Optional.ofNullable(settings.driverProperties().get("ApplicationName"));
    }

    /** The other parameters by the names they were given under, without those that are secret. */
    public Map<String, String> parameters() {
        return settings.shownParameters();
    }

    /** What was made of parameters that the driver does not know under that name. */
    public List<Translation> translations() {
        return settings.notes().stream()
                .map(note -> new Translation(note.parameter(), note.value(), note.meaning()))
                .toList();
    }

    /** The tenant that Supavisor would read: from a user {@code role.tenant}, or {@code options=reference=tenant}. */
    public Optional<String> tenant() {
        return SupabaseAddress.tenant(settings);
    }

    /** The same database without a pooler, where its address is certain: Supabase's {@code db.<ref>.supabase.co:5432}. */
    public Optional<DatabaseUrl> directUrl() {
        return SupabaseAddress.direct(settings).map(DatabaseUrl::new);
    }

    /** The same database through a pooler in session mode, where its address is certain: Supabase's port 5432. */
    public Optional<DatabaseUrl> sessionUrl() {
        return SupabaseAddress.session(settings).map(DatabaseUrl::new);
    }

    /** The URL for pgjdbc: hosts, ports and database, no credentials and no parameters. */
    public String jdbcUrl() {
        return settings.jdbcUrl();
    }

    /** The same with another user; null for none. */
    public DatabaseUrl withUser(@Nullable String user) {
        return new DatabaseUrl(settings.withUser(user));
    }

    /** The same with another password; null for none. */
    public DatabaseUrl withPassword(@Nullable CharSequence password) {
        return new DatabaseUrl(settings.withPassword(password == null ? null : password.toString()));
    }

    /** The same with another database. */
    public DatabaseUrl withDatabase(String database) {
        return new DatabaseUrl(settings.withDatabase(database));
    }

    /** The same on another server. */
    public DatabaseUrl withHost(String name, int port) {
        return read(() -> settings.withEndpoints(List.of(Endpoint.checked(name, port))));
    }

    /** pgjdbc's properties for this URL, user and PASSWORD among them; only what the URL says, no defaults of ours. */
    Map<String, String> driverProperties() {
        return settings.driverProperties();
    }

    /** The pool's size, where the URL names one. */
    OptionalInt connectionLimit() {
        return settings.hint(Hint.CONNECTION_LIMIT)
                .map(Integer::parseInt)
                .map(OptionalInt::of)
                .orElse(OptionalInt.empty());
    }

    /** The longest wait for a connection of the pool, where the URL names one; zero for no limit. */
    Optional<Duration> poolTimeout() {
        return settings.hint(Hint.POOL_TIMEOUT).map(Long::parseLong).map(Duration::ofSeconds);
    }

    /** The user's word on whether a transaction pooler is in front, where the URL says it. */
    Optional<Boolean> transactionPooler() {
        return settings.hint(Hint.TRANSACTION_POOLER).map(Boolean::valueOf);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DatabaseUrl that && settings.equals(that.settings);
    }

    @Override
    public int hashCode() {
        return settings.hashCode();
    }

    /** A URL in libpq's form, with {@code ****} in the place of each password. */
    @Override
    public String toString() {
        return settings.toString();
    }

    /**
     * One address of a server.
     *
     * @param name a host name or an IP address, IPv6 without brackets
     * @param port from 1 to 65535
     */
    public record Host(String name, int port) {}

    /**
     * What was made of a parameter.
     *
     * @param parameter its name as given
     * @param value its value as given
     * @param meaning what it means here
     */
    public record Translation(String parameter, String value, String meaning) {}
}
