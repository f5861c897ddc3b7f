package com.scrapersky.session.internal.errors;

import static com.scrapersky.session.internal.errors.Meaning.CANCELLED;
import static com.scrapersky.session.internal.errors.Meaning.CONFIGURATION;
import static com.scrapersky.session.internal.errors.Meaning.CONNECTION_LOST;
import static com.scrapersky.session.internal.errors.Meaning.CONSTRAINT;
import static com.scrapersky.session.internal.errors.Meaning.ENDED_BEFORE;
import static com.scrapersky.session.internal.errors.Meaning.LOCKED;
import static com.scrapersky.session.internal.errors.Meaning.REJECTED;
import static com.scrapersky.session.internal.errors.Meaning.ROLLED_BACK;
import static com.scrapersky.session.internal.errors.Meaning.WAIT;

import java.time.Duration;
import java.util.List;

/** PostgreSQL's own, by SQLSTATE and then by class (its first two characters). */
final class PostgresErrors {

    static final String WRONG_PASSWORD =
            "the password or the user is wrong. Do not try again with the same: Supavisor locks an address out after ten wrong"
                    + " passwords";

    private static final Duration MOMENT = Duration.ofSeconds(1);

    static final List<KnownError> ROWS = new Rows(Speaker.POSTGRESQL)
            // One by one
            .add(
                    "28P01",
                    null,
                    "password authentication failed for user \"app\"",
                    CONFIGURATION,
                    SupavisorErrors.LOCK_OUT,
                    WRONG_PASSWORD)
            .add(
                    "0A000",
                    "cached plan must not change result type",
                    "cached plan must not change result type",
                    ROLLED_BACK,
                    "the table changed under a named prepared statement; repeat the transaction, or issue RECONNECT at the"
                            + " pooler that shares it")
            .add(
                    "26000",
                    "odyssey_pstmt_",
                    "prepared statement \"odyssey_pstmt_1\" does not exist",
                    ROLLED_BACK,
                    "Odyssey takes a statement for prepared that the server has skipped behind another one's error; repeat the"
                            + " transaction, and set pool_reserve_prepared_statement no")
            .add(
                    "26000|42P05",
                    null,
                    "prepared statement \"S_1\" does not exist",
                    ROLLED_BACK,
                    "a named prepared statement met another backend: a pooler in transaction mode is in between. Leave"
                            + " prepareThreshold to this library, or set it to 0")
            .add(
                    "42P18",
                    null,
                    "could not determine data type of parameter $1",
                    REJECTED,
                    "PostgreSQL cannot infer the type here: write it down, as in :name::text")
            .add(
                    "42883|42804",
                    null,
                    "operator does not exist: uuid = text",
                    REJECTED,
                    "the types do not meet: cast the parameter, as in :name::uuid")
            .add(
                    "42P01",
                    null,
                    "relation \"profiles\" does not exist",
                    REJECTED,
                    "the table is not in the search_path of this role; name its schema")
            .add(
                    "42501",
                    null,
                    "permission denied for table profiles",
                    REJECTED,
                    "this role may not do that: GRANT it, or act as another role; with row-level security, see the policies")
            .add(
                    "25P02",
                    null,
                    "current transaction is aborted, commands ignored until end of transaction block",
                    REJECTED,
                    "an earlier statement of the transaction failed; let its error leave the work, or use savepoint(…)")
            .add(
                    "25006",
                    null,
                    "cannot execute UPDATE in a read-only transaction",
                    REJECTED,
                    "read(…) opens a read-only transaction; use write(…). Where it was one, the server is a replica")
            .add(
                    "25P03",
                    null,
                    "terminating connection due to idle-in-transaction timeout",
                    ENDED_BEFORE,
                    "the transaction waited for its client longer than idle_in_transaction_session_timeout: do not wait inside"
                            + " a transaction")
            .add(
                    "25P04",
                    null,
                    "terminating connection due to transaction timeout",
                    CONNECTION_LOST,
                    "the transaction was longer than transaction_timeout: make it shorter")
            .add(
                    "40001|40P01",
                    null,
                    "could not serialize access due to concurrent update",
                    ROLLED_BACK,
                    "repeat the whole transaction")
            .add(
                    "40003",
                    null,
                    "statement completion unknown",
                    CONNECTION_LOST,
                    "look into the database for the effect of the statement before repeating it")
            .add(
                    "55P03",
                    null,
                    "could not obtain lock on row in relation \"profiles\"",
                    LOCKED,
                    "another transaction holds" + " the lock; try again later")
            .add(
                    "57014",
                    null,
                    "canceling statement due to statement timeout",
                    CANCELLED,
                    "the statement ran longer than its timeout, or was cancelled: make it faster, or the timeout longer")
            .add(
                    "57P01|57P02",
                    null,
                    "terminating connection due to administrator command",
                    CONNECTION_LOST,
                    MOMENT,
                    "the server or the pooler was stopped, or an administrator ended the connection")
            .add(
                    "57P03",
                    null,
                    "the database system is starting up",
                    WAIT,
                    MOMENT,
                    "the server is starting or stopping; it" + " passes")
            .add(
                    "57P04",
                    null,
                    "terminating connection because database was dropped",
                    CONFIGURATION,
                    "the database is" + " gone; see the part of the URL behind the host")
            .add(
                    "57P05",
                    null,
                    "terminating connection due to idle-session timeout",
                    ENDED_BEFORE,
                    "the connection rested longer than idle_session_timeout: let the pool replace connections sooner")
            .add(
                    "53300",
                    null,
                    "sorry, too many clients already",
                    WAIT,
                    MOMENT,
                    "the server has no connection left: lower maximumPoolSize, or go through a pooler")
            // Class by class
            .add(
                    "28",
                    null,
                    "no pg_hba.conf entry for host \"10.0.0.1\"",
                    CONFIGURATION,
                    "the server refuses this user" + " from this address; see its pg_hba.conf or the pooler's users")
            .add(
                    "3D",
                    null,
                    "database \"app\" does not exist",
                    CONFIGURATION,
                    "the database does not exist there; see the" + " part of the URL behind the host")
            .add(
                    "22",
                    null,
                    "invalid input syntax for type integer",
                    REJECTED,
                    "a value does not fit its type or its" + " range: look at the values of this call")
            .add(
                    "23",
                    null,
                    "duplicate key value violates unique constraint \"profiles_pkey\"",
                    CONSTRAINT,
                    "a" + " constraint forbids it: constraint() and columns() name it")
            .add("40", null, "transaction rollback", ROLLED_BACK, "repeat the whole transaction")
            .add(
                    "53",
                    null,
                    "could not extend file: No space left on device",
                    ROLLED_BACK,
                    Duration.ofSeconds(5),
                    "the server" + " has run out of something: memory, disk, connections; its log says what")
            .add(
                    "57",
                    null,
                    "operator intervention",
                    ROLLED_BACK,
                    "somebody stepped in at the" + " server; repeat the whole transaction")
            .add(
                    "58",
                    null,
                    "could not open file: Input/output error",
                    REJECTED,
                    "the server's machine failed it: see the" + " server's log")
            .add(
                    "XX",
                    null,
                    "cache lookup failed for relation 16384",
                    REJECTED,
                    "an internal error of the server: see its" + " log, and report it if it repeats")
            .add(
                    "F0",
                    null,
                    "lock file already exists",
                    REJECTED,
                    "the server's own files are in disorder: see its log")
            .add(
                    "25",
                    null,
                    "SET TRANSACTION ISOLATION LEVEL must be called before any query",
                    REJECTED,
                    "not in this" + " state of the transaction: see where it begins and ends")
            .add(
                    "42",
                    null,
                    "syntax error at or near \"selec\"",
                    REJECTED,
                    "the text of the statement is wrong:" + " position() says where")
            .add(
                    "44",
                    null,
                    "new row violates check option for view \"active\"",
                    CONSTRAINT,
                    "the row would not be seen" + " through the view that it is written through")
            .add(
                    "54",
                    null,
                    "target lists can have at most 1664 entries",
                    REJECTED,
                    "larger than PostgreSQL can do: split" + " it")
            .add(
                    "55",
                    null,
                    "object not in prerequisite state",
                    REJECTED,
                    "what is asked for is not there yet, or is in" + " use: see the message")
            .add("0A", null, "cannot do that yet", REJECTED, "PostgreSQL does not support this")
            .add("HV", null, "could not connect to server", REJECTED, "a foreign table failed: see the foreign server")
            .add(
                    "P0",
                    null,
                    "raised by a function",
                    REJECTED,
                    "a function of the database raised it: its message says" + " why")
            .add("", null, "division by zero", REJECTED, "see the message of the server")
            .all();

    private PostgresErrors() {}
}
