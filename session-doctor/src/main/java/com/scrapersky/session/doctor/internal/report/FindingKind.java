package com.scrapersky.session.doctor.internal.report;

import static com.scrapersky.session.doctor.internal.report.Severity.ERROR;
import static com.scrapersky.session.doctor.internal.report.Severity.INFO;
import static com.scrapersky.session.doctor.internal.report.Severity.WARNING;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Everything that the doctor can find: the one source for its output, for {@code doctor explain} and for {@code
 * docs/doctor.md}.
 */
public enum FindingKind {
    URL_PARAMETER_TRANSLATED(
            INFO,
            "A parameter of another tool was translated",
            "The URL uses a name that the driver does not know. What it stands for is understood.",
            "nothing has to be done; the driver's own name says it without a translation"),
    TENANT_MISSING(
            ERROR,
            "The tenant is missing",
            "Supavisor serves many projects at one address and finds yours by the user's name.",
            "write the user as role.project, such as postgres.abcdefghijklmnop"),
    IPV6_ONLY(
            WARNING,
            "The host has IPv6 addresses only",
            "A machine without IPv6, which many hosts, containers and CI runners are, cannot reach it.",
            "where IPv6 is missing use the pooler's host, or the provider's IPv4 add-on"),
    HOST_UNKNOWN(
            ERROR,
            "The host name is unknown",
            "DNS has no address for it: the name is misspelt, the project is paused or deleted, or DNS is out of reach.",
            "compare the host of the URL with the provider's page"),
    HOST_UNREACHABLE(
            ERROR,
            "Nobody answers",
            "No TCP connection was to be had: the server is down, listens elsewhere, or a firewall is in between.",
            "see whether the server runs, whether host and port are right, and whether the firewall lets this machine through"),
    SOME_ADDRESS_UNREACHABLE(
            WARNING,
            "One of several addresses does not answer",
            "Each connect may try it first and wait for its timeout.",
            "take it out of the URL or DNS, or start what should answer there"),
    NOT_POSTGRESQL(
            ERROR,
            "What answers does not speak PostgreSQL's protocol",
            "Something listens there, but not a PostgreSQL server or pooler.",
            "see the port of the URL: 5432 is PostgreSQL's, 6432 and 6543 are poolers'"),
    TLS_MISSING(
            WARNING,
            "The connection is not encrypted",
            "Password hashes, statements and data travel in clear.",
            "switch TLS on at the server or pooler, and set sslmode=verify-full"),
    TLS_REFUSED(
            ERROR,
            "TLS is demanded and not offered",
            "The URL's sslmode allows no connection without TLS, and the server or pooler has none.",
            "switch TLS on there; on a network that you trust, sslmode=disable gives it up"),
    TLS_REQUIRED(
            ERROR,
            "The server lets nobody in without TLS",
            "The URL's sslmode rules TLS out, or the driver was not asked to use it.",
            "set sslmode=verify-full, or at least require"),
    TLS_NOT_VERIFIED(
            WARNING,
            "TLS is used, and nobody looks at the certificate",
            "With sslmode prefer, allow or require anybody on the way can answer in the server's place and read everything.",
            "set sslmode=verify-full, with sslrootcert where the certificate is signed by no public authority"),
    TLS_UNKNOWN_AUTHORITY(
            ERROR,
            "The certificate is signed by no authority that is trusted here",
            "It is self-signed, signed by a private authority, or somebody else answers in the server's place.",
            "get the authority's certificate from the provider and name its file in sslrootcert"),
    TLS_EXPIRED(
            ERROR,
            "The certificate is out of date",
            "Its time is over, or has not begun: a client that looks refuses it.",
            "renew the server's certificate; where it is new, see this machine's clock"),
    TLS_EXPIRES_SOON(
            WARNING,
            "The certificate runs out soon",
            "On that day every client that looks at it stops.",
            "renew the server's certificate"),
    TLS_WRONG_NAME(
            ERROR,
            "The certificate is for another host",
            "The name in the URL is none of the names in the certificate, so verify-full refuses it.",
            "use a name of the certificate in the URL, or have the certificate made for this name"),
    TLS_OLD_PROTOCOL(
            WARNING,
            "The TLS protocol is old",
            "TLS 1.0 and 1.1 are broken and on their way out of every client.",
            "allow TLS 1.2 and 1.3 at the server (ssl_min_protocol_version)"),
    TLS_HANDSHAKE_FAILED(
            ERROR,
            "TLS could not be agreed on",
            "Client and server have no protocol or cipher in common, or one of them broke off.",
            "see the server's log for the same second, and its TLS settings"),
    PASSWORD_WRONG(
            ERROR,
            "The password was refused",
            "The role is unknown or the password is not its own. It was tried once, and will not be tried again: ten"
                    + " attempts lock an address out for two minutes at Supavisor.",
            "set the right password; special characters of a URL are percent-encoded"),
    PASSWORD_MISSING(
            ERROR,
            "A password is wanted and there is none",
            "The server asked for one, and the URL, PGPASSWORD and the password file have none.",
            "put it into PGPASSWORD, or start the doctor in a terminal, where it asks"),
    LOGIN_REFUSED(
            ERROR,
            "The login was refused",
            "Whoever answered does not let this user in from here, or not in this way.",
            "see the server's pg_hba.conf or the pooler's users"),
    LOCKED_OUT(
            ERROR,
            "This address is locked out",
            "Too many wrong passwords came from it. The right one is refused, too, until the time is over.",
            "wait two minutes; first mend whatever goes on trying the wrong password"),
    TENANT_UNKNOWN(
            ERROR,
            "The pooler does not know this tenant or user",
            "The project reference in the user's name is wrong, the project lies in another region, or it is paused.",
            "copy user and host from the project's page; both must be of the same region"),
    DATABASE_UNKNOWN(
            ERROR,
            "There is no such database",
            "The login was right, and the database of the URL does not exist there.",
            "see the database's name in the URL; without one it is the user's name"),
    STARTUP_PARAMETER_REFUSED(
            ERROR,
            "A parameter of the URL is refused by the pooler",
            "PgBouncer accepts few parameters when a client connects; currentSchema and options are not among them.",
            "take it out of the URL and set it for the role: ALTER ROLE … SET …; Sky Session does so by itself"),
    NO_ROOM(
            ERROR,
            "There is no room for another client",
            "The server's, the pooler's or the role's limit of connections is reached.",
            "make the pools of all programs smaller, or raise the limit"),
    NO_BACKEND(
            ERROR,
            "The pooler has no backend to give",
            "The login succeeded and the first statement got no answer: all backends are busy, or the server behind the"
                    + " pooler is down. A program waits for a minute or longer here.",
            "look for transactions that are left open (pg_stat_activity, idle in transaction), make them shorter, or the"
                    + " pooler's pool larger"),
    SERVER_DOWN(
            ERROR,
            "The pooler answers, and its PostgreSQL server does not",
            "The pooler could not log in to the server: it is down, starting, or has no connections left.",
            "see whether the server is up"),
    CONNECTION_FAILED(
            ERROR,
            "The connection failed",
            "What was said is the evidence.",
            "doctor explain tells more about the text"),
    POOLER_TRANSACTION_MODE(
            INFO,
            "A pooler in transaction mode is in between",
            "Each transaction may run on another backend, and the next client inherits what it leaves there.",
            "Sky Session takes care of it; with anything else, keep session state out of the program: doctor scan finds it"),
    POOLER_MODE_ASSUMED(
            INFO,
            "The pooler's mode does not show",
            "Clients kept their backends while the doctor looked, as in session mode; a quiet pooler in transaction mode may"
                    + " look the same. It is treated as transaction mode, which is safe in both.",
            "ask the pooler's configuration for its pool mode"),
    POOLER_UNKNOWN(
            INFO,
            "The pooler has no name",
            "Something is in between that gives no sign of who it is. It gets the safe treatment.",
            "nothing has to be done"),
    POOLER_LOSES_COUNT(
            WARNING,
            "Odyssey reserves prepared statements",
            "Odyssey 1.5 does not answer a client any more that has sent several statements together of which one before the last has"
                    + " failed: a text of several statements, or a driver's batch or pipeline. And it takes what the server skipped for"
                    + " prepared, so that others are refused it (26000, odyssey_pstmt_1).",
            "set pool_reserve_prepared_statement no in Odyssey's configuration, and name no statements; Sky Session finds that out"),
    STATEMENTS_UNNAMED(
            WARNING,
            "Named prepared statements break here",
            "They stay on one backend while the next transaction runs on another: \"prepared statement S_1 already exists\","
                    + " or worse, another client's statement. The drivers' defaults name their statements.",
            "configure the driver as told under To paste; Sky Session does so by itself"),
    URL_SETTING_UNSAFE(
            WARNING,
            "A setting of the URL is unsafe here",
            "It works on a direct connection, and not behind this pooler.",
            "take it out of the URL"),
    ROLE_SUPERUSER(
            WARNING,
            "The role is a superuser",
            "Row-level security does not apply to it, and a mistake or an injection can do anything to the server.",
            "make a role for the program that owns or may use its tables only"),
    ROLE_BYPASSES_ROW_SECURITY(
            WARNING,
            "The role bypasses row-level security",
            "Policies do not apply to it (BYPASSRLS): every tenant sees all rows.",
            "log in as another role, or act as one: SessionContext.role"),
    SERVER_OLD(
            WARNING, "PostgreSQL's version gets no more fixes", "Its community support has ended.", "plan the upgrade"),
    REPLICA(
            WARNING,
            "This server is a read-only replica",
            "Every write fails with 25006.",
            "use the primary's address for what writes; Builder.readUrl is the place for this one"),
    READ_ONLY_DEFAULT(
            WARNING,
            "Transactions are read-only by default",
            "Every write fails with 25006, unless its transaction says READ WRITE.",
            "see where default_transaction_read_only is set; a full disk makes providers set it"),
    CONNECTIONS_NEARLY_USED(
            WARNING,
            "Nearly all connections are in use",
            "New ones will soon be refused with 53300.",
            "make pools smaller, or put a pooler in front"),
    NO_STATEMENT_TIMEOUT(
            INFO,
            "No statement timeout is set",
            "A statement that hangs holds its backend and its locks until somebody notices.",
            "ALTER ROLE … SET statement_timeout = '30s', or a timeout in SessionContext"),
    NO_IDLE_TRANSACTION_TIMEOUT(
            INFO,
            "Forgotten transactions are never ended",
            "A program that hangs inside a transaction holds its backend and its locks for ever.",
            "ALTER ROLE … SET idle_in_transaction_session_timeout = '60s'"),
    CLOCK_DIFFERS(
            WARNING,
            "The clocks differ",
            "now() and the program's own time disagree: tokens expire early, and rows come from the future.",
            "see the time service of both machines"),
    TIME_ZONE_DIFFERS(
            WARNING,
            "The session's time zone is not this program's",
            "The driver asked for its own zone, and the pooler dropped that without a word: dates and texts of timestamps"
                    + " follow the server's zone.",
            "use timestamptz with OffsetDateTime; Sky Session sets the zone for each transaction"),
    SLOW_ROUND_TRIP(
            WARNING,
            "A round trip takes long",
            "Each statement waits for at least one; a page that needs thirty waits thirty times.",
            "run the program in the database's region, and send fewer, larger statements (pipelines)");

    private final Severity severity;
    private final String title;
    private final String meaning;
    private final String remedy;

    FindingKind(Severity severity, String title, String meaning, String remedy) {
        this.severity = severity;
        this.title = title;
        this.meaning = meaning;
        this.remedy = remedy;
    }

    /** A stable name in kebab case. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The one with this id. */
    public static Optional<FindingKind> of(String id) {
        return Arrays.stream(values()).filter(kind -> kind.id().equals(id)).findFirst();
    }

    /** Unless the circumstances make it matter more or less. */
    public Severity severity() {
        return severity;
    }

    public String title() {
        return title;
    }

    /** What it means, in full sentences. */
    public String meaning() {
        return meaning;
    }

    /** What to do about it in general. */
    public String remedy() {
        return remedy;
    }

    /** Where the documentation tells about it. */
    public String link() {
        return "docs/doctor.md#" + id();
    }
}
