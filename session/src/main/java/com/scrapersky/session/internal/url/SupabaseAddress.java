package com.scrapersky.session.internal.url;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Supabase's addresses: {@code *.pooler.supabase.com} is Supavisor (6543 transaction mode, 5432 session mode),
 * {@code db.<ref>.supabase.co} the database itself on 5432 and PgBouncer in transaction mode on 6543.
 */
public final class SupabaseAddress {

    private static final Pattern DIRECT_HOST = Pattern.compile("db\\.([a-z0-9]+)\\.supabase\\.co");
    private static final Pattern REFERENCE = Pattern.compile("(?:^|\\s)reference=(\\S+)");
    private static final String POOLER_DOMAIN = ".pooler.supabase.com";
    private static final int TRANSACTION_PORT = 6543;

    private SupabaseAddress() {}

    /** As Supavisor reads it: what follows the last dot of the user, else the reference in {@code options}. */
    public static Optional<String> tenant(ConnectionSettings settings) {
        String user = settings.user();
        int dot = user == null ? -1 : user.lastIndexOf('.');
        if (user != null && dot > 0 && dot < user.length() - 1) {
            return Optional.of(user.substring(dot + 1));
        }
        Matcher reference = REFERENCE.matcher(settings.given().getOrDefault("options", ""));
        return reference.find() ? Optional.of(reference.group(1)) : Optional.empty();
    }

    public static Optional<ConnectionSettings> direct(ConnectionSettings settings) {
        Endpoint endpoint = onlyEndpoint(settings);
        if (endpoint == null) {
            return Optional.empty();
        }
        if (DIRECT_HOST.matcher(endpoint.host()).matches()) {
            return Optional.of(withoutPooler(settings)
                    .withEndpoints(List.of(new Endpoint(endpoint.host(), Endpoint.DEFAULT_PORT))));
        }
        if (!isPooler(endpoint)) {
            return Optional.empty();
        }
        return tenant(settings)
                .map(tenant -> withoutPooler(settings)
                        .withEndpoints(List.of(new Endpoint("db." + tenant + ".supabase.co", Endpoint.DEFAULT_PORT)))
                        .withUser(role(settings.user())));
    }

    public static Optional<ConnectionSettings> session(ConnectionSettings settings) {
        Endpoint endpoint = onlyEndpoint(settings);
        if (endpoint == null || !isPooler(endpoint)) {
            return Optional.empty();
        }
        if (endpoint.port() != TRANSACTION_PORT && endpoint.port() != Endpoint.DEFAULT_PORT) {
            return Optional.empty();
        }
        return Optional.of(
                withoutWord(settings).withEndpoints(List.of(new Endpoint(endpoint.host(), Endpoint.DEFAULT_PORT))));
    }

    private static boolean isPooler(Endpoint endpoint) {
        return endpoint.host().endsWith(POOLER_DOMAIN);
    }

    private static @Nullable Endpoint onlyEndpoint(ConnectionSettings settings) {
        return settings.endpoints().size() == 1 ? settings.endpoints().get(0) : null;
    }

    private static @Nullable String role(@Nullable String user) {
        int dot = user == null ? -1 : user.lastIndexOf('.');
        return user == null || dot < 0 ? user : user.substring(0, dot);
    }

    /** The word that a transaction pooler is in front belongs to the address that is left. */
    private static ConnectionSettings withoutWord(ConnectionSettings settings) {
        Map<String, String> given = new LinkedHashMap<>(settings.given());
        given.remove("pgbouncer");
        return settings.withGiven(given);
    }

    /** PostgreSQL itself would refuse Supavisor's reference. */
    private static ConnectionSettings withoutPooler(ConnectionSettings settings) {
        Map<String, String> given = new LinkedHashMap<>(withoutWord(settings).given());
        String options = REFERENCE
                .matcher(given.getOrDefault("options", ""))
                .replaceAll("")
                .strip();
        if (options.isEmpty()) {
            given.remove("options");
        } else {
            given.put("options", options);
        }
        return settings.withGiven(given);
    }
}
