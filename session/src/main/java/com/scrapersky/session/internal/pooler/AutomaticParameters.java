package com.scrapersky.session.internal.pooler;

import com.scrapersky.session.PoolerProfile;
import com.scrapersky.session.PoolerProfile.Mode;
import com.scrapersky.session.PoolerProfile.Origin;
import com.scrapersky.session.PoolerProfile.Parameter;
import com.scrapersky.session.PoolerProfile.Pooler;
import com.scrapersky.session.PoolerProfile.StatementMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The driver's parameters that every session gets by itself, each with its reason. What the user set explicitly wins; where
 * that is unsafe behind the pooler, a warning says why. Names and defaults are those of {@code org.postgresql.PGProperty},
 * 42.7.14.
 */
public final class AutomaticParameters {

    private static final int SUPAVISOR_CACHE = 90;

    private static final String LOSES_COMMITS =
            "a savepoint around each statement costs round trips, and loses commits behind a pooler";
    private static final String LOSES_COUNT =
            "Odyssey reserves prepared statements, and does not answer a connection any more after several statements were sent together"
                    + " and one before the last has failed (seen with 1.5): pipelines and batches of texts go text by text, and a"
                    + " connection that is not answered after a failure is given up. Way out: pool_reserve_prepared_statement no, with"
                    + " which statements have no names";
    private static final String INLINES_VALUES = "the simple mode inlines values into the text and ignores fetch sizes";

    private final PoolerProfile profile;
    private final Map<String, Parameter> explicit;
    private final List<Parameter> parameters = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    private AutomaticParameters(PoolerProfile profile, Map<String, Parameter> explicit) {
        this.profile = profile;
        this.explicit = new LinkedHashMap<>(explicit);
    }

    /**
     * Decides about every parameter.
     *
     * @param explicit what the user set, by name
     * @param loopback whether every host is this machine
     */
    public static AutomaticParameters decide(PoolerProfile profile, Map<String, Parameter> explicit, boolean loopback) {
        AutomaticParameters decided = new AutomaticParameters(profile, explicit);
        decided.decide(loopback);
        return decided;
    }

    /** What is unsafe about parameters that can no longer be changed. */
    public static List<String> warnings(PoolerProfile profile, List<Parameter> parameters) {
        AutomaticParameters decided = new AutomaticParameters(profile, Map.of());
        decided.warnOfPooler();
        parameters.stream()
                .filter(parameter -> parameter.origin() != Origin.AUTOMATIC)
                .forEach(parameter -> decided.warnIfUnsafe(parameter, ""));
        return decided.warnings();
    }

    public List<Parameter> parameters() {
        return List.copyOf(parameters);
    }

    public List<String> warnings() {
        return List.copyOf(warnings);
    }

    /** Named where the user insists on a positive threshold. */
    public StatementMode statementMode() {
        return parameters.stream()
                .filter(parameter -> parameter.name().equals("prepareThreshold"))
                .map(parameter -> parameter.value().equals("0") ? StatementMode.UNNAMED : StatementMode.NAMED)
                .findFirst()
                .orElse(profile.statementMode());
    }

    private void warnOfPooler() {
        if (profile.pooler() == Pooler.ODYSSEY
                && profile.mode() == Mode.TRANSACTION
                && profile.statementMode() == StatementMode.NAMED) {
            warnings.add(LOSES_COUNT);
        }
    }

    private void decide(boolean loopback) {
        warnOfPooler();
        if (profile.statementMode() == StatementMode.UNNAMED) {
            apply(
                    "prepareThreshold",
                    "0",
                    "no statement stays at a backend under a name, COMMIT and ROLLBACK included; another"
                            + " client's statement of the same name would be executed instead");
        } else {
            apply(
                    "prepareThreshold",
                    "5",
                    profile.mode() == Mode.TRANSACTION
                            ? "the pooler carries named statements from backend to backend, so a statement used five times"
                                    + " stays prepared; asked again of each connection, which names none before"
                            : "the backend is this client's own, so a statement used five times stays prepared");
            if (profile.pooler() == Pooler.SUPAVISOR && profile.mode() == Mode.TRANSACTION) {
                apply(
                        "preparedStatementCacheQueries",
                        Integer.toString(SUPAVISOR_CACHE),
                        "Supavisor ends a connection that names more than 100 statements");
            }
        }
        apply("preferQueryMode", "extended", INLINES_VALUES);
        apply("autosave", "never", LOSES_COMMITS);
        apply(
                "readOnlyMode",
                "transaction",
                "BEGIN READ ONLY carries it; 'always' would set it for the backend's next user");
        apply(
                "assumeMinServerVersion",
                "12",
                "the application name travels in the startup packet instead of a SET afterwards,"
                        + " so connecting needs no backend and leaves nothing on one");
        apply(
                "ApplicationName",
                "sky-session",
                "one fixed name for all connections: poolers set it again at each change");
        apply("gssEncMode", "disable", "poolers speak no GSS encryption; asking costs a round trip for each connect");
        decideTls(loopback);
        apply("tcpKeepAlive", "true", "idle connections are many and long-lived; a dead peer is noticed");
        apply("connectTimeout", "5", "seconds until an unreachable host is given up");
        decideTimeout();
        apply("loginTimeout", "10", "seconds until a login that does not answer is given up");
        apply("logServerErrorDetail", "false", "the server's details quote rows and keys, which belong in no log");
        parameters.addAll(explicit.values());
        explicit.values().forEach(parameter -> warnIfUnsafe(parameter, ""));
    }

    /** Whoever stops reading leaves the query running at the server (pgjdbc 42.7.14), so it is to be cancelled before. */
    private void decideTimeout() {
        Parameter given = explicit.get("socketTimeout");
        if (given != null && given.value().matches("\\d{1,6}") && Integer.parseInt(given.value()) > 1) {
            int seconds = Integer.parseInt(given.value());
            apply(
                    "queryTimeout",
                    Integer.toString(seconds - Math.max(1, seconds / 10)),
                    "seconds until a statement is cancelled, before socketTimeout gives the connection up and would leave it"
                            + " running at the server");
        }
    }

    private void decideTls(boolean loopback) {
        Parameter given = explicit.get("sslmode");
        if (given == null && loopback) {
            apply(
                    "sslmode",
                    "disable",
                    "nothing leaves this machine; asking for TLS costs a round trip for each connect");
            return;
        }
        apply(
                "sslmode",
                "verify-full",
                "the server proves that it is the host of the URL, so that nobody on the way can answer in its place or read along;"
                        + " sslmode=disable gives that up on a network of your own");
        String mode = given == null ? "verify-full" : given.value();
        if (!loopback && !isVerified(mode)) {
            warnings.add(
                    "sslmode=" + mode + " protects from nobody who can answer in the server's place: set"
                            + " sslmode=verify-full, with sslrootcert where the certificate is not signed by a public authority");
        }
        if (isVerified(mode)
                && !explicit.containsKey("sslrootcert")
                && !explicit.containsKey("sslfactory")
                && !hasRootFile()) {
            apply(
                    "sslfactory",
                    "org.postgresql.ssl.DefaultJavaSSLFactory",
                    "the authorities of this Java judge the server's certificate, because neither sslrootcert nor"
                            + " ~/.postgresql/root.crt says who does");
        }
        if (loopback) {
            if (!Destination.enforcesTls(mode)) {
                apply(
                        "requireAuth",
                        "!password",
                        "without enforced TLS nobody can make the driver send the password in clear");
            }
            return;
        }
        apply(
                "requireAuth",
                "scram-sha-256",
                "by SCRAM the server proves that it knows the password, which is not sent; where another way to log in is"
                        + " meant (a token, a certificate, none), name it: requireAuth=password, sslcert, none");
    }

    private static boolean isVerified(String mode) {
        return mode.equals("verify-full") || mode.equals("verify-ca");
    }

    /** Where libpq and pgjdbc look for the authorities when they are not told. */
    private static boolean hasRootFile() {
        return Files.exists(Path.of(System.getProperty("user.home", ""), ".postgresql", "root.crt"));
    }

    private void apply(String name, String value, String reason) {
        Parameter own = explicit.remove(name);
        if (own == null) {
            parameters.add(new Parameter(name, value, reason, Origin.AUTOMATIC));
        } else if (own.value().equals(value)) {
            parameters.add(new Parameter(
                    name, value, own.reason() + "; it would be the same by itself: " + reason, own.origin()));
        } else {
            parameters.add(new Parameter(
                    name,
                    own.value(),
                    own.reason() + "; overrides " + value + ", which stands for: " + reason,
                    own.origin()));
            warnIfUnsafe(own, reason);
        }
    }

    private void warnIfUnsafe(Parameter parameter, String reason) {
        if (profile.mode() != Mode.TRANSACTION) {
            return;
        }
        String why = switch (parameter.name()) {
            case "prepareThreshold" -> parameter.value().equals("0") ? "" : reason;
            case "autosave" -> parameter.value().equalsIgnoreCase("never") ? "" : LOSES_COMMITS;
            case "preferQueryMode" -> parameter.value().equals("extended") ? "" : INLINES_VALUES;
            case "assumeMinServerVersion" -> isBeforeNine(parameter.value()) ? reason : "";
            case "readOnlyMode" -> parameter.value().equalsIgnoreCase("always") ? reason : "";
            case "preparedStatementCacheQueries" ->
                profile.pooler() == Pooler.SUPAVISOR
                                && profile.statementMode() == StatementMode.NAMED
                                && isMoreThan(parameter.value(), SUPAVISOR_CACHE)
                        ? reason
                        : "";
            case "currentSchema", "options" ->
                "PgBouncer refuses it at connect, Supavisor drops most of it without a word, and what does arrive belongs to a"
                        + " backend that others use too; set it for the role with ALTER ROLE … SET";
            case "targetServerType" ->
                parameter.value().equals("any") ? "" : "it asks whichever backend the pooler happens to give";
            case "defaultRowFetchSize" ->
                parameter.value().equals("0") ? "" : "a slow reader then holds a backend for the length of its result";
            case "channelBinding" ->
                parameter.value().equals("require") ? "poolers have no channel binding, so nobody can log in" : "";
            default -> "";
        };
        if (!why.isEmpty()) {
            warnings.add(parameter.name() + "=" + parameter.value() + " is unsafe behind "
                    + profile.pooler().title() + " in transaction mode: " + why);
        }
    }

    private static boolean isMoreThan(String number, int bound) {
        return number.matches("\\d{3,}") || (number.matches("\\d+") && Integer.parseInt(number) > bound);
    }

    /** From 9.0 on pgjdbc puts the application name into the startup packet. */
    private static boolean isBeforeNine(String version) {
        return version.matches("[0-8](\\..*)?");
    }
}
