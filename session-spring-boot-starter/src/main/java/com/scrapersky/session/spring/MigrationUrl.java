package com.scrapersky.session.spring;

import com.scrapersky.session.DatabaseUrl;
import com.scrapersky.session.InvalidDatabaseUrlException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;

/**
 * Where migrations go: what the properties say, else what certainly stands beside the DataSource's address. A migration
 * holds a lock, a role and a search path of its session, which a pooler in transaction mode would hand to strangers.
 *
 * @param address hosts, ports and database
 * @param jdbcUrl the same with its parameters, TLS above all, without user and password
 */
record MigrationUrl(
        String address,
        String jdbcUrl,
        @Nullable String user,
        @Nullable String password) {

    /** What names the server and the login, and so is told otherwise. */
    private static final Set<String> LOGIN = Set.of("user", "password", "PGDBNAME", "PGHOST", "PGPORT");

    static Optional<MigrationUrl> of(SkySessionProperties properties, @Nullable JdbcConnectionDetails dataSource) {
        if (!properties.migration().enabled()) {
            return Optional.empty();
        }
        String told =
                properties.migration().url() != null ? properties.migration().url() : properties.sessionUrl();
        if (told != null) {
            DatabaseUrl url = DatabaseUrl.parse(told);
            return Optional.of(new MigrationUrl(
                    url.jdbcUrl(),
                    withParameters(url),
                    url.user().orElseGet(() -> dataSource == null ? null : dataSource.getUsername()),
                    url.hasPassword()
                            ? url.driverProperties().get("password")
                            : dataSource == null ? null : dataSource.getPassword()));
        }
        return dataSource == null ? Optional.empty() : beside(dataSource);
    }

    private static Optional<MigrationUrl> beside(JdbcConnectionDetails dataSource) {
        String address = dataSource.getJdbcUrl();
        if (!address.startsWith("jdbc:postgresql:")) {
            return Optional.empty();
        }
        try {
            DatabaseUrl url = DatabaseUrl.parse(address);
            String user = dataSource.getUsername();
            DatabaseUrl complete = user == null ? url : url.withUser(user);
            return complete.sessionUrl()
                    .map(session -> new MigrationUrl(
                            session.jdbcUrl(),
                            withParameters(session),
                            session.user().orElse(user),
                            dataSource.getPassword() != null
                                    ? dataSource.getPassword()
                                    : session.driverProperties().get("password")));
        } catch (InvalidDatabaseUrlException onlyForTheDriver) {
            return Optional.empty();
        }
    }

    private static String withParameters(DatabaseUrl url) {
        StringJoiner parameters = new StringJoiner("&", "?", "").setEmptyValue("");
        url.driverProperties().forEach((name, value) -> {
            if (!LOGIN.contains(name)) {
                parameters.add(name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8));
            }
        });
        return url.jdbcUrl() + parameters;
    }

    /** Without a password, and without parameters, which may have one for a key. */
    @Override
    public String toString() {
        return address;
    }
}
