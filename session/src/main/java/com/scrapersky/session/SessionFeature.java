package com.scrapersky.session;

import java.util.List;
import java.util.Locale;

/**
 * What a statement or a JDBC call does to the session it runs in, beyond its own transaction: one row each of the table
 * that the guard, the documentation and the diagnosis read.
 *
 * <p>Behind a pooler in transaction mode the session is shared: whatever stays in it after a transaction is met by a
 * stranger, and missed by the client that left it there. {@link #treatment()} is what the pool-safe
 * {@link javax.sql.DataSource} does unless told otherwise; {@link #wayOut()} is what a program can do instead where it is
 * refused. Immutable, safe to use from several threads.
 */
public enum SessionFeature {
    /** {@code SET}, {@code RESET}, {@code set_config(…, false)} of a setting whose name the text tells. */
    SETTING(
            "setting",
            "Session settings",
            Treatment.VIRTUALISE,
            List.of(
                    "SET statement_timeout = '5s'",
                    "RESET statement_timeout",
                    "SET TIME ZONE 'UTC'",
                    "SET NAMES 'UTF8'",
                    "SET SCHEMA 'tenant_1'",
                    "SET XML OPTION DOCUMENT",
                    "SELECT set_config('app.tenant', ?, false)"),
            "The value stays on the pooler's backend: the next client inherits it, and this one loses it with its next"
                    + " transaction.",
            "SET LOCAL, or set_config(…, true), in each transaction"),

    /** {@code SET ROLE}, {@code SET SESSION AUTHORIZATION} and their resets. */
    ROLE(
            "role",
            "Roles",
            Treatment.VIRTUALISE,
            List.of(
                    "SET ROLE app_reader",
                    "RESET ROLE",
                    "SET SESSION AUTHORIZATION app_reader",
                    "SELECT set_config('role', 'app_reader', false)"),
            "The role stays on the pooler's backend: the next client acts with its rights.",
            "SET LOCAL ROLE in each transaction"),

    /** {@code SET SESSION CHARACTERISTICS}: what later transactions begin with. */
    TRANSACTION_DEFAULTS(
            "transaction-defaults",
            "Defaults of later transactions",
            Treatment.VIRTUALISE,
            List.of("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE"),
            "The defaults stay on the pooler's backend, for every client that meets it.",
            "BEGIN ISOLATION LEVEL …, or SET TRANSACTION as a transaction's first statement"),

    /** {@code DISCARD ALL} and {@code DEALLOCATE ALL}. */
    DISCARD(
            "discard",
            "Session reset",
            Treatment.VIRTUALISE,
            List.of("DISCARD ALL", "DEALLOCATE ALL"),
            "It destroys what the pooler keeps on the backend for others, prepared statements first of all.",
            "RESET of the settings that were set; nothing else is left behind"),

    /** {@code set_config} whose name, or whose third argument, only the server knows. */
    COMPUTED_SETTING(
            "computed-setting",
            "Settings whose name or scope is computed",
            Treatment.VIRTUALISE,
            List.of("SELECT set_config(?, ?, false)", "SELECT set_config(name, value, false) FROM preferences"),
            "Which setting stays on the pooler's backend cannot be told from the text.",
            "set_config with a literal name and true as its third argument"),

    /** A function, a trigger, a {@code DO} block that sets. */
    HIDDEN_SETTING(
            "hidden-setting",
            "Settings in functions, triggers and DO blocks",
            Treatment.VIRTUALISE,
            List.of("SELECT login_as('ann')", "DO $$ BEGIN EXECUTE 'SET app.tenant = 7'; END $$"),
            "A SET inside of code stays on the pooler's backend like any other, and no statement shows it.",
            "SET LOCAL, or set_config(…, true), in that code, or a SET clause of the function"),

    /** {@code LISTEN}; {@code UNLISTEN} and {@code NOTIFY} are harmless. */
    NOTIFICATION(
            "notification",
            "Notifications",
            Treatment.MOVE,
            List.of("LISTEN jobs"),
            "Notifications are delivered to the pooler's backend, that is to whoever uses it then.",
            "a session-mode or direct URL for the listener"),

    /** Session-level advisory locks; those of a transaction ({@code pg_advisory_xact_lock}) are harmless. */
    ADVISORY_LOCK(
            "advisory-lock",
            "Session advisory locks",
            Treatment.MOVE,
            List.of(
                    "SELECT pg_advisory_lock(42)",
                    "SELECT pg_try_advisory_lock(42)",
                    "SELECT pg_advisory_unlock_all()"),
            "The lock belongs to the pooler's backend: two clients that meet there both hold it, and unlocking happens"
                    + " elsewhere.",
            "pg_advisory_xact_lock or pg_try_advisory_xact_lock"),

    /** Temporary tables, views, sequences and functions that outlive their transaction. */
    TEMPORARY_OBJECT(
            "temporary-object",
            "Temporary objects",
            Treatment.MOVE,
            List.of(
                    "CREATE TEMP TABLE t (id int)",
                    "CREATE TEMP VIEW v AS SELECT 1",
                    "SELECT 1 INTO TEMP t",
                    "CREATE FUNCTION pg_temp.f() …"),
            "The object stays on the pooler's backend: the next statement does not find it, and a stranger does.",
            "CREATE TEMP TABLE … ON COMMIT DROP, or an unlogged table"),

    /** {@code DECLARE … WITH HOLD}. */
    HOLDABLE_CURSOR(
            "holdable-cursor",
            "Cursors WITH HOLD",
            Treatment.MOVE,
            List.of("DECLARE c CURSOR WITH HOLD FOR SELECT 1"),
            "The rows are kept on the pooler's backend, where the next FETCH does not come.",
            "a cursor within a transaction, or a fetch size"),

    /** {@code PREPARE}, {@code EXECUTE} and {@code DEALLOCATE} of a name, as SQL. */
    PREPARED_STATEMENT(
            "prepared-statement",
            "SQL PREPARE and EXECUTE",
            Treatment.MOVE,
            List.of("PREPARE find AS SELECT 1", "EXECUTE find", "DEALLOCATE find"),
            "The statement is known on one of the pooler's backends only, and its name collides with other clients'.",
            "a PreparedStatement of JDBC"),

    /** {@code LOAD}. */
    LIBRARY(
            "library",
            "Loaded libraries",
            Treatment.MOVE,
            List.of("LOAD 'auto_explain'"),
            "The library stays loaded on one of the pooler's backends.",
            "session_preload_libraries"),

    /** {@code currval} and {@code lastval}. */
    SEQUENCE_STATE(
            "sequence-state",
            "The last value of a sequence",
            Treatment.REFUSE,
            List.of("SELECT currval('job_id_seq')", "SELECT lastval()"),
            "Outside of the transaction that drew the number, the answer is another client's, or an error; within it, it is"
                    + " right.",
            "INSERT … RETURNING, or nextval first"),

    /** {@code setseed} and {@code SET seed}. */
    RANDOM_SEED(
            "random-seed",
            "The seed of random()",
            Treatment.MOVE,
            List.of("SELECT setseed(0.5)", "SET seed = 0.5"),
            "The seed stays on the pooler's backend: strangers get foreseeable numbers, and this client others than it"
                    + " seeded.",
            "setseed and random() in one transaction on a session-mode or direct URL"),

    /** Functions of extensions that keep something in the session. */
    EXTENSION_STATE(
            "extension-state",
            "State of extensions",
            Treatment.MOVE,
            List.of("SELECT set_limit(0.5)", "SELECT dblink_connect('other', 'dbname=other')"),
            "The extension keeps it in the memory of one of the pooler's backends.",
            "SET LOCAL pg_trgm.similarity_threshold, an unnamed dblink, or a session-mode or direct URL"),

    /** Statements that run in no transaction block and in no pipeline, such as {@code VACUUM}. */
    OWN_TRANSACTION(
            "own-transaction",
            "Statements outside of transactions",
            Treatment.MOVE,
            List.of("VACUUM", "CREATE INDEX CONCURRENTLY i ON t (id)", "CREATE DATABASE d", "ALTER SYSTEM SET …"),
            "The server refuses them in a transaction, so that nothing transaction-local can be applied to them.",
            "autocommit, with names that need no search_path; or a session-mode or direct URL"),

    /** {@link java.sql.Connection#setSchema}, {@code currentSchema} in the URL. */
    SET_SCHEMA(
            "set-schema",
            "Connection.setSchema",
            Treatment.VIRTUALISE,
            List.of("connection.setSchema(\"tenant_1\")"),
            "The driver sends SET SESSION search_path: the next client's statements find other tables.",
            "names with their schema, or SET LOCAL search_path"),

    /** {@link java.sql.Connection#setTransactionIsolation}. */
    TRANSACTION_ISOLATION(
            "transaction-isolation",
            "Connection.setTransactionIsolation",
            Treatment.VIRTUALISE,
            List.of("connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE)"),
            "The driver sends SET SESSION CHARACTERISTICS: the level stays on the pooler's backend.",
            "SET TRANSACTION ISOLATION LEVEL as a transaction's first statement"),

    /** {@link java.sql.Connection#setReadOnly}. */
    READ_ONLY(
            "read-only",
            "Connection.setReadOnly",
            Treatment.VIRTUALISE,
            List.of("connection.setReadOnly(true)"),
            "With readOnlyMode=always the driver sends SET SESSION CHARACTERISTICS: the next client cannot write.",
            "SET TRANSACTION READ ONLY as a transaction's first statement"),

    /** {@link java.sql.Connection#setClientInfo(String, String)}. */
    CLIENT_INFO(
            "client-info",
            "Connection.setClientInfo",
            Treatment.VIRTUALISE,
            List.of("connection.setClientInfo(\"ApplicationName\", \"report\")"),
            "The driver sends SET application_name: the name stays on the pooler's backend.",
            "one ApplicationName in the URL"),

    /** {@code Connection.commit} after a statement of the transaction failed. */
    COMMIT_OF_FAILED_TRANSACTION(
            "commit-of-failed-transaction",
            "COMMIT of a failed transaction",
            Treatment.REFUSE,
            List.of("connection.commit() after a statement failed and its error was caught"),
            "The server answers COMMIT with ROLLBACK, and the driver returns as if it had committed.",
            "roll back, or put a savepoint around a statement that may fail"),

    /** {@code PGConnection.getNotifications}. */
    NOTIFICATIONS_CALL(
            "notifications-call",
            "PGConnection.getNotifications",
            Treatment.MOVE,
            List.of("connection.unwrap(PGConnection.class).getNotifications(1000)"),
            "A pooler in transaction mode delivers no notifications to a client that waits for them.",
            "a session-mode or direct URL for the listener");

    private final String id;
    private final String title;
    private final Treatment treatment;
    // The constants give lists that List.of made.
    @SuppressWarnings("ImmutableEnumChecker")
    private final List<String> examples;

    private final String reason;
    private final String wayOut;

    SessionFeature(String id, String title, Treatment treatment, List<String> examples, String reason, String wayOut) {
        this.id = id;
        this.title = title;
        this.treatment = treatment;
        this.examples = examples;
        this.reason = reason;
        this.wayOut = wayOut;
    }

    /** A stable name in kebab case, for configuration, messages and links. */
    public String id() {
        return id;
    }

    /** A heading for people. */
    public String title() {
        return title;
    }

    /** What is done about it unless a policy says otherwise. */
    public Treatment treatment() {
        return treatment;
    }

    /** Statements or calls that have it. */
    public List<String> examples() {
        return examples;
    }

    /** What goes wrong behind a pooler in transaction mode. */
    public String reason() {
        return reason;
    }

    /** What a program can do instead. */
    public String wayOut() {
        return wayOut;
    }

    /** What is done about a feature. */
    public enum Treatment {
        /** Remembered on the client and applied to each transaction, so that it works as on a connection of one's own. */
        VIRTUALISE("kept", "remembered in the connection, and told to each of its transactions"),
        /** The connection continues on a session connection, from the next transaction boundary on. */
        MOVE(
                "moved, else refused",
                "where it needs a session, the connection goes on at the session URL; without one, or in the middle of a"
                        + " transaction, it is refused"),
        /** An exception with the feature's name and its way out, before anything is sent. */
        REFUSE("refused", "an exception with its name, before anything is sent"),
        /** Sent as it is, and logged. */
        WARN("sent, logged", "sent as it is, and logged"),
        /** Sent as it is. */
        ALLOW("sent", "sent as it is");

        private final String outcome;
        private final String meaning;

        Treatment(String outcome, String meaning) {
            this.outcome = outcome;
            this.meaning = meaning;
        }

        /** What becomes of a statement, in a word or two: {@code kept}, {@code refused} and so on. */
        public String outcome() {
            return outcome;
        }

        /** What is done, as part of a sentence. */
        public String meaning() {
            return meaning;
        }

        /** As it is written in configuration: {@code virtualise}, {@code move} and so on. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
