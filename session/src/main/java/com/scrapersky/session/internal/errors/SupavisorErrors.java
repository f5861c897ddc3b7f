package com.scrapersky.session.internal.errors;

import static com.scrapersky.session.internal.errors.Meaning.CONFIGURATION;
import static com.scrapersky.session.internal.errors.Meaning.CONNECTION_LOST;
import static com.scrapersky.session.internal.errors.Meaning.NOT_FORWARDED;
import static com.scrapersky.session.internal.errors.Meaning.WAIT;

import java.time.Duration;
import java.util.List;

/** What Supavisor tells: a code in brackets since 2.9, a text without one before. */
final class SupavisorErrors {

    /** Longer than the two minutes for which Supavisor locks an address out. */
    static final Duration LOCK_OUT = Duration.ofSeconds(125);

    /** Supavisor's pool tries its server again after 2.5 s. */
    private static final Duration COOLING = Duration.ofSeconds(3);

    private static final Duration MOMENT = Duration.ofSeconds(1);

    static final List<KnownError> ROWS = new Rows(Speaker.SUPAVISOR)
            .add(
                    "XX000",
                    "\\(EMAXCONNSESSION\\)|MaxClientsInSessionMode",
                    "(EMAXCONNSESSION) max clients reached in session mode - max clients are limited to pool_size: 15",
                    WAIT,
                    MOMENT,
                    "session mode gives each client a backend, and all are taken: use the transaction-mode port 6543, or lower"
                            + " maximumPoolSize")
            .add(
                    "XX000",
                    "\\((EMAXCONN|EMAXPROXYCONN)\\)|^[Mm]ax client connections reached",
                    "(EMAXCONN) max client connections reached, limit: 200",
                    WAIT,
                    MOMENT,
                    "the pooler has no room for another client: lower maximumPoolSize, or raise the pooler's client limit")
            .add(
                    "XX000",
                    "\\(ECHECKOUTTIMEOUT\\)|[Uu]nable to check out connection",
                    "(ECHECKOUTTIMEOUT) unable to check out connection from the pool after 60000ms in Transaction mode",
                    NOT_FORWARDED,
                    "all backends of the pooler were busy; make transactions shorter, or the pooler's pool larger")
            .add(
                    "XX000",
                    "\\((ECHECKOUTRETRIES|EPOOLCHECKOUT)\\)|^failed to check out a connection|^pool checkout failed",
                    "(ECHECKOUTRETRIES) failed to check out a connection after multiple retries",
                    NOT_FORWARDED,
                    "the pooler had no backend to give; make transactions shorter, or the pooler's pool larger")
            .add(
                    "08006",
                    "^Failed to connect to database",
                    "Failed to connect to database: {:error, :econnrefused}",
                    WAIT,
                    COOLING,
                    "the pooler cannot reach its PostgreSQL server: see whether the server is up")
            .add(
                    "28P01",
                    "^Authentication credentials are invalid",
                    "Authentication credentials are invalid. Please reconnect with fresh credentials to reestablish the pool.",
                    CONFIGURATION,
                    LOCK_OUT,
                    "the password of this user has changed: give the new one, and do not try the old one again")
            .add(
                    "XX000",
                    "\\(EDBHANDLEREXITED\\)|^DbHandler exited",
                    "(EDBHANDLEREXITED) DbHandler exited. Check logs for more information",
                    CONNECTION_LOST,
                    "the pooler lost its connection to the server in the middle of the work")
            .add(
                    "XX000",
                    "\\(EMAXPOOLSREACHED\\)|^[Mm]ax pools count reached",
                    "(EMAXPOOLSREACHED) max pools count reached",
                    CONFIGURATION,
                    "the pooler keeps a pool for each user, database and search_path: use fewer of them")
            .add(
                    "XX000",
                    "\\((ESUBSCRIBERETRIES|EWORKERNOTFOUND|EPOOLCONFIGNOTFOUND|EPOOLRANCHNOTFOUND|EPROXYSTARTFAILED"
                            + "|EPROXYSUPERVISORUNAVAILABLE)\\)",
                    "(EWORKERNOTFOUND) worker processes (manager/pool) not found for tenant \"postgres.tenant\"",
                    WAIT,
                    MOMENT,
                    "the pooler's cluster is rearranging itself; it passes")
            .add(
                    "XX000",
                    "\\(EJITREQUESTFAILED\\)",
                    "(EJITREQUESTFAILED) failed to reach JIT provider for user \"postgres\"",
                    WAIT,
                    MOMENT,
                    "the pooler could not ask whether this token may log in; it passes")
            .add(
                    "XX000",
                    "\\((ESETNOTALLOWED|ESESSIONLEAK)\\)",
                    "(ESETNOTALLOWED) session-level SET statements are not allowed in transaction mode",
                    CONFIGURATION,
                    "the pooler refuses what would stay on a backend: send it through this library's connections, use SET LOCAL, or"
                            + " give a sessionUrl")
            .add(
                    "XX000",
                    "\\(ENOTFOUND\\)|[Tt]enant(/user| or user).* not found",
                    "(ENOTFOUND) tenant/user postgres.tenant not found",
                    CONFIGURATION,
                    "the user must name the tenant: postgres.<project ref>")
            .add(
                    "XX000",
                    "\\(ENOIDENTIFIER\\)",
                    "(ENOIDENTIFIER) no tenant identifier provided (external_id or sni_hostname required)",
                    CONFIGURATION,
                    "name the tenant in the user, as in postgres.<project ref>, or in options=reference=<project ref>")
            .add(
                    "XX000",
                    "\\((EMULTIPLEUSERS|EINVALIDUSERINFO)\\)",
                    "(EINVALIDUSERINFO) Authentication error, reason: \"Invalid format for user or db_name\"",
                    CONFIGURATION,
                    "the user or the database of the URL is not written as this pooler wants it: user.<project ref>")
            .add(
                    "XX000",
                    "\\((EBANNED|EADDRNOTALLOWED)\\)",
                    "(EADDRNOTALLOWED) address not in tenant allow_list: {127, 0, 0, 1}",
                    CONFIGURATION,
                    "the tenant or this address is shut out: see the project's bans and network restrictions")
            .add(
                    "XX000",
                    "\\(ESSLREQUIRED\\)",
                    "(ESSLREQUIRED) SSL connection is required for user: postgres",
                    CONFIGURATION,
                    "this user may only log in over TLS: set sslmode=require, or better verify-full")
            .add(
                    "08006",
                    "\\((ESSLHANDSHAKE|EAUTHTIMEOUT)\\)",
                    "(EAUTHTIMEOUT) timeout while waiting for message",
                    WAIT,
                    MOMENT,
                    "the login took too long or broke off; where it goes on, see the network and the TLS settings")
            .add(
                    "XX000",
                    "\\(ECIRCUITBREAKER\\)",
                    "(ECIRCUITBREAKER) too many authentication failures, new connections are temporarily blocked",
                    WAIT,
                    LOCK_OUT,
                    "wrong passwords have locked this address out for two minutes; mend the password before the next attempt")
            .add(
                    "XX000",
                    "\\(EAUTHQUERY\\) user not found",
                    "(EAUTHQUERY) user not found in the database",
                    CONFIGURATION,
                    "the role does not exist in the database: create it, or name another user")
            .add(
                    "XX000",
                    "\\(EAUTHQUERY\\)",
                    "(EAUTHQUERY) authentication query failed: connection to database not available",
                    WAIT,
                    MOMENT,
                    "the pooler could not look the user up in its database: see whether the server is up")
            .add(
                    "08P01",
                    "\\((EAUTHPROTOCOL|ESTARTUPMESSAGE|ESTARTUPPACKETTOOLARGE)\\)",
                    "(ESTARTUPPACKETTOOLARGE) Startup packet too large: 1025 bytes (max 1024 bytes)",
                    CONFIGURATION,
                    "the pooler refuses how the connection begins: make options and the other startup parameters shorter")
            .add(
                    "XX000",
                    "\\((EMAXPREPARED|EMAXPREPAREDMEM)\\)",
                    "(EMAXPREPARED) max prepared statements limit reached. Limit: 100 per connection",
                    NOT_FORWARDED,
                    "too many named statements on one connection: leave prepareThreshold to this library, or set"
                            + " preparedStatementCacheQueries to at most 90")
            .add(
                    "42P05|26000",
                    "\\((EPREPAREDDUP|EPREPAREDNOTFOUND)\\)",
                    "(EPREPAREDDUP) prepared statement \"S_1\" already exists",
                    NOT_FORWARDED,
                    "a named statement met another backend: leave prepareThreshold to this library, or set it to 0")
            .add(
                    "XX000",
                    "\\(EPSSIMPLEQUERY\\)",
                    "(EPSSIMPLEQUERY) transaction mode only supports prepared statements using the Extended Query Protocol",
                    CONFIGURATION,
                    "PREPARE, EXECUTE and DEALLOCATE as SQL text need a session: give a sessionUrl")
            .all();

    private SupavisorErrors() {}
}
