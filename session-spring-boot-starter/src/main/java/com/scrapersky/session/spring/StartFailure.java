package com.scrapersky.session.spring;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Why an application does not start, in plain words. The first whose words are found in the messages of a failure fits;
 * so what is special comes before what is general.
 */
enum StartFailure {
    WRONG_PORT(
            "EMAXCONNSESSION|MaxClientsInSessionMode|max clients reached in [Ss]ession mode",
            "The pooler's session mode has no backend left: there each client holds one for as long as it is connected.",
            "Point spring.datasource.url at the transaction mode (Supabase: port 6543 instead of 5432), which this"
                    + " application can use, and leave the session mode to sky.session.session-url. Or lower"
                    + " spring.datasource.hikari.maximum-pool-size so that all instances together stay below the pooler's"
                    + " pool size."),
    NEEDS_A_SESSION(
            "SessionFeatureRefusedException",
            "The application uses something that needs a session of its own, and the database is reached through a pooler"
                    + " in transaction mode, where nobody has one.",
            "Set sky.session.session-url to the pooler's session mode (Supabase: port 5432) or to the server itself: what"
                    + " needs a session then goes there by itself."),
    LOCKED_OUT(
            "ECIRCUITBREAKER|too many authentication failures",
            "The pooler lets nobody in from this address for a while, because the password was wrong too often.",
            "Stop every instance that still tries the wrong password, mend spring.datasource.password, wait two minutes, and"
                    + " start again. Each further attempt with the wrong password prolongs the lock-out."),
    TENANT(
            "ENOTFOUND|[Tt]enant.{0,40} not found|ENOIDENTIFIER|no tenant identifier",
            "The pooler does not know for which project this login is meant.",
            "Write the project's reference behind the user's name, with a dot between them:"
                    + " spring.datasource.username=postgres.<project reference>. See also whether the host names the region of"
                    + " the project."),
    WRONG_PASSWORD(
            "28P01|password authentication failed|EWRONGPASSWORD|SASL authentication failed",
            "The database refuses the user or the password.",
            "Mend spring.datasource.username and spring.datasource.password (at Supabase the database's password, not an API"
                    + " key). Do not let instances restart with the wrong one: Supavisor locks an address out after ten wrong"
                    + " passwords."),
    TOO_MANY_CLIENTS(
            "53300|EMAXCONN|too many clients|too many connections|remaining connection slots"
                    + "|no more connections allowed|[Mm]ax client connections|client connections exceeded",
            "The database, or the pooler in front of it, has no room for another connection.",
            "Lower spring.datasource.hikari.maximum-pool-size: all instances together must stay below the server's"
                    + " max_connections, or below the pooler's client limit. If this goes to the server itself, go through a"
                    + " pooler in transaction mode."),
    TLS_REQUIRED(
            "ESSLREQUIRED|SSL required|SSL connection is required|no encryption|SSL off",
            "The database lets nobody in without TLS.",
            "Add ?sslmode=verify-full to spring.datasource.url, with sslrootcert=<file> where the certificate is not signed"
                    + " by a public authority (Supabase: the certificate can be downloaded from the project's settings)."),
    STARTUP_PARAMETER(
            "unsupported startup parameter",
            "The pooler refuses a parameter that the driver sends when it connects.",
            "Take it out of the URL (currentSchema is sent as search_path, options as what it holds), or let Sky Session"
                    + " apply it to each transaction: that needs a HikariCP pool with a jdbcUrl, and sky.session.enabled not"
                    + " false. PgBouncer's ignore_startup_parameters only drops it."),
    PREPARED_STATEMENT(
            "prepared statement \"[^\"]*\" (already exists|does not exist)|prepared statement (did not exist|name is already)",
            "A named prepared statement met another server connection: a pooler in transaction mode is in between, and the"
                    + " DataSource does not know.",
            "Let Sky Session wrap the DataSource: take it out of sky.session.exclude, do not set sky.session.enabled=false,"
                    + " and make the DataSource a bean. Where it is none, add prepareThreshold=0 to its URL."),
    IPV6_ONLY(
            "(UnknownHost|NoRouteToHost|[Nn]etwork is unreachable|SocketTimeout|[Cc]onnection attempt failed)(?s:.*)"
                    + "db\\.[a-z0-9]+\\.supabase\\.co"
                    + "|db\\.[a-z0-9]+\\.supabase\\.co(?s:.*)(UnknownHost|NoRouteToHost|[Nn]etwork is unreachable"
                    + "|SocketTimeout|[Cc]onnection attempt failed)",
            "Supabase's direct host cannot be reached. It has an IPv6 address only, and this machine's network has no IPv6.",
            "Use the project's pooler, which has IPv4: host aws-<n>-<region>.pooler.supabase.com, port 6543, user"
                    + " postgres.<project reference>. Or buy the project's IPv4 add-on."),
    NO_DATABASE(
            "3D000|no such database|database \"[^\"]*\" does not exist",
            "There is no such database behind this address, or the pooler does not know it.",
            "Mend the name behind the last slash of spring.datasource.url (at Supabase it is postgres), or create the database."),
    UNKNOWN_HOST(
            "UnknownHost",
            "Nobody knows the name of the database's host.",
            "Mend the host in spring.datasource.url (or in sky.session.session-url, where migrations go), and see whether this"
                    + " machine, or its container, asks a resolver that knows it."),
    NOBODY_ANSWERS(
            "Connection refused|Connection to \\S+ refused",
            "Nobody answers at the database's address.",
            "See host and port in spring.datasource.url (or in sky.session.session-url, where migrations go), and whether the"
                    + " pooler, or the server, is up.");

    private final Pattern words;
    private final String description;
    private final String action;

    StartFailure(String words, String description, String action) {
        this.words = Pattern.compile(words);
        this.description = description;
        this.action = action;
    }

    /** What happened. */
    String description() {
        return description;
    }

    /** What to change. */
    String action() {
        return action;
    }

    /** @param told the classes, SQLSTATEs and messages of a failure and its causes */
    static Optional<StartFailure> of(String told) {
        return List.of(values()).stream()
                .filter(failure -> failure.words.matcher(told).find())
                .findFirst();
    }
}
