package com.scrapersky.session.internal.errors;

import static com.scrapersky.session.internal.errors.Meaning.CONFIGURATION;
import static com.scrapersky.session.internal.errors.Meaning.CONNECTION_LOST;
import static com.scrapersky.session.internal.errors.Meaning.ENDED_BEFORE;
import static com.scrapersky.session.internal.errors.Meaning.NOT_FORWARDED;
import static com.scrapersky.session.internal.errors.Meaning.WAIT;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What PgBouncer, Odyssey, PgCat and PgDog tell. */
final class PoolerErrors {

    private static final Duration MOMENT = Duration.ofSeconds(1);

    /** PgBouncer tries its server again after {@code server_login_retry}, 15 s unless set. */
    private static final Duration LOGIN_RETRY = Duration.ofSeconds(15);

    private static final String BUSY =
            "all backends of the pooler were busy; make transactions shorter, or the pooler's pool larger";

    private static final String NO_ROOM =
            "the pooler has no room for another client: lower maximumPoolSize, or raise the pooler's client limit";

    private static final String SERVER_DOWN =
            "the pooler cannot log in to its PostgreSQL server: see whether the server is up and has connections left";

    private static final List<KnownError> PGBOUNCER = new Rows(Speaker.PGBOUNCER)
            .add("08P01", "^query_wait_timeout", "query_wait_timeout", NOT_FORWARDED, BUSY)
            .add(
                    "08P01",
                    "^no more connections allowed|^client connections exceeded",
                    "no more connections allowed (max_client_conn)",
                    WAIT,
                    MOMENT,
                    NO_ROOM)
            .add(
                    "08P01|53|57P0|28|3D|42|58|XX000",
                    "^server login (failed|has been failing)",
                    "server login failed: FATAL sorry, too many clients already",
                    WAIT,
                    LOGIN_RETRY,
                    SERVER_DOWN)
            .add(
                    "08P01",
                    "^client_login_timeout|^pause failed",
                    "client_login_timeout (server down)",
                    WAIT,
                    LOGIN_RETRY,
                    SERVER_DOWN)
            .add(
                    "08P01",
                    "^server shutting down",
                    "server shutting down",
                    CONNECTION_LOST,
                    MOMENT,
                    "the pooler is being stopped; connections can be had again when its successor runs")
            .add(
                    "08P01",
                    "^query[_ ]timeout",
                    "query_timeout",
                    CONNECTION_LOST,
                    "the pooler cut a statement that ran longer than its query_timeout, and the server may have finished it"
                            + " all the same: set a shorter statement timeout of your own, which ends it at the server")
            .add(
                    "08P01",
                    "^transaction timeout",
                    "transaction timeout",
                    CONNECTION_LOST,
                    "the transaction was longer than the pooler's transaction_timeout: make it shorter")
            .add(
                    "08P01",
                    "^idle transaction timeout|^client_idle_timeout",
                    "idle transaction timeout",
                    ENDED_BEFORE,
                    "the connection said nothing for longer than the pooler allows: do not wait inside a transaction")
            .add(
                    "08P01",
                    "^server conn crashed|^server closed the connection",
                    "server conn crashed?",
                    CONNECTION_LOST,
                    "the pooler lost its connection to the server in the middle of the work")
            .add(
                    "08P01",
                    "^prepared statement (name is already in use|did not exist)",
                    "prepared statement did not exist",
                    NOT_FORWARDED,
                    "a named statement was lost at the pooler: leave prepareThreshold to this library, or set it to 0")
            .add(
                    "08P01",
                    "unsupported startup parameter",
                    "unsupported startup parameter: search_path",
                    CONFIGURATION,
                    "the pooler refuses this startup parameter: take it out of the URL (options, currentSchema), or set it for"
                            + " the role with ALTER ROLE … SET")
            .add(
                    "08P01",
                    "^SSL required",
                    "SSL required",
                    CONFIGURATION,
                    "the pooler wants TLS: set sslmode=require, or better verify-full")
            .add(
                    "08P01",
                    "^no such (user|database)",
                    "no such database: app",
                    CONFIGURATION,
                    "the pooler knows no such user or database: see the URL, and the pooler's own list")
            .add(
                    "08P01",
                    "authentication failed",
                    "SASL authentication failed",
                    CONFIGURATION,
                    SupavisorErrors.LOCK_OUT,
                    PostgresErrors.WRONG_PASSWORD)
            .all();

    private static final List<KnownError> ODYSSEY = new Rows(Speaker.ODYSSEY)
            .add(
                    "53300",
                    "^odyssey: .*too many tcp connections",
                    "odyssey: c0a1b2c3d4e5f: too many tcp connections (global client_max 100)",
                    WAIT,
                    MOMENT,
                    NO_ROOM)
            .add(
                    "08006|58",
                    "^odyssey: .*failed to get remote server connection",
                    "odyssey: c0a1b2c3d4e5f: failed to get remote server connection",
                    WAIT,
                    MOMENT,
                    SERVER_DOWN)
            .all();

    private static final List<KnownError> PGCAT = new Rows(Speaker.PGCAT)
            .add(
                    "58000",
                    "could not get connection from the pool",
                    "could not get connection from the pool",
                    NOT_FORWARDED,
                    BUSY)
            .all();

    private static final List<KnownError> PGDOG = new Rows(Speaker.PGDOG)
            .add("58000", "^checkout timeout", "checkout timeout", NOT_FORWARDED, BUSY)
            .add(
                    "57P05",
                    "^disconnecting idle",
                    "disconnecting idle in transaction client",
                    ENDED_BEFORE,
                    "the connection said nothing for longer than the pooler allows: do not wait inside a transaction")
            .add(
                    "57P01",
                    "^PgDog is shutting down",
                    "PgDog is shutting down",
                    CONNECTION_LOST,
                    MOMENT,
                    "the pooler is being stopped; connections can be had again when its successor runs")
            .all();

    static final List<KnownError> ROWS = rows();

    private PoolerErrors() {}

    private static List<KnownError> rows() {
        List<KnownError> rows = new ArrayList<>();
        rows.addAll(PGBOUNCER);
        rows.addAll(ODYSSEY);
        rows.addAll(PGCAT);
        rows.addAll(PGDOG);
        return List.copyOf(rows);
    }
}
