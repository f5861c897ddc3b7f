package com.scrapersky.session.matrix;

import static com.scrapersky.session.SessionFeature.ROLE;
import static com.scrapersky.session.SessionFeature.SETTING;
import static com.scrapersky.session.SessionFeature.TRANSACTION_DEFAULTS;
import static com.scrapersky.session.matrix.Expected.WORKS;

import com.scrapersky.session.SessionFeature;
import java.sql.Connection;
import java.util.List;

/** Settings beyond one statement that sets: how they come, go, fail and mix. */
final class SettingRows {

    static final String TIMEOUT = "show statement_timeout";
    static final String TENANT = "select nullif(current_setting('app.tenant', true), '')";
    static final String USERS = "select current_user, session_user, current_setting('role')";
    static final String ISOLATION = "show transaction_isolation";

    private SettingRows() {}

    static List<RowGroup> all() {
        return List.of(
                RowGroup.of(
                        "settings that fail",
                        texts(SETTING, "a wrong value", "SET statement_timeout = 'banana'", TIMEOUT, TIMEOUT),
                        texts(SETTING, "an unknown name", "SET no_such_setting = 1", TIMEOUT, TIMEOUT),
                        texts(
                                SETTING,
                                "an unknown time zone",
                                "SET TIME ZONE 'Nowhere/Land'",
                                "show timezone",
                                TIMEOUT),
                        texts(ROLE, "an unknown role", "SET ROLE nobody_at_all", USERS, USERS),
                        texts(
                                SETTING,
                                "what cannot be changed",
                                "SET block_size = 4096",
                                "SET max_connections = 3",
                                TIMEOUT),
                        inTransaction(
                                SETTING,
                                "a wrong value in a transaction",
                                "SET app.tenant = 'kept'",
                                "SET statement_timeout = 'banana'",
                                "select 1"),
                        texts(
                                SETTING,
                                "in one text with a statement that fails",
                                "SET app.tenant = 'first'; select 1/0",
                                TENANT,
                                "select 1/0; SET app.tenant = 'second'",
                                TENANT)),
                RowGroup.of("SET LOCAL", local()),
                RowGroup.of("settings in transactions of SQL", TransactionSettingRows.transactions()),
                RowGroup.of("going back to what a session began with", TransactionSettingRows.resets()),
                RowGroup.of("values of settings", values()),
                RowGroup.of("defaults of later transactions", defaults()),
                RowGroup.of("several clients and borrows", clients()));
    }

    /** Each text in autocommit. */
    static MatrixRow texts(SessionFeature feature, String title, String... texts) {
        return MatrixRow.of(feature, title, WORKS, player -> player.execute(texts));
    }

    /** Begins with a look, and looks again after the commit. */
    static MatrixRow inTransaction(SessionFeature feature, String title, String... texts) {
        return MatrixRow.of(feature, title, WORKS, player -> {
            player.execute(TENANT);
            player.autoCommit(false);
            player.execute(texts);
            player.rollback();
            player.execute(TENANT, TIMEOUT, USERS);
            player.commit();
            player.execute(TENANT, TIMEOUT, USERS);
            player.commit();
        });
    }

    private static MatrixRow[] local() {
        return new MatrixRow[] {
            texts(SETTING, "SET LOCAL in autocommit", "SET LOCAL statement_timeout = '5s'", TIMEOUT, TIMEOUT),
            inTransaction(SETTING, "SET LOCAL in a transaction", "SET LOCAL statement_timeout = '5s'", TIMEOUT),
            inTransaction(SETTING, "SET LOCAL ROLE", "select 1", "SET LOCAL ROLE app_reader", USERS),
            texts(SETTING, "set_config for the transaction", "select set_config('app.tenant', 'x', true)", TENANT),
            inTransaction(
                    SETTING,
                    "set_config for the transaction, in one",
                    "select set_config('app.tenant', 'x', true)",
                    TENANT),
            MatrixRow.of(SETTING, "SET LOCAL over a setting of the session", WORKS, player -> {
                player.execute("SET statement_timeout = '6s'");
                player.autoCommit(false);
                player.execute(TIMEOUT, "SET LOCAL statement_timeout = '5s'", TIMEOUT);
                player.commit();
                player.execute(TIMEOUT);
                player.commit();
                player.execute("SET LOCAL statement_timeout = '5s'", "SET statement_timeout = '7s'", TIMEOUT);
                player.commit();
                player.execute(TIMEOUT);
                player.commit();
                player.execute("SET statement_timeout = '8s'", "SET LOCAL statement_timeout = '9s'", TIMEOUT);
                player.commit();
                player.execute(TIMEOUT);
                player.commit();
            }),
            MatrixRow.of(SETTING, "SET LOCAL in one text with its statement", WORKS, player -> {
                player.execute("SET app.tenant = 'session'");
                player.execute("SET LOCAL app.tenant = 'local'; " + TENANT, TENANT);
                player.execute("BEGIN; SET LOCAL app.tenant = 'local'; " + TENANT + "; COMMIT; " + TENANT, TENANT);
            }),
        };
    }

    private static MatrixRow[] values() {
        return new MatrixRow[] {
            texts(
                    SETTING,
                    "names in quotes",
                    "SET \"app\".\"tenant\" = 'x'",
                    TENANT,
                    "SET \"statement_timeout\" TO 5000",
                    TIMEOUT,
                    "SET \"Statement_Timeout\" TO '6s'",
                    TIMEOUT),
            texts(
                    SETTING,
                    "lists and quotes",
                    "SET search_path = \"$user\", 'Tenant A', \"b\"\"c\", tenant_1",
                    "show search_path",
                    "select current_schemas(false)"),
            texts(
                    SETTING,
                    "strings of all kinds",
                    "SET app.tenant = E'a\\'b\\nc'",
                    TENANT,
                    "SET app.tenant = U&'\\00e4'",
                    TENANT,
                    "SET app.tenant = 'äöü€😀'",
                    TENANT,
                    "SET app.tenant = ''",
                    "select current_setting('app.tenant', true)",
                    "SET app.tenant = 'a' 'b'",
                    TENANT),
            texts(
                    SETTING,
                    "numbers and words",
                    "SET app.tenant = 7",
                    TENANT,
                    "SET app.tenant = -7.50",
                    TENANT,
                    "SET app.tenant = on",
                    TENANT,
                    "SET app.tenant TO yes",
                    TENANT),
            texts(
                    SETTING,
                    "an interval as time zone",
                    "SET TIME ZONE INTERVAL '+02:30' HOUR TO MINUTE",
                    "show timezone",
                    "select '2020-01-01 00:00Z'::timestamptz::text",
                    "SET TIME ZONE -7",
                    "show timezone"),
            texts(
                    SETTING,
                    "formats",
                    "SET IntervalStyle = 'iso_8601'",
                    "select interval '1 day 2 hours'",
                    "SET bytea_output = 'escape'",
                    "select '\\x41'::bytea::text",
                    "SET lc_numeric = 'C'",
                    "show lc_numeric"),
            texts(
                    SETTING,
                    "strings without a standard",
                    "SET escape_string_warning = off",
                    "SET standard_conforming_strings = off",
                    "select 'a\\'; set app.tenant = ''7'",
                    TENANT,
                    "select 'a\\\\b'",
                    "SET standard_conforming_strings = on",
                    "select 'a\\'"),
            texts(
                    SETTING,
                    "settings that the driver does not bear",
                    "select 1",
                    "SET DateStyle = 'German'",
                    "select 1"),
            texts(
                    SETTING,
                    "an encoding that the driver does not bear",
                    "select 1",
                    "SET client_encoding = 'LATIN1'",
                    "select 1"),
            texts(
                    SETTING,
                    "several set_config in one query",
                    "select set_config('app.a', '1', false), set_config('app.b', '2', false)",
                    "select nullif(current_setting('app.a', true), ''), nullif(current_setting('app.b', true), '')",
                    "select 1"),
            texts(
                    SETTING,
                    "set_config in a subquery",
                    "select * from (select set_config('app.tenant', 'x', false) as value) s where value <> ''",
                    TENANT,
                    "with w as materialized (select set_config('app.tenant', 'y', false)) select 1 from w",
                    TENANT,
                    "select 1 where false and set_config('app.tenant', 'z', false) = ''",
                    TENANT),
            texts(
                    SETTING,
                    "set_config of what the session knows",
                    "SET app.tenant = 'x'",
                    "select set_config('app.tenant', current_setting('app.tenant') || 'y', false)",
                    TENANT,
                    TENANT),
            texts(
                    SETTING,
                    "set_config without effect",
                    "select set_config('app.tenant', null, false)",
                    TENANT,
                    "select pg_catalog.set_config('app.tenant', 'x', false)",
                    TENANT,
                    "select \"set_config\"('app.tenant', 'y', 'f')",
                    TENANT),
            texts(
                    SETTING,
                    "SET of many",
                    "SET app.tenant = 'a'; SET app.other = 'b'; SET statement_timeout = '5s'; SET search_path = tenant_1; SET ROLE app_reader",
                    "select nullif(current_setting('app.tenant', true), ''), nullif(current_setting('app.other', true), '')",
                    TIMEOUT,
                    "show search_path",
                    USERS),
        };
    }

    private static MatrixRow[] defaults() {
        String show = "show default_transaction_isolation";
        return new MatrixRow[] {
            MatrixRow.of(TRANSACTION_DEFAULTS, "isolation in later transactions", WORKS, player -> {
                player.execute(
                        "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ", ISOLATION, show);
                player.autoCommit(false);
                player.execute(ISOLATION);
                player.commit();
                player.execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", ISOLATION, show);
                player.commit();
                player.execute("select 1", "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE");
                player.rollback();
                player.execute(ISOLATION);
                player.rollback();
            }),
            MatrixRow.of(TRANSACTION_DEFAULTS, "SET default_transaction_isolation", WORKS, player -> {
                player.execute("SET default_transaction_isolation = 'serializable'", ISOLATION);
                player.step("getTransactionIsolation", Connection::getTransactionIsolation);
                player.execute("RESET default_transaction_isolation", ISOLATION);
                player.step("getTransactionIsolation", Connection::getTransactionIsolation);
                player.execute("SET default_transaction_isolation = 'REPEATABLE READ'", ISOLATION, show);
            }),
            texts(
                    TRANSACTION_DEFAULTS,
                    "BEGIN with levels of its own",
                    "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY",
                    "BEGIN",
                    ISOLATION,
                    "show transaction_read_only",
                    "COMMIT",
                    "BEGIN ISOLATION LEVEL READ COMMITTED",
                    ISOLATION,
                    "show transaction_read_only",
                    "COMMIT",
                    "BEGIN READ WRITE",
                    ISOLATION,
                    "show transaction_read_only",
                    "COMMIT"),
            texts(
                    TRANSACTION_DEFAULTS,
                    "read-only sessions cannot write",
                    "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
                    "insert into things (name) values ('x')",
                    "select count(*) from things",
                    "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
                    "insert into things (name) values ('y')",
                    "delete from things"),
            texts(
                    TRANSACTION_DEFAULTS,
                    "SET TRANSACTION in autocommit",
                    "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
                    ISOLATION,
                    "SET transaction_isolation = 'serializable'",
                    ISOLATION,
                    "SET SESSION transaction_read_only = on",
                    "show transaction_read_only"),
            texts(
                    TRANSACTION_DEFAULTS,
                    "SET TRANSACTION in one text",
                    "BEGIN; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; show transaction_isolation; COMMIT",
                    "BEGIN; SET transaction_isolation TO 'repeatable read'; show transaction_isolation; COMMIT",
                    ISOLATION),
            texts(
                    SETTING,
                    "SET TRANSACTION behind other settings",
                    "SET app.tenant = 'x'",
                    "BEGIN",
                    "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
                    ISOLATION,
                    TENANT,
                    "COMMIT",
                    "BEGIN; SET TRANSACTION READ ONLY; " + TENANT + "; COMMIT",
                    "SET CONSTRAINTS ALL DEFERRED",
                    TENANT),
        };
    }

    private static MatrixRow[] clients() {
        return new MatrixRow[] {
            MatrixRow.of(SETTING, "two connections with settings of their own", WORKS, player -> {
                Connection other = player.another();
                player.execute("SET app.tenant = 'one'");
                player.step("other: SET", other, on -> Player.execute(on, "SET app.tenant = 'two'"));
                for (int i = 0; i < 2; i++) {
                    player.execute(TENANT);
                    player.step("other: " + TENANT, other, on -> Player.execute(on, TENANT));
                }
                other.close();
            }),
            MatrixRow.of(SETTING, "gone when the connection is given back", WORKS, player -> {
                player.execute("SET app.tenant = 'mine'", "SET ROLE app_reader", "SET search_path = tenant_1");
                player.reborrow();
                player.execute(TENANT, USERS, "show search_path");
                player.autoCommit(false);
                player.execute("SET app.tenant = 'mine'");
                player.commit();
                player.execute("SET statement_timeout = '5s'");
                player.reborrow();
                player.step("getAutoCommit", Connection::getAutoCommit);
                player.execute(TENANT, TIMEOUT);
            }),
            MatrixRow.of(SETTING, "gone when given back within a transaction", WORKS, player -> {
                player.autoCommit(false);
                player.execute("insert into things (name) values ('lost')");
                player.reborrow();
                player.execute("BEGIN", "insert into things (name) values ('lost, too')", "SET app.tenant = 'x'");
                player.reborrow();
                player.execute("select count(*) from things", TENANT);
            }),
        };
    }
}
