package com.scrapersky.session.internal.guard;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.internal.sql.GuardedSql;
import com.scrapersky.session.testkit.PostgresLab;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each way on which a statement reaches code that sets something, proved by executing the statement. */
class HiddenStateTest {

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
        execute("drop event trigger if exists ddl");
        execute("reset role");
        execute("drop schema if exists hidden cascade");
        execute("create schema hidden");
        execute("set search_path = hidden");
        execute("grant usage on schema hidden to bob");
        // What every way ends at.
        execute("""
                create function remember() returns text language plpgsql as $$
                begin
                    return set_config('App.Seen', 'yes', false);
                end $$""");
        execute("""
                create function on_change() returns trigger language plpgsql as $$
                begin
                    perform remember();
                    return new;
                end $$""");
        execute(
                "create function pure(v text) returns text language plpgsql immutable as $$ begin return remember(); end $$");
        execute("create table t (a text)");
    }

    /** What makes the way, a statement that goes it, and one beside it that does not. */
    record Way(String name, List<String> objects, String reaching, String clean) {

        @Override
        public String toString() {
            return name;
        }
    }

    private static final String BESIDE = "select count(*) from t";

    static Stream<Way> ways() {
        return Stream.of(
                way("function", "select remember()", BESIDE),
                way("function in another schema's name", "select hidden.\"remember\"()", BESIDE),
                way("upper case", "SELECT REMEMBER()", "SELECT 'remember'"),
                way(
                        "quoted name",
                        "select \"Remember Me\"()",
                        BESIDE,
                        "create function \"Remember Me\"() returns text language sql as 'select remember()'"),
                way(
                        "SET",
                        "select plain()",
                        BESIDE,
                        "create function plain() returns void language plpgsql as $$ begin if true then set app.seen = 'yes';"
                                + " end if; end $$"),
                way(
                        "SQL",
                        "select plain()",
                        BESIDE,
                        "create function plain() returns text language sql as $$ select 1; select set_config('app.seen',"
                                + " 'yes', false) $$"),
                way(
                        "SQL body",
                        "select plain()",
                        BESIDE,
                        "create function plain() returns text return set_config('app.seen', 'yes', false)"),
                way(
                        "BEGIN ATOMIC",
                        "select plain()",
                        BESIDE,
                        "create function outer_one() returns text language sql as 'select remember()'",
                        "create function plain() returns text begin atomic select 1; select outer_one(); end"),
                way(
                        "nested functions",
                        "select outermost()",
                        BESIDE,
                        "create function outermost() returns text language plpgsql as $$ begin return middle(); end $$",
                        "create function middle() returns text language sql as 'select remember()'"),
                way(
                        "default of an argument",
                        "select with_default()",
                        BESIDE,
                        "create function with_default(v text default remember()) returns text language sql as 'select v'"),
                way(
                        "default of an argument, built in",
                        "select with_default()",
                        BESIDE,
                        "create function with_default(v text default set_config('app.seen', 'yes', false)) returns text"
                                + " language sql as 'select v'"),
                way("EXECUTE", "select dynamic()", BESIDE, dynamic("execute 'select remember()'")),
                way("EXECUTE SET", "select dynamic()", BESIDE, dynamic("execute 'set app.seen = ''yes'''")),
                way(
                        "EXECUTE of an argument",
                        "select run('set app.seen = ''yes''')",
                        BESIDE,
                        "create function run(command text) returns void language plpgsql as $$ begin execute command; end $$"),
                way(
                        "EXECUTE with a computed name",
                        "select dynamic()",
                        BESIDE,
                        trigger("t"),
                        dynamic("execute format('insert into %I values (1)', 't')")),
                way("procedure", "call work()", BESIDE, "create procedure work() language sql as 'select remember()'"),
                way("DO", "do $$ begin perform remember(); end $$", "do $$ begin perform 1; end $$"),
                way("DO, dynamic", "do $$ begin execute 'select remember()'; end $$", BESIDE),
                way("trigger", "insert into t values (1)", BESIDE, trigger("t")),
                way(
                        "statement trigger",
                        "truncate t",
                        BESIDE,
                        "create trigger g after truncate on t execute function on_change()"),
                way(
                        "trigger's condition",
                        "insert into t values (1)",
                        BESIDE,
                        "create function harmless() returns trigger language plpgsql as $$ begin return new; end $$",
                        "create trigger g before insert on t for each row when (set_config('app.seen', 'yes', false) = 'yes')"
                                + " execute function harmless()"),
                way(
                        "trigger of a function's table",
                        "select writes()",
                        "select 1",
                        trigger("t"),
                        "create function writes() returns void language sql as 'insert into t values (1)'"),
                way("view", "select * from v", BESIDE, "create view v as select remember()"),
                way(
                        "view, built in",
                        "select * from v",
                        BESIDE,
                        "create view v as select set_config('app.seen', 'yes', false)"),
                way(
                        "view over a view",
                        "select * from w",
                        BESIDE,
                        "create view v as select remember()",
                        "create view w as select * from v"),
                way(
                        "view that is written to",
                        "insert into v values (1)",
                        "select * from v",
                        trigger("t"),
                        "create view v as select * from t"),
                way(
                        "INSTEAD OF trigger",
                        "insert into v values (1)",
                        "select * from v",
                        "create view v as select * from t",
                        "create trigger g instead of insert on v for each row execute function on_change()"),
                way(
                        "rule",
                        "insert into t values (1)",
                        BESIDE,
                        "create rule r as on insert to t do also select remember()"),
                way(
                        "rule, built in",
                        "insert into t values (1)",
                        BESIDE,
                        "create rule r as on insert to t do also select set_config('app.seen', 'yes', false)"),
                way(
                        "rule that writes",
                        "insert into t values (1)",
                        BESIDE,
                        "create table u (a text)",
                        trigger("u"),
                        "create rule r as on insert to t do also insert into u values (new.a)"),
                way(
                        "default",
                        "insert into d default values",
                        "select * from d",
                        "create table d (a text default remember())"),
                way(
                        "default, built in",
                        "insert into d default values",
                        "select * from d",
                        "create table d (a text default set_config('app.seen', 'yes', false))"),
                way(
                        "generated column",
                        "insert into d values ('x')",
                        "select * from d",
                        "create table d (a text, b text generated always as (pure(a)) stored)"),
                way(
                        "check",
                        "insert into d values ('x')",
                        "select * from d",
                        "create table d (a text check (remember() = 'yes'))"),
                way(
                        "check, built in",
                        "insert into d values ('x')",
                        "select * from d",
                        "create table d (a text check (set_config('app.seen', 'yes', false) is not null))"),
                way(
                        "domain",
                        "select 'x'::checked",
                        BESIDE,
                        "create domain checked as text check (remember() is not null)"),
                way(
                        "domain, built in",
                        "select 'x'::checked",
                        BESIDE,
                        "create domain checked as text check (set_config('app.seen', 'yes', false) is not null)"),
                way(
                        "column of a domain over a domain",
                        "insert into d values ('x')",
                        "select * from d",
                        "create domain inner_one as text check (remember() is not null)",
                        "create domain checked as inner_one",
                        "create table d (a checked)"),
                way(
                        "policy",
                        "select * from p",
                        "select 1",
                        "create table p (a text)",
                        "insert into p values ('x')",
                        "create policy y on p using (remember() is not null)",
                        "alter table p enable row level security",
                        "grant select on p to bob",
                        "set role bob"),
                way(
                        "policy, built in",
                        "select * from p",
                        "select 1",
                        "create table p (a text)",
                        "insert into p values ('x')",
                        "create policy y on p using (set_config('app.seen', 'yes', false) is not null)",
                        "alter table p enable row level security",
                        "grant select on p to bob",
                        "set role bob"),
                way("index", "insert into t values ('x')", BESIDE, "create index i on t (pure(a))"),
                way(
                        "foreign key that cascades",
                        "delete from parent",
                        "select * from parent",
                        "create table parent (id int primary key)",
                        "create table child (id int references parent on delete cascade)",
                        "insert into parent values (1)",
                        "insert into child values (1)",
                        trigger("child")),
                way(
                        "partition",
                        "insert into whole values (1)",
                        "select * from whole",
                        "create table whole (id int) partition by range (id)",
                        "create table part partition of whole for values from (0) to (10)",
                        trigger("part")),
                way(
                        "inheritance",
                        "update base set id = 2",
                        "select * from base",
                        "create table base (id int)",
                        "create table derived () inherits (base)",
                        "insert into derived values (1)",
                        trigger("derived")),
                way(
                        "aggregate",
                        "select collected(x::text) from generate_series(1, 2) x",
                        BESIDE,
                        "create function collect(s text, v text) returns text language sql as 'select remember()'",
                        "create aggregate collected(text) (sfunc = collect, stype = text)"),
                way(
                        "operator",
                        "select 'a' === 'b'",
                        null,
                        "create function compare(a text, b text) returns boolean language sql as 'select remember() is null'",
                        "create operator === (leftarg = text, rightarg = text, function = compare)"),
                way(
                        "cast",
                        "select row('x')::t::text",
                        null,
                        "create function written(v t) returns text language sql as 'select remember()'",
                        "create cast (t as text) with function written(t)"),
                way(
                        "event trigger",
                        "create table x (a int)",
                        BESIDE,
                        "create function on_ddl() returns event_trigger language plpgsql as $$ begin perform remember(); end $$",
                        "create event trigger ddl on ddl_command_end execute function on_ddl()"),
                way(
                        "event trigger of a function's DDL",
                        "select creates()",
                        BESIDE,
                        "create function creates() returns void language plpgsql as $$ begin create table x (a int); end $$",
                        "create function on_ddl() returns event_trigger language plpgsql as $$ begin perform remember(); end $$",
                        "create event trigger ddl on ddl_command_end execute function on_ddl()"));
    }

    private static Way way(
            String name, String reaching, @org.jspecify.annotations.Nullable String clean, String... objects) {
        return new Way(name, List.of(objects), reaching, clean);
    }

    private static String trigger(String table) {
        return "create trigger g before insert or update or delete on " + table
                + " for each row execute function on_change()";
    }

    private static String dynamic(String statement) {
        return "create function dynamic() returns void language plpgsql as $$ begin " + statement + "; end $$";
    }

    @ParameterizedTest
    @MethodSource("ways")
    void isSeen(Way way) throws SQLException {
        for (String object : way.objects()) {
            execute(object);
        }
        HiddenState hidden = HiddenState.read(connection);

        execute("set app.seen = 'no'");
        execute(way.reaching());
        assertThat(seen()).as("what the statement really does").isEqualTo("yes");
        GuardedSql reaching = GuardedSql.of(way.reaching());
        assertThat(Stream.concat(hidden.reachedBy(reaching).stream(), reaching.features().stream()))
                .contains(SessionFeature.HIDDEN_SETTING);
        assertThat(hidden.customSettings()).contains("app.seen");
        assertThat(hidden.isEmpty()).isFalse();

        if (way.clean() != null) {
            execute("set app.seen = 'no'");
            execute(way.clean());
            assertThat(seen()).isEqualTo("no");
            assertThat(hidden.reachedBy(GuardedSql.of(way.clean()))).isEmpty();
        }
    }

    private static String seen() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select current_setting('app.seen')")) {
            row.next();
            return row.getString(1);
        }
    }

    private static void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
