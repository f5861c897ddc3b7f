package com.scrapersky.session;

import com.scrapersky.session.internal.context.Json;
import com.scrapersky.session.internal.guard.ContextSettings;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * For whom a session works, and within which bounds: a role, JWT claims, settings, timeouts, isolation. Bound once, by
 * {@link DatabaseSessionFactory#withContext} or {@link DatabaseSessionFactory.Builder#context}; no service passes it on.
 *
 * <pre>{@code
 * SessionContext context = SessionContext.builder()
 *         .role("authenticated")
 *         .claims(Map.of("sub", userId, "role", "authenticated"))
 *         .statementTimeout(Duration.ofSeconds(5))
 *         .build();
 * List<Row> own = sessions.withContext(context).sql("select * from notes").rows();
 * }</pre>
 *
 * <p><b>What is applied.</b> Everything holds for a transaction only, so nothing of it stays on a connection or backend:
 * {@code select set_config(name, ?, true), …} in the same flush as the transaction's first statement. As PostgREST does, claims
 * go into {@code request.jwt.claims}, and the role comes last ({@code PostgREST, Query/SqlFragment.hs}). The legacy
 * {@code request.jwt.claim} and its {@code .sub}, {@code .role} and {@code .email} are blanked in the same statement:
 * Supabase's {@code auth.uid()} and its kin prefer them, so that one which somebody else left behind would impersonate. A
 * context without claims blanks {@code request.jwt.claims}, too.
 *
 * <p><b>Role.</b> Only one of those that the factory was built with ({@link DatabaseSessionFactory.Builder#roles}); any other
 * is refused before anything is sent. What {@code ALTER ROLE … SET} and {@code ALTER ROLE … IN DATABASE … SET} say about
 * the role is applied as well, which {@code SET LOCAL ROLE} alone does not do (PostgreSQL, "ALTER ROLE"): first the role's
 * settings, then the context's, so that the context's win. The role's settings are read when the factory is built and again in
 * the background, once a minute at most. One that the login may not set is left out, and logged once.
 *
 * <p><b>Within a session</b> the context is the session's start, as URL options are. A {@code SET} of the program's own is
 * laid over it and holds until the connection is given back; {@code RESET}, {@code RESET ROLE}, {@code RESET ALL} and {@code
 * DISCARD ALL} go back to the context, not behind it. {@code SET ROLE}, {@code SET LOCAL ROLE} and {@code set_config('role',
 * …)} take only roles of the factory, as literals; {@code NONE} and {@code SET SESSION AUTHORIZATION} are refused. That keeps
 * mistakes from becoming another user's rights; it is no sandbox for SQL from strangers: a function that computes a {@code SET
 * ROLE} has the rights of the login until its transaction ends. Statements that run outside of transactions, such as {@code
 * VACUUM}, are refused, for nothing transaction-local holds for them.
 *
 * <p><b>Thread safety.</b> Immutable. <b>Round trips.</b> None of its own: a statement takes one, a transaction of n
 * statements n + 1, isolation and read-only included. As a transaction's first work, batches of JDBC, calls, COPY, {@code
 * getMetaData()} and updatable rows get the settings in one round trip before them; outside of a transaction they are put into
 * one, which takes another for its COMMIT.
 *
 * <p>Values are bound as parameters of prepared statements; where the driver takes none, they are quoted as literals: see
 * {@link DatabaseSessionFactory#withContext}. No value is shown by {@link #toString()}, a message or a log.
 */
public final class SessionContext {

    /** How far a transaction is kept apart from others that run at the same time. */
    public enum Isolation {
        READ_COMMITTED,
        REPEATABLE_READ,
        SERIALIZABLE;

        private String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    private static final SessionContext NONE = new SessionContext(null, Map.of());

    private static final Pattern SETTING_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_$]*(\\.[A-Za-z_][A-Za-z0-9_$]*)*");

    /** PostgreSQL's NAMEDATALEN, less the byte at the end. */
    private static final int LONGEST_NAME = 63;

    private static final String CLAIMS = "request.jwt.claims";

    /** What Supabase's auth.jwt(), auth.uid(), auth.role() and auth.email() look at first. */
    private static final List<String> LEGACY_CLAIMS =
            List.of("request.jwt.claim", "request.jwt.claim.sub", "request.jwt.claim.role", "request.jwt.claim.email");

    private final ContextSettings settings;

    private SessionContext(@Nullable String role, Map<String, String> settings) {
        this.settings = new ContextSettings(role, settings);
    }

    /** A context that applies nothing: the login's own role, no claims. */
    public static SessionContext none() {
        return NONE;
    }

    /** Begins a context that is not {@link #none()}, and so blanks the claims unless they are given. */
    public static Builder builder() {
        return new Builder();
    }

    /** The role to act as, where there is one. */
    public Optional<String> role() {
        return Optional.ofNullable(settings.role());
    }

    /** Whether it applies nothing at all. */
    boolean isNone() {
        return settings.role() == null && settings.settings().isEmpty();
    }

    ContextSettings settings() {
        return settings;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SessionContext context && settings.equals(context.settings);
    }

    @Override
    public int hashCode() {
        return settings.hashCode();
    }

    /** The role and the names of what is set; never a value. */
    @Override
    public String toString() {
        return "SessionContext[" + settings + "]";
    }

    /** What a context is made of. Each value is looked at when it is given. Not thread-safe. */
    public static final class Builder {

        private final Map<String, String> settings = new LinkedHashMap<>();
        private @Nullable String role;

        private Builder() {}

        /** The role to act as: one of those that the factory allows. */
        public Builder role(String name) {
            if (name.isEmpty() || name.length() > LONGEST_NAME || name.indexOf('\0') >= 0 || isNoRole(name)) {
                throw Errors.usage(
                        "a role whose name is " + (name.isEmpty() ? "empty" : "no name of a role"),
                        "give the name of a role of the database, or leave it out for the login's own");
            }
            role = name;
            return this;
        }

        /** PostgreSQL gives these words another meaning. */
        private static boolean isNoRole(String name) {
            return name.equals("none") || name.equals("public");
        }

        /** The claims of a verified token, as the JSON object that it carries. They are not verified here. */
        public Builder claims(String json) {
            if (!Json.isObject(json)) {
                throw Errors.usage(
                        "claims that are not a JSON object",
                        "give the payload of the token once it is decoded: {\"sub\": …}");
            }
            return put(CLAIMS, json);
        }

        /**
         * The claims of a verified token, by name: strings, numbers, booleans, nulls, UUIDs, enums, and maps, collections or
         * arrays of those.
         */
        public Builder claims(Map<String, ? extends @Nullable Object> claims) {
            try {
                return put(CLAIMS, Json.of(claims));
            } catch (IllegalArgumentException unfit) {
                throw Errors.usage(
                        String.valueOf(unfit.getMessage()),
                        "give strings, numbers, booleans, nulls, UUIDs, enums, and maps or collections of those");
            }
        }

        /**
         * Another setting: one of PostgreSQL's, or a custom one with a dot in its name. Whether the login may set it, and what
         * the value means, the server decides with the first statement.
         */
        public Builder setting(String name, String value) {
            if (!SETTING_NAME.matcher(name).matches() || tooLong(name)) {
                throw Errors.usage(
                        "a setting whose name is not one: letters, digits and _, with dots between the words of a custom one",
                        "give a name as in current_setting('app.tenant')");
            }
            switch (name.toLowerCase(Locale.ROOT)) {
                case "role" ->
                    throw misplaced(name, "give the role by role(…), which is held against the factory's roles");
                case "session_authorization" ->
                    throw misplaced(name, "give the role by role(…); another login needs another factory");
                case "transaction_isolation", "default_transaction_isolation" ->
                    throw misplaced(name, "give it by isolation(…)");
                case "transaction_read_only", "default_transaction_read_only" ->
                    throw misplaced(name, "give it by readOnly(…)");
                case "transaction_deferrable" -> throw misplaced(name, "set default_transaction_deferrable");
                case "client_encoding" -> throw misplaced(name, "leave it: the driver speaks UTF-8");
                default -> {
                    return put(name, value);
                }
            }
        }

        private static boolean tooLong(String name) {
            for (String word : name.split("\\.", -1)) {
                if (word.length() > LONGEST_NAME) {
                    return true;
                }
            }
            return false;
        }

        private static RuntimeException misplaced(String name, String advice) {
            return Errors.usage(name + " as a setting of a context", advice);
        }

        /** The name in {@code pg_stat_activity} while a transaction runs. PostgreSQL keeps its first 63 bytes. */
        public Builder applicationName(String name) {
            return put("application_name", name);
        }

        /** How long a statement may run, from its arrival at the server: then 57014. Zero means without end. */
        public Builder statementTimeout(Duration timeout) {
            return put("statement_timeout", milliseconds("statement timeout", timeout));
        }

        /** How long a statement may wait for a lock: then 55P03. Zero means without end. */
        public Builder lockTimeout(Duration timeout) {
            return put("lock_timeout", milliseconds("lock timeout", timeout));
        }

        /** How long a transaction may wait for its next statement: then the server ends it, and the connection, with 25P03. */
        public Builder idleInTransactionTimeout(Duration timeout) {
            return put("idle_in_transaction_session_timeout", milliseconds("idle-in-transaction timeout", timeout));
        }

        private static String milliseconds(String what, Duration timeout) {
            if (timeout.isNegative() || timeout.compareTo(Duration.ofMillis(Integer.MAX_VALUE)) > 0) {
                throw Errors.usage(
                        "a " + what + " of " + timeout, "give one between zero, which means none, and 24 days");
            }
            long whole = timeout.toMillis();
            return Long.toString(whole == 0 && !timeout.isZero() ? 1 : whole);
        }

        /** The isolation level that transactions begin with. */
        public Builder isolation(Isolation level) {
            return put("default_transaction_isolation", level.word());
        }

        /** Whether transactions begin read-only: then what changes something fails with 25006. */
        public Builder readOnly(boolean value) {
            return put("default_transaction_read_only", value ? "on" : "off");
        }

        private Builder put(String name, String value) {
            if (Objects.requireNonNull(value).indexOf('\0') >= 0) {
                throw Errors.usage("a value with a zero byte for " + name, "PostgreSQL's texts hold none; take it out");
            }
            settings.put(name, value);
            return this;
        }

        public SessionContext build() {
            Map<String, String> all = new LinkedHashMap<>();
            LEGACY_CLAIMS.forEach(name -> all.put(name, ""));
            all.put(CLAIMS, "");
            all.putAll(settings);
            return new SessionContext(role, all);
        }
    }
}
