package com.scrapersky.session.matrix;

import static com.scrapersky.session.SessionFeature.DISCARD;
import static com.scrapersky.session.SessionFeature.ROLE;
import static com.scrapersky.session.SessionFeature.SETTING;
import static com.scrapersky.session.matrix.Expected.WORKS;
import static com.scrapersky.session.matrix.SettingRows.TENANT;
import static com.scrapersky.session.matrix.SettingRows.TIMEOUT;
import static com.scrapersky.session.matrix.SettingRows.USERS;
import static com.scrapersky.session.matrix.SettingRows.inTransaction;
import static com.scrapersky.session.matrix.SettingRows.texts;

/** Settings in transactions that SQL begins and ends, and the way back to what a session began with. */
final class TransactionSettingRows {

    private TransactionSettingRows() {}

    static MatrixRow[] transactions() {
        return new MatrixRow[] {
            texts(SETTING, "BEGIN; SET; COMMIT in one text", "BEGIN; SET app.tenant = 'a'; COMMIT; " + TENANT, TENANT),
            texts(
                    SETTING,
                    "BEGIN; SET; ROLLBACK in one text",
                    "BEGIN; SET app.tenant = 'a'; ROLLBACK; " + TENANT,
                    TENANT),
            texts(
                    SETTING,
                    "SET and SHOW in one text",
                    "SET statement_timeout = '5s'; show statement_timeout;"
                            + " RESET statement_timeout; show statement_timeout; SET statement_timeout = '6s'",
                    TIMEOUT),
            texts(
                    SETTING,
                    "BEGIN, SET and COMMIT as texts",
                    TENANT,
                    "BEGIN",
                    "SET app.tenant = 'a'",
                    TENANT,
                    "COMMIT",
                    TENANT,
                    "START TRANSACTION",
                    "SET app.tenant = 'b'",
                    "ABORT",
                    TENANT,
                    "BEGIN",
                    "SET app.tenant = 'c'",
                    "END",
                    TENANT),
            texts(
                    SETTING,
                    "AND CHAIN",
                    "BEGIN",
                    "SET app.tenant = 'a'",
                    "COMMIT AND CHAIN",
                    TENANT,
                    "SET app.tenant = 'b'",
                    "ROLLBACK AND CHAIN",
                    TENANT,
                    "COMMIT",
                    TENANT),
            texts(
                    SETTING,
                    "savepoints of SQL",
                    "BEGIN",
                    "SAVEPOINT one",
                    "SET app.tenant = 'a'",
                    "SAVEPOINT one",
                    "SET app.tenant = 'b'",
                    "ROLLBACK TO one",
                    TENANT,
                    "RELEASE one",
                    "SET app.tenant = 'c'",
                    "ROLLBACK TO SAVEPOINT one",
                    TENANT,
                    "SET app.tenant = 'd'",
                    "RELEASE SAVEPOINT one",
                    "COMMIT",
                    TENANT),
            texts(
                    SETTING,
                    "an error between savepoints",
                    "SET app.tenant = 'session'",
                    "BEGIN",
                    "SAVEPOINT \"One\"",
                    "SET app.tenant = 'a'",
                    "select 1/0",
                    "ROLLBACK TO \"One\"",
                    TENANT,
                    "SET app.tenant = 'b'",
                    "COMMIT",
                    TENANT),
            texts(
                    SETTING,
                    "COMMIT of a failed transaction as a text",
                    "BEGIN",
                    "SET app.tenant = 'a'",
                    "select 1/0",
                    "COMMIT",
                    TENANT),
            texts(
                    SETTING,
                    "COMMIT and ROLLBACK outside of a transaction",
                    "SET app.tenant = 'a'",
                    "COMMIT",
                    TENANT,
                    "ROLLBACK",
                    TENANT),
            MatrixRow.of(SETTING, "SET in a transaction of JDBC that COMMIT ends as a text", WORKS, player -> {
                player.autoCommit(false);
                player.execute("SET app.tenant = 'a'", "COMMIT", TENANT);
                player.rollback();
                player.execute("SET app.tenant = 'b'", "ROLLBACK", TENANT);
                player.commit();
                player.execute(TENANT);
                player.commit();
            }),
            MatrixRow.of(SETTING, "setAutoCommit(true) commits it", WORKS, player -> {
                player.autoCommit(false);
                player.execute("SET app.tenant = 'a'");
                player.autoCommit(true);
                player.execute(TENANT);
            }),
        };
    }

    static MatrixRow[] resets() {
        return new MatrixRow[] {
            texts(
                    SETTING,
                    "RESET application_name",
                    "SET application_name = 'x'",
                    "RESET application_name",
                    "show application_name",
                    "show application_name"),
            texts(
                    SETTING,
                    "RESET TimeZone",
                    "SET timezone = 'Asia/Tokyo'",
                    "show timezone",
                    "RESET timezone",
                    "show timezone",
                    "show timezone"),
            texts(
                    SETTING,
                    "SET TIME ZONE LOCAL",
                    "SET TIME ZONE 'Asia/Tokyo'",
                    "SET TIME ZONE LOCAL",
                    "show timezone",
                    "show timezone"),
            texts(
                    SETTING,
                    "RESET extra_float_digits",
                    "SET extra_float_digits = 0",
                    "RESET extra_float_digits",
                    "show extra_float_digits",
                    "show extra_float_digits"),
            texts(
                    SETTING,
                    "RESET search_path",
                    "SET search_path = tenant_1",
                    "RESET search_path",
                    "show search_path",
                    "select current_schema()"),
            texts(SETTING, "RESET of a custom setting", "SET app.tenant = 'x'", "RESET app.tenant", TENANT, TENANT),
            texts(
                    SETTING,
                    "RESET ALL leaves the role",
                    "SET ROLE app_reader",
                    "SET app.tenant = 'x'",
                    "RESET ALL",
                    USERS,
                    TENANT,
                    "RESET ROLE",
                    USERS),
            inTransaction(
                    SETTING,
                    "RESET ALL in a transaction that rolls back",
                    "SET app.tenant = 'x'",
                    "RESET ALL",
                    TENANT,
                    TIMEOUT),
            MatrixRow.of(SETTING, "RESET in a transaction that rolls back", WORKS, player -> {
                player.execute("SET statement_timeout = '6s'");
                player.autoCommit(false);
                player.execute("RESET statement_timeout", TIMEOUT);
                player.rollback();
                player.execute(TIMEOUT);
                player.rollback();
                player.execute("RESET ALL", TIMEOUT);
                player.rollback();
                player.execute(TIMEOUT);
                player.rollback();
            }),
            texts(ROLE, "SET ROLE NONE", "SET ROLE app_reader", "SET ROLE NONE", USERS, USERS),
            texts(
                    ROLE,
                    "SET SESSION AUTHORIZATION DEFAULT",
                    "SET SESSION AUTHORIZATION app_reader",
                    "SET SESSION AUTHORIZATION DEFAULT",
                    USERS,
                    USERS),
            texts(
                    ROLE,
                    "a role over a session authorization",
                    "SET SESSION AUTHORIZATION app_reader",
                    "SET ROLE app_reader",
                    USERS,
                    "RESET ROLE",
                    USERS,
                    "RESET SESSION AUTHORIZATION",
                    USERS),
            texts(
                    ROLE,
                    "what the role may not do",
                    "SET ROLE app_reader",
                    "insert into tenant_1.things (name) values ('x')",
                    "select count(*) from tenant_1.things",
                    "RESET ROLE",
                    "select count(*) from tenant_1.things"),
            inTransaction(DISCARD, "DISCARD ALL in a transaction", "SET app.tenant = 'x'", "DISCARD ALL", TENANT),
            texts(
                    DISCARD,
                    "DISCARD PLANS, SEQUENCES, TEMP",
                    "SET app.tenant = 'x'",
                    "DISCARD PLANS",
                    "DISCARD SEQUENCES",
                    "DISCARD TEMP",
                    "DISCARD TEMPORARY",
                    TENANT),
            texts(
                    DISCARD,
                    "DISCARD ALL in one text with others",
                    "SET app.tenant = 'x'; DISCARD ALL",
                    "select 1",
                    TENANT),
            texts(
                    SETTING,
                    "where a setting comes from",
                    "SET work_mem = '123kB'",
                    "select setting, source, reset_val from pg_settings where name = 'work_mem'",
                    "RESET work_mem",
                    "select setting, source, reset_val from pg_settings where name = 'work_mem'"),
        };
    }
}
