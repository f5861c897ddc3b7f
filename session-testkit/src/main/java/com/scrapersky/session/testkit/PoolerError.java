package com.scrapersky.session.testkit;

import com.scrapersky.session.testkit.internal.protocol.ErrorResponse;
import java.util.List;

/**
 * An error as a pooler or a server sends it. {@link #SUPAVISOR} and {@link #PGBOUNCER} list what these are known to say, so that
 * a test can go through all of it:
 *
 * <pre>{@code
 * for (PoolerError error : PoolerError.SUPAVISOR) {
 *     pooler.faults().answer(error, "select");
 *     …
 * }
 * }</pre>
 *
 * @param severity {@code ERROR}, or {@code FATAL} when the connection ends with it
 * @param sqlState five characters
 * @param text the message
 */
public record PoolerError(String severity, String sqlState, String text) {

    /** Supavisor 2.9.7; texts from {@code lib/supavisor/errors} in its source. All are fatal. */
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
            fatal("53300", "(ECHECKOUTFAILED) sorry, too many clients already"),
            fatal("08006", "Failed to connect to database: {:error, :econnrefused}"),
            fatal(
                    "28P01",
                    "Authentication credentials are invalid. Please reconnect with fresh credentials to reestablish the pool."),
            fatal("XX000", "(EDBHANDLEREXITED) DbHandler exited. Check logs for more information"),
            fatal("57P01", "terminating connection due to administrator command"),
            fatal("XX000", "(EMAXPOOLSREACHED) max pools count reached"),
            fatal("XX000", "(ESUBSCRIBERETRIES) failed to subscribe to the pool after multiple retries"),
            fatal("XX000", "(ENOTFOUND) tenant/user postgres.tenant not found"),
            fatal("XX000", "(ENOIDENTIFIER) no tenant identifier provided (external_id or sni_hostname required)"),
            fatal("XX000", "(EINVALIDUSERINFO) Invalid format for user or db_name"),
            fatal("XX000", "(EBANNED) tenant is banned: abuse"),
            fatal("XX000", "(EADDRNOTALLOWED) address not in tenant allow_list: {127, 0, 0, 1}"),
            fatal("XX000", "(ESSLREQUIRED) SSL connection is required for user: postgres"),
            fatal("08006", "(EAUTHTIMEOUT) timeout while waiting for message"),
            fatal("28P01", "password authentication failed for user \"postgres\""),
            fatal(
                    "XX000",
                    "(ECIRCUITBREAKER) too many authentication failures, new connections are temporarily blocked"),
            fatal("XX000", "(EAUTHQUERY) user not found in the database"),
            fatal("08P01", "(ESTARTUPPACKETTOOLARGE) Startup packet too large: 1025 bytes (max 1024 bytes)"),
            fatal("XX000", "(EMAXPREPARED) max prepared statements limit reached. Limit: 100 per connection"),
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

    /** PgBouncer; all are fatal, and 08P01. */
    public static final List<PoolerError> PGBOUNCER = List.of(
            fatal("08P01", "query_wait_timeout"),
            fatal("08P01", "no more connections allowed (max_client_conn)"),
            fatal("08P01", "client connections exceeded (max_db_client_connections)"),
            fatal("08P01", "client connections exceeded (max_user_client_connections)"),
            fatal("08P01", "server login has been failing, try again later (server_login_retry)"),
            fatal("08P01", "client_login_timeout (server down)"),
            fatal("08P01", "server shutting down"),
            fatal("08P01", "pause failed"),
            fatal("08P01", "query_timeout"),
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
            fatal("08P01", "SASL authentication failed"));

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
