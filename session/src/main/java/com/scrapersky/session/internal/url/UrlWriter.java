package com.scrapersky.session.internal.url;

import java.util.function.Function;
import java.util.stream.Collectors;

/** Writes settings down again, without their secrets. */
final class UrlWriter {

    private static final String MASK = "****";

    private UrlWriter() {}

    static String maskedUrl(ConnectionSettings settings) {
        StringBuilder url = new StringBuilder("postgresql://");
        String user = settings.user();
        if (user != null) {
            url.append(PercentCode.encode(user));
        }
        if (settings.password() != null) {
            url.append(':').append(MASK);
        }
        if (user != null || settings.password() != null) {
            url.append('@');
        }
        url.append(hosts(settings, Endpoint::inUri));
        String database = settings.givenDatabase();
        if (database != null) {
            url.append('/').append(PercentCode.encode(database));
        }
        String query = settings.given().entrySet().stream()
                .map(parameter -> PercentCode.encode(parameter.getKey()) + "="
                        + (ParameterCatalogue.isSecret(parameter.getKey())
                                ? MASK
                                : PercentCode.encode(parameter.getValue())))
                .collect(Collectors.joining("&"));
        return query.isEmpty() ? url.toString() : url.append('?').append(query).toString();
    }

    static String jdbcUrl(ConnectionSettings settings) {
        return "jdbc:postgresql://" + hosts(settings, Endpoint::inJdbcUrl) + "/"
                + PercentCode.encode(settings.database());
    }

    private static String hosts(ConnectionSettings settings, Function<Endpoint, String> form) {
        return settings.endpoints().stream().map(form).collect(Collectors.joining(","));
    }
}
