package com.scrapersky.session.internal.guard;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.internal.sql.GuardedSql;
import com.scrapersky.session.internal.sql.ServerFunctions;
import com.scrapersky.session.testkit.PostgresLab;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What hidden code does besides setting something, and that ordinary code does nothing. */
class HiddenFeaturesTest {

    private static PostgresLab postgres;
    private static Connection connection;

    @BeforeAll
    static void start() throws SQLException {
        postgres = PostgresLab.start();
        postgres.execute("create role bob");
        connection = postgres.connect();
    }

    @AfterAll
    static void stop() throws SQLException {
        connection.close();
        postgres.close();
    }

    @BeforeEach
    void empty() throws SQLException {
        execute("drop schema if exists hidden cascade");
        execute("create schema hidden");
        execute("set search_path = hidden");
        execute("create table t (id int primary key, a text)");
        execute("create sequence numbers");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            begin perform pg_advisory_lock(1); end                            | ADVISORY_LOCK
            begin if pg_try_advisory_lock(1) then null; end if; end           | ADVISORY_LOCK
            begin listen jobs; end                                            | NOTIFICATION
            begin create temp table x (a int); end                            | TEMPORARY_OBJECT
            begin execute format('create temp table %I (a int)', 'x'); end    | TEMPORARY_OBJECT
            begin perform currval('numbers'); end                             | SEQUENCE_STATE
            begin perform setseed(0.5); end                                   | RANDOM_SEED
            begin load 'auto_explain'; end                                    | LIBRARY
            begin set role bob; end                                           | HIDDEN_SETTING
            begin reset all; end                                              | HIDDEN_SETTING
            begin perform set_config(a, 'x', false) from t; end               | HIDDEN_SETTING
            begin perform set_config(a, 'x', false) from t; end               | COMPUTED_SETTING
            begin execute 'set session work_mem = 64'; end                    | HIDDEN_SETTING
            """)
    void ofFunctions(String body, SessionFeature feature) throws SQLException {
        execute("create function work() returns void language plpgsql as $$ " + body + " $$");
        execute("create function on_change() returns trigger language plpgsql as $$ begin perform work(); return null;"
                + " end $$");
        execute("create trigger g after insert on t execute function on_change()");
        HiddenState hidden = HiddenState.read(connection);
        assertThat(hidden.reachedBy(GuardedSql.of("select work()"))).contains(feature);
        assertThat(hidden.reachedBy(GuardedSql.of("insert into t values (1)"))).contains(feature);
        assertThat(hidden.reachedBy(GuardedSql.of("select * from t"))).isEmpty();
    }

    @Test
    void ofProceduresThatCommit() throws SQLException {
        execute("create procedure work() language plpgsql as $$ begin insert into t values (1); commit; end $$");
        execute("create procedure more() language plpgsql as $$ begin call work(); end $$");
        HiddenState hidden = HiddenState.read(connection);
        assertThat(hidden.reachedBy(GuardedSql.of("call more()"))).containsExactly(SessionFeature.OWN_TRANSACTION);
        assertThat(hidden.reachedBy(GuardedSql.of("{call more()}"))).containsExactly(SessionFeature.OWN_TRANSACTION);
    }

    @Test
    void ofDefaults() throws SQLException {
        execute("create table d (a bigint default currval('numbers'))");
        HiddenState hidden = HiddenState.read(connection);
        assertThat(hidden.reachedBy(GuardedSql.of("insert into d default values")))
                .containsExactly(SessionFeature.SEQUENCE_STATE);
        assertThat(hidden.reachedBy(GuardedSql.of("select * from d"))).isEmpty();
    }

    @Test
    void ofExtensions() throws SQLException {
        execute("create extension pg_trgm");
        execute("create function strict_search() returns void language sql as 'select set_limit(0.9)'");
        execute("create view v as select set_limit(0.9::real)");
        HiddenState hidden = HiddenState.read(connection);
        assertThat(hidden.reachedBy(GuardedSql.of("select strict_search()")))
                .containsExactly(SessionFeature.EXTENSION_STATE);
        assertThat(hidden.reachedBy(GuardedSql.of("select * from v"))).containsExactly(SessionFeature.EXTENSION_STATE);
        assertThat(hidden.reachedBy(GuardedSql.of("select similarity('a', 'b')")))
                .isEmpty();
    }

    @Test
    void settingsAreFoundAsLiterals() throws SQLException {
        execute("create function one() returns void language plpgsql as $$ begin set \"App.One\" = 1;"
                + " perform set_config('app.two', 'x', false); set local app.three = 1; end $$");
        execute("create function two() returns void language plpgsql as $$ begin execute format('set role %I', 'bob');"
                + " execute 'reset work_mem'; end $$");
        assertThat(HiddenState.read(connection).customSettings())
                .containsExactlyInAnyOrder("app.one", "app.two", "role", "work_mem");
    }

    @Test
    void ordinaryCodeGivesNothing() throws SQLException {
        ordinary();
        HiddenState hidden = HiddenState.read(connection);
        assertThat(hidden.isEmpty()).isTrue();
        assertThat(hidden.customSettings()).isEmpty();
        assertThat(hidden.reachedBy(GuardedSql.of("insert into job values (1)")))
                .isEmpty();
        assertThat(hidden.reachedBy(
                        GuardedSql.of("do $$ begin execute format('insert into %I values (1)', 't'); end $$")))
                .isEmpty();
    }

    @Test
    void ordinaryCodeBesideOtherCodeStaysClean() throws SQLException {
        ordinary();
        execute("create function login(who text) returns text language sql as"
                + " $$ select set_config('app.user', who, false) $$");
        HiddenState hidden = HiddenState.read(connection);
        assertThat(hidden.reachedBy(GuardedSql.of("select login('ann')")))
                .containsExactly(SessionFeature.HIDDEN_SETTING);
        for (String text : Set.of(
                "insert into job (id, name) values (1, 'login')",
                "update job set name = 'x' where id = 1",
                "select * from open_job",
                "select guarded()",
                "delete from job")) {
            assertThat(hidden.reachedBy(GuardedSql.of(text))).as(text).isEmpty();
        }
    }

    private static void ordinary() throws SQLException {
        execute(
                "create table job (id bigint generated always as identity primary key, name text default 'x' check (name <> ''),"
                        + " owner int references t on delete cascade, updated timestamptz default now(), upper_name text generated"
                        + " always as (upper(name)) stored)");
        execute("create index on job (lower(name))");
        execute("create view open_job as select * from job where current_setting('app.tenant', true) is not null");
        execute("create policy own on job using (owner = nullif(current_setting('app.owner', true), '')::int)");
        execute("create function touch() returns trigger language plpgsql set search_path = hidden as $$ begin"
                + " new.updated := now(); return new; end $$");
        execute("create trigger touch before update on job for each row execute function touch()");
        execute("create function guarded() returns void language plpgsql as $$ begin\n"
                + "-- set work_mem = 64; and listen to nobody\n"
                + "set local lock_timeout = '1s'; perform set_config('app.x', 'y', true);\n"
                + "perform pg_advisory_xact_lock(1); update job set name = 'SET work_mem' where id = 0;\n"
                + "insert into t values (0) on conflict (id) do update set a = 'listen';\n"
                + "create temp table scratch (a int) on commit drop;\n"
                + "execute 'set local work_mem = 64'; notify jobs; raise notice 'set role %', 1; end $$");
        execute("create function plain(v int) returns int language sql as"
                + " $$ update t set a = 'set x = 1' where id = v; select 1 $$");
    }

    @Test
    void everyRoleCanReadInAnyTransaction() throws SQLException {
        execute("create function work() returns int language plpgsql as $$ begin set role bob; return 1; end $$");
        execute("create view v as select work()");
        execute("revoke all on schema hidden from public");
        execute("set role bob");
        connection.setAutoCommit(false);
        connection.setReadOnly(true);
        try {
            HiddenState hidden = HiddenState.read(connection);
            assertThat(hidden.reachedBy(GuardedSql.of("select * from v")))
                    .containsExactly(SessionFeature.HIDDEN_SETTING);
        } finally {
            connection.rollback();
            connection.setReadOnly(false);
            connection.setAutoCommit(true);
            execute("reset role");
        }
    }

    @Test
    void aCatalogueThatCannotBeReadMayHideAnything() throws SQLException {
        execute("revoke select on pg_catalog.pg_proc from public");
        execute("set role bob");
        try {
            HiddenState hidden = HiddenState.read(connection);
            assertThat(hidden.isEmpty()).isFalse();
            assertThat(hidden.reachedBy(GuardedSql.of("select 1"))).containsExactly(SessionFeature.HIDDEN_SETTING);
        } finally {
            execute("reset role");
            execute("grant select on pg_catalog.pg_proc to public");
        }
    }

    @Test
    void aSourceWithAnyKnownFunctionIsRead() {
        Pattern suspect = Pattern.compile(Catalogue.SUSPECT);
        assertThat(ServerFunctions.builtIn())
                .isNotEmpty()
                .allMatch(name -> suspect.matcher(name).find());
        assertThat(ServerFunctions.ofExtensions())
                .isNotEmpty()
                .allMatch(name -> suspect.matcher(name).find());
    }

    @Test
    void noneIsEmpty() {
        assertThat(HiddenState.none().isEmpty()).isTrue();
        assertThat(HiddenState.none().reachedBy(GuardedSql.of("select f()"))).isEmpty();
    }

    private static void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
