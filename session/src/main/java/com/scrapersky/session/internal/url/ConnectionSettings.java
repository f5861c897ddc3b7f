package com.scrapersky.session.internal.url;

import com.scrapersky.session.internal.url.Parameter.Origin;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a connection string says, whatever its form was. Immutable. */
public final class ConnectionSettings {

    private final List<Endpoint> endpoints;
    private final @Nullable String user;
    private final @Nullable String password;
    private final @Nullable String database;
    private final Map<String, String> given;
    private final DriverTranslation translation;

    ConnectionSettings(
            List<Endpoint> endpoints,
            @Nullable String user,
            @Nullable String password,
            @Nullable String database,
            Map<String, String> given) {
        this.endpoints = List.copyOf(endpoints);
        this.user = emptyToNull(user);
        this.password = emptyToNull(password);
        this.database = emptyToNull(database);
        this.given = Collections.unmodifiableMap(new LinkedHashMap<>(given));
        this.translation = translated(this.given, this.endpoints.size());
    }

    static ConnectionSettings of(GivenParameters given) {
        return new ConnectionSettings(
                AddressReader.read(given),
                given.take("user"),
                given.take("password"),
                given.take("dbname"),
                given.rest());
    }

    /** In the table's order, so that it does not matter in which order the parameters were given. */
    private static DriverTranslation translated(Map<String, String> given, int hosts) {
        DriverTranslation translation = new DriverTranslation(hosts);
        List<Parameter> driverOwn = new ArrayList<>();
        for (Parameter parameter : ParameterCatalogue.all()) {
            String value = given.get(parameter.name());
            if (value != null && parameter.origin() == Origin.DRIVER) {
                driverOwn.add(parameter);
            } else if (value != null) {
                parameter.meaning().translate(parameter.name(), value, translation);
            }
        }
        // Last, because the driver's own name for something is the most precise way to say it.
        driverOwn.forEach(parameter ->
                parameter.meaning().translate(parameter.name(), given.getOrDefault(parameter.name(), ""), translation));
        return translation;
    }

    private static @Nullable String emptyToNull(@Nullable String text) {
        return text == null || text.isEmpty() ? null : text;
    }

    public List<Endpoint> endpoints() {
        return endpoints;
    }

    public @Nullable String user() {
        return user;
    }

    public @Nullable String password() {
        return password;
    }

    /** libpq's rule: the database given, else the user's name, else that of the operating system's user. */
    public String database() {
        if (database != null) {
            return database;
        }
        return user != null ? user : System.getProperty("user.name", "postgres");
    }

    @Nullable
    String givenDatabase() {
        return database;
    }

    /** The parameters as given, with their secrets. */
    Map<String, String> given() {
        return given;
    }

    /** The parameters as given; secrets are left out. */
    public Map<String, String> shownParameters() {
        Map<String, String> shown = new LinkedHashMap<>(given);
        shown.keySet().removeIf(ParameterCatalogue::isSecret);
        return Collections.unmodifiableMap(shown);
    }

    /** pgjdbc's properties, user and password among them; hosts, ports and database are in {@link #jdbcUrl()}. */
    public Map<String, String> driverProperties() {
        Map<String, String> properties = new LinkedHashMap<>(translation.properties());
        if (user != null) {
            properties.put("user", user);
        }
        if (password != null) {
            properties.put("password", password);
        }
        return Collections.unmodifiableMap(properties);
    }

    public List<Note> notes() {
        return List.copyOf(translation.notes());
    }

    public Optional<String> hint(Hint hint) {
        return Optional.ofNullable(translation.hints().get(hint));
    }

    public String jdbcUrl() {
        return UrlWriter.jdbcUrl(this);
    }

    public ConnectionSettings withEndpoints(List<Endpoint> others) {
        return new ConnectionSettings(others, user, password, database, given);
    }

    public ConnectionSettings withUser(@Nullable String other) {
        return new ConnectionSettings(endpoints, other, password, database, given);
    }

    public ConnectionSettings withPassword(@Nullable String other) {
        return new ConnectionSettings(endpoints, user, other, database, given);
    }

    public ConnectionSettings withDatabase(@Nullable String other) {
        return new ConnectionSettings(endpoints, user, password, other, given);
    }

    ConnectionSettings withGiven(Map<String, String> others) {
        return new ConnectionSettings(endpoints, user, password, database, others);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ConnectionSettings that
                && endpoints.equals(that.endpoints)
                && Objects.equals(user, that.user)
                && Objects.equals(password, that.password)
                && Objects.equals(database, that.database)
                && given.equals(that.given);
    }

    /** Without anything secret: a hash of a password in a heap dump or a log would help to guess it. */
    @Override
    public int hashCode() {
        return Objects.hash(endpoints, user, database, shownParameters());
    }

    /** A URL in libpq's form with {@code ****} in the place of each secret. */
    @Override
    public String toString() {
        return UrlWriter.maskedUrl(this);
    }
}
