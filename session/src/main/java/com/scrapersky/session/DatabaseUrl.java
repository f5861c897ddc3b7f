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
 *
 * <p>Instances are immutable and safe to share between threads. Nothing here connects: every method costs no round trip.
 *
 * <pre>{@code
 * DatabaseUrl url = DatabaseUrl.parse("postgresql://app.ref:s%40cret@aws-0-eu-west-1.pooler.supabase.com:6543/postgres");
 * url.hosts();        // [Host[name=aws-0-eu-west-1.pooler.supabase.com, port=6543]]
 * url.tenant();       // Optional[ref]
 * url.sessionUrl();   // the same on port 5432
 * url.toString();     // postgresql://app.ref:****@aws-0-eu-west-1.pooler.supabase.com:6543/postgres
 * }</pre>
 *
 * <h2>Forms</h2>
 * <ul>
 *   <li>{@code postgresql://user:password@host:port,host:port/database?name=value}, also {@code postgres://} and, as
 *       SQLAlchemy writes it, {@code postgresql+driver://}. Special characters are percent-encoded; an IPv6 address
 *       stands in brackets.
 *   <li>{@code host=… port=… dbname='a b' password='it\'s'}: libpq's keyword/value strings.
 *   <li>{@code jdbc:postgresql://host:port/database?user=…}, {@code jdbc:postgresql:database}: as pgjdbc reads them, so
 *       user and password are parameters and a plus sign is a blank.
 * </ul>
 *
 * <h2>Parameters</h2>
 * libpq's names mean what they mean to libpq, also in a {@code jdbc:} URL, and are translated to pgjdbc's properties.
 * pgjdbc's own names ({@code prepareThreshold}, {@code currentSchema}, …) are passed on and win over a translated one. The
 * former system's {@code raw_sql}, {@code no_prepare}, {@code statement_cache_size} and
 * {@code prepared_statement_cache_size}, {@code ssl} of asyncpg, and {@code pgbouncer}, {@code connection_limit},
 * {@code pool_timeout} and {@code schema} of Prisma are translated and reported by {@link #translations()}. Every other
 * name is an error, as in libpq. What libpq can do and pgjdbc cannot (Unix-domain sockets, {@code service},
 * {@code passfile}, {@code sslcrl}, …) is refused by name.
 *
 * <h2>Where it differs from libpq</h2>
 * <ul>
 *   <li>No host means {@code localhost}; libpq would take a Unix-domain socket first.
 *   <li>No {@code PG*} variable of the environment, service file or password file is read here. pgjdbc itself looks into
 *       the password file when there is no password.
 *   <li>{@code connect_timeout} (seconds for each host, none if zero or less) becomes pgjdbc's {@code connectTimeout},
 *       and {@code loginTimeout} for all hosts together. libpq 18 no longer makes 2 s of 1 s.
 *   <li>{@code hostaddr} takes the place of {@code host}; with {@code sslmode=verify-full} both together are refused.
 *   <li>{@code primary} and {@code standby} in {@code target_session_attrs} mean {@code read-write} and
 *       {@code read-only}: pgjdbc asks for {@code transaction_read_only} only ({@code ConnectionFactoryImpl}).
 *   <li>An at-sign that is not percent-encoded after the user information, which libpq takes for a piece of the host or
 *       the database, is an error: it comes from a password that should have been percent-encoded.
 * </ul>
 *
 * <p>The sources: {@code fe-connect.c} of libpq 18 ({@code conninfo_uri_parse_options}, {@code conninfo_parse},
 * {@code pqConnectOptions2}) and {@code org.postgresql.Driver.parseURL} of pgjdbc 42.7.14. This library's tests ask both.
 *
 * <h2>Passwords</h2>
 * No method shows one: not {@link #toString()}, not {@link #parameters()}, not the message of an
 * {@link InvalidDatabaseUrlException}, which quotes nothing of the text because a piece of the password may stand in any
 * place of a malformed one.
 */
public final class DatabaseUrl {

    private final ConnectionSettings settings;

    private DatabaseUrl(ConnectionSettings settings) {
        this.settings = settings;
    }

    /**
     * Reads a connection string in any of the forms above.
     *
     * @throws InvalidDatabaseUrlException if it cannot be understood, or asks for something that pgjdbc cannot do; the
     *     message names the part and the way out
     */
    public static DatabaseUrl parse(String text) {
        return read(() -> ConnectionString.parse(text));
    }

    /** Reads the environment of this process; see {@link #fromEnvironment(Map)}. */
    public static DatabaseUrl fromEnvironment() {
        return fromEnvironment(System.getenv());
    }

    /**
     * Reads {@code DATABASE_URL} in any of the forms above; without it Supabase's variables:
     * {@code SUPABASE_POOLER_HOST}, {@code SUPABASE_POOLER_PORT} (6543), {@code SUPABASE_POOLER_USER} and
     * {@code SUPABASE_DB_PASSWORD} (as it is, not percent-encoded). A user without a tenant becomes {@code user.ref},
     * with the reference of {@code SUPABASE_URL} ({@code https://<ref>.supabase.co}). The database is {@code postgres}.
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
            throw new InvalidDatabaseUrlException(Facts.refused(String.valueOf(mistake.getMessage()), mistake.advice())
                    .as(ErrorClass.CONFIGURATION));
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

    /**
     * The same database without a pooler, where its address is certain: {@code db.<ref>.supabase.co:5432} for
     * {@code *.pooler.supabase.com} with a {@linkplain #tenant() tenant} (the user loses it) and for Supabase's dedicated
     * pooler on port 6543. Supabase serves it by IPv6 only, unless the project has the IPv4 add-on.
     */
    public Optional<DatabaseUrl> directUrl() {
        return SupabaseAddress.direct(settings).map(DatabaseUrl::new);
    }

    /**
     * The same database through a pooler in session mode, where its address is certain: port 5432 of
     * {@code *.pooler.supabase.com}. The host named {@code db.<ref>.supabase.co} has none.
     */
    public Optional<DatabaseUrl> sessionUrl() {
        return SupabaseAddress.session(settings).map(DatabaseUrl::new);
    }

    /**
     * The URL for pgjdbc: hosts, ports and database. It holds no credentials and no parameters, because pgjdbc lets those
     * in a URL win over its properties.
     */
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
    public Map<String, String> driverProperties() {
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
