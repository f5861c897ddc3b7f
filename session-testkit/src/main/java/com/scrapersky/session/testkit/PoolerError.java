package com.scrapersky.session.testkit;

import com.scrapersky.session.testkit.internal.protocol.ErrorResponse;
import java.util.List;
import java.util.stream.Stream;

/**
 * An error as a pooler or a server sends it. The lists say what is known of each pooler, so that a test can go through all of
 * it:
 *
 * <pre>{@code
 * for (PoolerError error : PoolerError.SUPAVISOR) {
 *     pooler.faults().answer(error, "select");
 *     …
 * }
 * }</pre>
 *
 * <p>Immutable.
 *
 * @param severity {@code ERROR}, or {@code FATAL} when the connection ends with it
 * @param sqlState five characters
 * @param text the message
 */
public record PoolerError(String severity, String sqlState, String text) {

    /**
     * Supavisor 2.9.7. All are fatal. The texts are those of {@code lib/supavisor/errors} in its source; where it puts values
     * of its own in, there are likely ones. What it forwards of a backend that it could not log in to has no code.
     */
    public static final List<PoolerError> SUPAVISOR = List.of(
            fatal("XX000", "(EMAXCONN) max client connections reached, limit: 200"),
            fatal(
                    "XX000",
                    "(EMAXCONNSESSION) max clients reached in session mode - max clients are limited to pool_size: 15"),
            fatal(
                    "XX000",
                    "(ECHECKOUTTIMEOUT) unable to check out connection from the pool after 60000ms in Transaction mode"),
            fatal("XX000", "(ECHECKOUTRETRIES) failed to check out a connection after multiple retries"),
            fatal("XX000", "(EPOOLCHECKOUT) pool checkout failed: :timeout"),
            fatal("53300", "sorry, too many clients already"),
            fatal("57P03", "the database system is starting up"),
            fatal("08006", "Failed to connect to database: {:error, :econnrefused}"),
            fatal(
                    "28P01",
                    "Authentication credentials are invalid. Please reconnect with fresh credentials to reestablish the pool."),
            fatal("XX000", "(EDBHANDLEREXITED) DbHandler exited. Check logs for more information"),
            fatal("57P01", "terminating connection due to administrator command"),
            fatal("XX000", "(EMAXPOOLSREACHED) max pools count reached"),
            fatal("XX000", "(ESUBSCRIBERETRIES) failed to subscribe to tenant after multiple retries. Terminating"),
            fatal(
                    "XX000",
                    "(EWORKERNOTFOUND) worker processes (manager/pool) not found for tenant \"postgres.tenant\""),
            fatal("XX000", "(EPOOLCONFIGNOTFOUND) pool configuration not found for \"postgres.tenant\""),
            fatal("XX000", "(EPOOLRANCHNOTFOUND) pool ranch listener not found for \"postgres.tenant\""),
            fatal("XX000", "(EPROXYSTARTFAILED) failed to start proxy connection"),
            fatal("XX000", "(EPROXYSUPERVISORUNAVAILABLE) proxy supervisor unavailable after retries"),
            fatal("XX000", "(ENOTFOUND) tenant/user postgres.tenant not found"),
            fatal("XX000", "(ENOIDENTIFIER) no tenant identifier provided (external_id or sni_hostname required)"),
            fatal("XX000", "(EMULTIPLEUSERS) multiple users matched for postgres.tenant, check tenant configuration"),
            fatal("XX000", "(EINVALIDUSERINFO) Authentication error, reason: \"Invalid format for user or db_name\""),
            fatal("XX000", "(EBANNED) tenant is banned: abuse"),
            fatal("XX000", "(EADDRNOTALLOWED) address not in tenant allow_list: {127, 0, 0, 1}"),
            fatal("XX000", "(ESSLREQUIRED) SSL connection is required for user: postgres"),
            fatal("08006", "(ESSLHANDSHAKE) SSL handshake failed: :closed"),
            fatal("08006", "(EAUTHTIMEOUT) timeout while waiting for message"),
            // Of a wrong password and of a token without the right (EWRONGPASSWORD, EJITUNAUTHORIZED), without the
            // code.
            fatal("28P01", "password authentication failed for user \"postgres\""),
            fatal(
                    "XX000",
                    "(ECIRCUITBREAKER) too many authentication failures, new connections are temporarily blocked"),
            fatal("XX000", "(EAUTHQUERY) user not found in the database"),
            fatal("XX000", "(EAUTHQUERY) authentication query failed: connection to database not available"),
            fatal("08P01", "(EAUTHPROTOCOL) protocol violation during authentication"),
            fatal("08P01", "(ESTARTUPMESSAGE) Invalid startup message: :bad_startup_payload"),
            fatal("08P01", "(ESTARTUPPACKETTOOLARGE) Startup packet too large: 1025 bytes (max 1024 bytes)"),
            fatal("XX000", "(EMAXPREPARED) max prepared statements limit reached. Limit: 100 per connection"),
            fatal(
                    "XX000",
                    "(EMAXPREPAREDMEM) max prepared statements memory limit reached. Limit: 1.0MB per connection"),
            fatal("42P05", "(EPREPAREDDUP) prepared statement \"S_1\" already exists"),
            fatal("26000", "(EPREPAREDNOTFOUND) prepared statement \"S_1\" does not exist"),
            fatal(
                    "XX000",
                    "(EPSSIMPLEQUERY) transaction mode only supports prepared statements using the Extended Query Protocol"));

    /** Supavisor up to 2.8, which had no codes. */
    public static final List<PoolerError> SUPAVISOR_2_8 = List.of(
            fatal("XX000", "Max client connections reached"),
            fatal(
                    "XX000",
                    "MaxClientsInSessionMode: max clients reached - in Session mode max clients are limited to pool_size"),
            fatal("XX000", "Max pools count reached"),
            fatal("XX000", "Tenant or user not found"));

    /** PgBouncer. All are fatal, and 08P01 unless a server's SQLSTATE is passed on ({@code server login failed}). */
    public static final List<PoolerError> PGBOUNCER = List.of(
            fatal("08P01", "query_wait_timeout"),
            fatal("08P01", "no more connections allowed (max_client_conn)"),
            fatal("08P01", "client connections exceeded (max_db_client_connections)"),
            fatal("08P01", "client connections exceeded (max_user_client_connections)"),
            fatal("53300", "server login failed: FATAL sorry, too many clients already"),
            fatal("08P01", "server login has been failing, try again later (server_login_retry)"),
            fatal("08P01", "client_login_timeout (server down)"),
            fatal("08P01", "server shutting down"),
            fatal("08P01", "pause failed"),
            fatal("08P01", "query_timeout"),
            fatal("08P01", "query timeout"),
            fatal("08P01", "idle transaction timeout"),
            fatal("08P01", "transaction timeout"),
            fatal("08P01", "client_idle_timeout"),
            fatal("08P01", "server conn crashed?"),
            fatal("08P01", "server closed the connection unexpectedly"),
            fatal("08P01", "prepared statement name is already in use"),
            fatal("08P01", "prepared statement did not exist"),
            fatal("08P01", "unsupported startup parameter: search_path"),
            fatal("08P01", "SSL required"),
            fatal("08P01", "no such user"),
            fatal("08P01", "no such database: app"),
            fatal("08P01", "SASL authentication failed"),
            fatal("08P01", "password authentication failed"));

    /** Odyssey; it puts its name and the client's number in front of each text. */
    public static final List<PoolerError> ODYSSEY = List.of(
            fatal("53300", "odyssey: c0a1b2c3d4e5f: too many tcp connections (global client_max 100)"),
            fatal("08006", "odyssey: c0a1b2c3d4e5f: failed to get remote server connection"));

    /** PgCat. */
    public static final List<PoolerError> PGCAT = List.of(fatal("58000", "could not get connection from the pool"));

    /** PgDog. A checkout that failed does not end the connection. */
    public static final List<PoolerError> PGDOG = List.of(
            error("58000", "checkout timeout"),
            fatal("57P05", "disconnecting idle client"),
            fatal("57P05", "disconnecting idle in transaction client"),
            fatal("57P01", "PgDog is shutting down"));

    /** PostgreSQL's own that a pooler forwards, and that decide what a program may do next. */
    public static final List<PoolerError> POSTGRES = List.of(
            fatal("25P03", "terminating connection due to idle-in-transaction timeout"),
            error("57014", "canceling statement due to statement timeout"),
            fatal("57P01", "terminating connection due to administrator command"),
            fatal("53300", "sorry, too many clients already"),
            error("40001", "could not serialize access due to concurrent update"),
            error("40P01", "deadlock detected"));

    /** All of these lists in one. */
    public static final List<PoolerError> ALL = Stream.of(
                    SUPAVISOR, SUPAVISOR_2_8, PGBOUNCER, ODYSSEY, PGCAT, PGDOG, POSTGRES)
            .flatMap(List::stream)
            .toList();

    /** An error after which the connection goes on. */
    public static PoolerError error(String sqlState, String text) {
        return new PoolerError("ERROR", sqlState, text);
    }

    /** An error which ends the connection. */
    public static PoolerError fatal(String sqlState, String text) {
        return new PoolerError("FATAL", sqlState, text);
    }

    ErrorResponse toResponse() {
        return new ErrorResponse(severity, sqlState, text);
    }
}
