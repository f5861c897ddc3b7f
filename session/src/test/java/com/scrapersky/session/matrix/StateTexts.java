package com.scrapersky.session.matrix;

import static com.scrapersky.session.SessionFeature.ADVISORY_LOCK;
import static com.scrapersky.session.SessionFeature.COMPUTED_SETTING;
import static com.scrapersky.session.SessionFeature.DISCARD;
import static com.scrapersky.session.SessionFeature.EXTENSION_STATE;
import static com.scrapersky.session.SessionFeature.HOLDABLE_CURSOR;
import static com.scrapersky.session.SessionFeature.LIBRARY;
import static com.scrapersky.session.SessionFeature.NOTIFICATION;
import static com.scrapersky.session.SessionFeature.PREPARED_STATEMENT;
import static com.scrapersky.session.SessionFeature.RANDOM_SEED;
import static com.scrapersky.session.SessionFeature.ROLE;
import static com.scrapersky.session.SessionFeature.SETTING;
import static com.scrapersky.session.SessionFeature.TEMPORARY_OBJECT;
import static com.scrapersky.session.SessionFeature.TRANSACTION_DEFAULTS;

import com.scrapersky.session.functional.Route;
import com.scrapersky.session.testkit.PostgresLab;
import java.util.List;

/** The texts of which every disguise has a row. */
final class StateTexts {

    private static final String TIMEOUT = "show statement_timeout";
    private static final String TENANT = "select nullif(current_setting('app.tenant', true), '')";
    private static final String USERS = "select current_user, session_user, current_setting('role')";
    private static final String LOCKS = "select mode, objid from pg_locks where locktype = 'advisory'";

    private StateTexts() {}

    /** What is remembered and applied to each transaction. */
    static List<StateText> virtual() {
        return List.of(
                StateText.of(SETTING, "SET statement_timeout = '5s'", TIMEOUT).asExample(),
                StateText.of(SETTING, "RESET statement_timeout", TIMEOUT)
                        .asExample()
                        .given("SET statement_timeout = '6s'"),
                StateText.of(SETTING, "SET TIME ZONE 'UTC'", "show timezone").asExample(),
                StateText.of(SETTING, "SET NAMES 'UTF8'", "show client_encoding")
                        .asExample(),
                StateText.of(SETTING, "SET SCHEMA 'tenant_1'", "show search_path", "select current_schema()")
                        .asExample(),
                StateText.of(SETTING, "SET XML OPTION DOCUMENT", "show xmloption")
                        .asExample(),
                StateText.of(SETTING, "SELECT set_config('app.tenant', ?, false)", TENANT)
                        .asExample()
                        .values("perform set_config('app.tenant', 'a', false)", "a"),
                StateText.of(SETTING, "SELECT set_config('app.tenant', 'a;b -- c', false)", TENANT),
                StateText.of(SETTING, "SET SESSION work_mem TO '123kB'", "show work_mem"),
                StateText.of(SETTING, "SET search_path TO tenant_2, public", "select current_schemas(false)"),
                StateText.of(SETTING, "SET app.tenant = 'it''s ours'", TENANT),
                StateText.of(SETTING, "SET statement_timeout TO DEFAULT", TIMEOUT)
                        .given("SET statement_timeout = '6s'"),
                StateText.of(SETTING, "SET application_name TO 'report'", "show application_name"),
                StateText.of(SETTING, "RESET ALL", TIMEOUT, "show application_name")
                        .given("SET statement_timeout = '6s'", "SET application_name = 'x'"),
                StateText.of(SETTING, "SET extra_float_digits = 0", "select 0.1::float8 + 0.2::float8"),
                StateText.of(ROLE, "SET ROLE app_reader", USERS).asExample(),
                StateText.of(ROLE, "RESET ROLE", USERS).asExample().given("SET ROLE app_reader"),
                StateText.of(ROLE, "SET SESSION AUTHORIZATION app_reader", USERS)
                        .asExample(),
                StateText.of(ROLE, "RESET SESSION AUTHORIZATION", USERS).given("SET SESSION AUTHORIZATION app_reader"),
                StateText.of(ROLE, "SELECT set_config('role', 'app_reader', false)", USERS)
                        .asExample(),
                StateText.of(
                                TRANSACTION_DEFAULTS,
                                "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE",
                                "show default_transaction_isolation")
                        .asExample(),
                StateText.of(
                        TRANSACTION_DEFAULTS,
                        "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY, DEFERRABLE",
                        "show default_transaction_read_only",
                        "show default_transaction_deferrable"),
                StateText.of(DISCARD, "DISCARD ALL", TIMEOUT, USERS)
                        .asExample()
                        .given("SET statement_timeout = '6s'", "SET ROLE app_reader")
                        .inNoFunction(),
                StateText.of(COMPUTED_SETTING, "SELECT set_config(?, ?, false)", TENANT)
                        .asExample()
                        .values("perform set_config('app.' || 'tenant', 'a', false)", "app.tenant", "a"),
                StateText.of(COMPUTED_SETTING, "SELECT set_config(name, value, false) FROM preferences", TENANT)
                        .asExample(),
                StateText.of(DISCARD, "DEALLOCATE ALL", TIMEOUT).asExample().given("SET statement_timeout = '6s'"));
    }

    /** What needs a backend of its own. */
    static List<StateText> moving() {
        return List.of(
                StateText.of(NOTIFICATION, "LISTEN jobs", "select pg_listening_channels()")
                        .asExample(),
                StateText.of(ADVISORY_LOCK, "SELECT pg_advisory_lock(42)", LOCKS)
                        .asExample(),
                StateText.of(ADVISORY_LOCK, "SELECT pg_try_advisory_lock(42)", LOCKS)
                        .asExample(),
                StateText.of(ADVISORY_LOCK, "SELECT pg_advisory_unlock_all()", LOCKS)
                        .asExample(),
                StateText.of(ADVISORY_LOCK, "SELECT pg_catalog.pg_advisory_lock_shared(1, 2)", LOCKS),
                StateText.of(TEMPORARY_OBJECT, "CREATE TEMP TABLE t (id int)", "select to_regclass('pg_temp.t')")
                        .asExample(),
                StateText.of(TEMPORARY_OBJECT, "CREATE TEMP VIEW v AS SELECT 1", "select * from v")
                        .asExample(),
                StateText.of(TEMPORARY_OBJECT, "SELECT 1 INTO TEMP t", "select to_regclass('pg_temp.t')")
                        .asExample()
                        .values("create temp table t as select 1"),
                StateText.of(
                        TEMPORARY_OBJECT,
                        "CREATE TABLE pg_temp.mine AS SELECT 1 AS one",
                        "select to_regclass('pg_temp.mine')"),
                StateText.of(
                                TEMPORARY_OBJECT,
                                "CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
                                "select to_regprocedure('pg_temp.f()') is not null")
                        .exampleOf("CREATE FUNCTION pg_temp.f() …"),
                StateText.of(HOLDABLE_CURSOR, "DECLARE c CURSOR WITH HOLD FOR SELECT 1", "fetch all from c")
                        .asExample()
                        .inNoFunction(),
                StateText.of(
                                PREPARED_STATEMENT,
                                "PREPARE find AS SELECT 1",
                                "select name from pg_prepared_statements where from_sql")
                        .asExample()
                        .inNoFunction(),
                StateText.of(PREPARED_STATEMENT, "EXECUTE find", "select 1")
                        .asExample()
                        .inNoFunction(),
                StateText.of(PREPARED_STATEMENT, "DEALLOCATE find", "select 1")
                        .asExample()
                        .inNoFunction(),
                StateText.of(LIBRARY, "LOAD 'auto_explain'", "show auto_explain.log_min_duration")
                        .asExample(),
                StateText.of(RANDOM_SEED, "SELECT setseed(0.5)", "select 1").asExample(),
                StateText.of(RANDOM_SEED, "SET seed = 0.5", "select 1").asExample(),
                StateText.of(EXTENSION_STATE, "SELECT set_limit(0.5)", "select show_limit()")
                        .asExample(),
                StateText.of(
                                EXTENSION_STATE,
                                "SELECT dblink_connect('other', '" + server() + "')",
                                // Any question of dblink's would itself need the session.
                                "select 1")
                        .exampleOf("SELECT dblink_connect('other', 'dbname=other')"));
    }

    /** How dblink reaches the server, with its password. */
    static String server() {
        PostgresLab lab = Route.postgres();
        return "host=" + lab.host() + " port=" + lab.port() + " user=" + lab.user() + " password=" + lab.password()
                + " dbname=" + lab.database();
    }
}
