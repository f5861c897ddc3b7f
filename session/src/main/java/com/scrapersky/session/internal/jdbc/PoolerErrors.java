package com.scrapersky.session.internal.jdbc;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The errors that need more than their own words: what to change, and whether anything was executed. */
final class PoolerErrors {

    /** Sent by PgBouncer and Supavisor before a statement is given to a backend. */
    private static final Pattern BEFORE_FORWARDING = Pattern.compile(
            "query_wait_timeout|ECHECKOUTTIMEOUT|ECHECKOUTRETRIES|EPOOLCHECKOUT|EMAXCONN|[Mm]ax client connections reached"
                    + "|no more connections allowed|server login failed|client_login_timeout|pause failed"
                    + "|Failed to connect to database");

    private static final Pattern CONFIGURATION = Pattern.compile(
            "ENOTFOUND|[Tt]enant.* not found|ENOIDENTIFIER|EINVALIDUSERINFO|EMULTIPLEUSERS|EBANNED|EADDRNOTALLOWED|ESSLREQUIRED"
                    + "|ESTARTUPMESSAGE|ESTARTUPPACKETTOOLARGE|EWRONGPASSWORD|ECIRCUITBREAKER|unsupported startup parameter|no such"
                    + " (user|database)|authentication failed|SSL required");

    private static final String WRONG_PASSWORD =
            "the password or the user is wrong. Do not try again with the same: Supavisor"
                    + " locks an address out after ten wrong passwords";

    private static final List<Rule> RULES = List.of(
            new Rule(
                    "08P01",
                    "unsupported startup parameter",
                    "the pooler refuses this startup parameter: take it out of the URL"
                            + " (options, currentSchema), or set it for the role with ALTER ROLE … SET"),
            new Rule(
                    "",
                    "query_wait_timeout|ECHECKOUT",
                    "all backends of the pooler were busy; nothing was executed. Make"
                            + " transactions shorter, or the pooler's pool larger"),
            new Rule(
                    "",
                    "EMAXCONN|[Mm]ax client connections|no more connections allowed",
                    "the pooler has no room for another"
                            + " client: lower maximumPoolSize, or raise the pooler's client limit"),
            new Rule("", "ENOTFOUND|[Tt]enant.* not found", "the user must name the tenant: postgres.<project ref>"),
            new Rule(
                    "",
                    "ECIRCUITBREAKER",
                    "wrong passwords have locked this address out; wait two minutes, and mend the" + " password first"),
            new Rule("28P01", "", WRONG_PASSWORD),
            new Rule("08P01", "authentication failed", WRONG_PASSWORD),
            new Rule(
                    "28",
                    "",
                    "the server refuses this user from this address; see its pg_hba.conf or the pooler's users"),
            new Rule("3D000", "", "the database does not exist there; see the part of the URL behind the host"),
            new Rule(
                    "26000|42P05",
                    "",
                    "a named prepared statement met another backend: a pooler in transaction mode is in"
                            + " between. Leave prepareThreshold to this library, or set it to 0"),
            new Rule("42P18", "", "PostgreSQL cannot infer the type here: write it down, as in :name::text"),
            new Rule("42883|42804", "", "the types do not meet: cast the parameter, as in :name::uuid"),
            new Rule("42P01", "", "the table is not in the search_path of this role; name its schema"),
            new Rule(
                    "25P02",
                    "",
                    "an earlier statement of the transaction failed; let its error leave the work, or use"
                            + " savepoint(…)"),
            new Rule("25006", "", "read(…) opens a read-only transaction; use write(…)"),
            new Rule("40", "", "repeat the whole transaction"),
            new Rule("55P03", "", "another transaction holds the lock; try again later"),
            new Rule(
                    "57014",
                    "",
                    "the statement ran longer than its timeout, or was cancelled: make it faster, or the timeout"
                            + " longer"),
            new Rule(
                    "0A000",
                    "cached plan",
                    "the table changed under a named prepared statement that a pooler shares; repeat"
                            + " the transaction, or issue RECONNECT at the pooler"),
            new Rule("53300", "", "the server has no connection left: lower maximumPoolSize, or go through a pooler"));

    private PoolerErrors() {}

    static boolean isBeforeForwarding(String message) {
        return BEFORE_FORWARDING.matcher(message).find();
    }

    static boolean isConfiguration(String message) {
        return CONFIGURATION.matcher(message).find();
    }

    static @Nullable String advice(String sqlState, String message) {
        for (Rule rule : RULES) {
            if (rule.states().matcher(sqlState).lookingAt()
                    && rule.texts().matcher(message).find()) {
                return rule.advice();
            }
        }
        return null;
    }

    /** The first rule whose states (their beginning) and text both fit gives the advice. */
    private record Rule(Pattern states, Pattern texts, String advice) {
        Rule(String states, String texts, String advice) {
            this(Pattern.compile(states), Pattern.compile(texts), advice);
        }
    }
}
