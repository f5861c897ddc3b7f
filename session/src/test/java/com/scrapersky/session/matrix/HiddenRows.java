package com.scrapersky.session.matrix;

import static com.scrapersky.session.SessionFeature.HIDDEN_SETTING;
import static com.scrapersky.session.matrix.Expected.WORKS;
import static com.scrapersky.session.matrix.SettingRows.TENANT;
import static com.scrapersky.session.matrix.SettingRows.TIMEOUT;
import static com.scrapersky.session.matrix.SettingRows.USERS;

import java.util.List;

/** Code that sets something for its session where no statement shows it; through JDBC's calls: {@link HiddenCallRows}. */
final class HiddenRows {

    static final String WHO = "select nullif(current_setting('app.who', true), '')";
    private static final String CALL = "select matrix.become('ann')";

    private HiddenRows() {}

    /** What they find in the schema matrix. */
    static List<String> definitions() {
        return List.of(
                "create function login_as(who text) returns text language plpgsql as $$ begin"
                        + " perform set_config('app.who', who, false); set search_path to tenant_1, public; return who; end $$",
                "create function matrix.become(who text) returns text language plpgsql as $$ begin"
                        + " perform set_config('app.who', who, false); return who; end $$",
                "create function matrix.become_sql(who text) returns text language sql as"
                        + " $$ select set_config('app.who', who, false) $$",
                "create function matrix.become_atomic(who text) returns text language sql begin atomic"
                        + " select set_config('app.who', who, false); end",
                "create function matrix.become_by(name text, who text) returns void language plpgsql as $$ begin"
                        + " execute format('set %I.%I = %L', 'app', name, who); end $$",
                "create function matrix.become_through(who text) returns text language plpgsql as $$ begin"
                        + " return matrix.become_sql(who); end $$",
                "create function matrix.become_securely(who text) returns text language plpgsql security definer as $$ begin"
                        + " return matrix.become(who); end $$",
                "create function matrix.many(who text) returns setof int language plpgsql as $$ begin"
                        + " perform matrix.become(who); return query select generate_series(1, 5); end $$",
                "create function matrix.local(who text) returns text language plpgsql as $$ begin"
                        + " perform set_config('app.who', who, true); set local statement_timeout = '5s'; return who; end $$",
                "create function matrix.within(who text) returns text language plpgsql set app.who = 'nobody' as"
                        + " $$ begin return current_setting('app.who') || who; end $$",
                "create function matrix.undone(who text) returns text language plpgsql as $$ begin begin"
                        + " perform matrix.become(who); raise 'no'; exception when others then return 'undone'; end; end $$",
                "create function matrix.fails(who text) returns text language plpgsql as $$ begin"
                        + " perform matrix.become(who); raise 'failed'; end $$",
                "create function matrix.as_reader() returns text language plpgsql as $$ begin"
                        + " set role app_reader; return current_user; end $$",
                "create function matrix.as_local_reader() returns text language plpgsql as $$ begin"
                        + " set local role app_reader; return current_user; end $$",
                "create function matrix.reset_all() returns text language plpgsql as $$ begin"
                        + " reset all; return 'reset'; end $$",
                "create function matrix.out_who(in who text, out upper_who text, out n int) language plpgsql as $$ begin"
                        + " perform matrix.become(who); upper_who := upper(who); n := 7; end $$",
                "create procedure matrix.proceed(who text) language plpgsql as $$ begin"
                        + " perform matrix.become(who); end $$",
                "create procedure matrix.commits(who text) language plpgsql as $$ begin"
                        + " perform matrix.become(who || 1); commit; perform matrix.become(who); commit; end $$",
                "create view matrix.who_view as select matrix.become('view') as who",
                "create table matrix.defaults (id int, who text default matrix.become('default'))",
                "create table matrix.checked (id int check (matrix.become('check') is not null))",
                "create domain matrix.known as text check (matrix.become('domain') is not null)",
                "create table matrix.ruled (id int)",
                "create rule instead as on insert to matrix.ruled do also select matrix.become('rule')",
                "create table matrix.parent (id int primary key)",
                "create table matrix.child (id int references matrix.parent on delete cascade)",
                "create function matrix.on_child() returns trigger language plpgsql as $$ begin"
                        + " perform matrix.become('cascade'); return old; end $$",
                "create trigger gone before delete on matrix.child for each row execute function matrix.on_child()",
                "create table matrix.deferred (id int)",
                "create function matrix.on_deferred() returns trigger language plpgsql as $$ begin"
                        + " perform matrix.become('deferred'); return null; end $$",
                "create constraint trigger later after insert on matrix.deferred deferrable initially deferred"
                        + " for each row execute function matrix.on_deferred()",
                "create table matrix.guarded (id int)",
                "alter table matrix.guarded enable row level security",
                "create policy guard on matrix.guarded for select using (matrix.become('policy') is not null)",
                "insert into matrix.guarded values (1)",
                "grant usage on schema matrix to app_reader",
                "grant select on matrix.guarded to app_reader",
                "create function matrix.add_who(text, text) returns text language sql as $$ select matrix.become($2) $$",
                "create aggregate matrix.last_who(text) (sfunc = matrix.add_who, stype = text)");
    }

    static List<RowGroup> all() {
        return List.of(
                RowGroup.of("functions that set", functions()),
                RowGroup.of("functions reached by other ways", ways()),
                RowGroup.of("functions in transactions", transactions()));
    }

    private static MatrixRow texts(String title, String... texts) {
        return MatrixRow.of(HIDDEN_SETTING, title, WORKS, player -> player.execute(texts));
    }

    private static MatrixRow[] functions() {
        return new MatrixRow[] {
            texts(
                            "a function that sets two",
                            WHO,
                            "SELECT login_as('ann')",
                            WHO,
                            "show search_path",
                            WHO,
                            "SELECT login_as('bob')",
                            WHO)
                    .example("SELECT login_as('ann')"),
            texts("a DO block", TENANT, "DO $$ BEGIN EXECUTE 'SET app.tenant = 7'; END $$", TENANT, TENANT)
                    .example("DO $$ BEGIN EXECUTE 'SET app.tenant = 7'; END $$"),
            texts("in SQL", "select matrix.become_sql('ann')", WHO, WHO),
            texts("in SQL, BEGIN ATOMIC", "select matrix.become_atomic('ann')", WHO, WHO),
            texts(
                    "by a computed statement",
                    "select matrix.become_by('who', 'ann')",
                    WHO,
                    "select matrix.become_by('other', 'o')",
                    WHO,
                    "select nullif(current_setting('app.other', true), '')"),
            texts(
                    "through another function",
                    "select matrix.become_through('ann')",
                    WHO,
                    "select matrix.become_securely('bob')",
                    WHO),
            texts(
                    "that returns rows",
                    "select * from matrix.many('ann')",
                    WHO,
                    "select count(*) from matrix.many('bob') m, matrix.many('cid')",
                    WHO),
            texts("for its transaction only", "select matrix.local('ann')", WHO, TIMEOUT, WHO, TIMEOUT),
            texts("for itself only", "select matrix.within('ann')", WHO, WHO),
            texts("undone by its own exception", "select matrix.undone('ann')", WHO, WHO),
            texts("that fails", "select matrix.become('before')", "select matrix.fails('ann')", WHO, WHO),
            texts("that takes a role", "select matrix.as_reader()", USERS, USERS, "RESET ROLE", USERS),
            texts("that takes a role for its transaction", "select matrix.as_local_reader()", USERS, USERS),
            texts(
                    "that resets all",
                    "SET app.tenant = 'x'",
                    "SET statement_timeout = '5s'",
                    "select matrix.reset_all()",
                    TENANT,
                    TIMEOUT,
                    TIMEOUT),
            texts("procedures", "call matrix.proceed('ann')", WHO, "call matrix.commits('bob')", WHO, WHO),
            texts(
                    "a block that commits",
                    "do $$ begin perform matrix.become('ann'); commit; perform matrix.become('bob'); rollback; end $$",
                    WHO,
                    WHO),
            texts(
                    "beside other settings",
                    "SET app.tenant = 'x'",
                    CALL,
                    TENANT,
                    WHO,
                    "SET app.who = 'bob'",
                    WHO,
                    "RESET app.who",
                    WHO,
                    TENANT),
            texts(
                    "made by the program itself",
                    "create or replace function matrix.own(who text) returns text language plpgsql as"
                            + " $$ begin perform set_config('app.who', who, false); return who; end $$",
                    "select matrix.own('ann')",
                    WHO,
                    WHO,
                    "drop function matrix.own(text)"),
            texts(
                    "changed by the program itself",
                    "create or replace function matrix.own(who text) returns text language sql as 'select who'",
                    "select matrix.own('ann')",
                    WHO,
                    "create or replace function matrix.own(who text) returns text language sql as"
                            + " $$ select set_config('app.who', who, false) $$",
                    "select matrix.own('bob')",
                    WHO,
                    WHO,
                    "drop function matrix.own(text)"),
        };
    }

    private static MatrixRow[] ways() {
        return new MatrixRow[] {
            texts("a view", "select * from matrix.who_view", WHO, WHO),
            texts("a default", "insert into matrix.defaults (id) values (1)", WHO, WHO, "delete from matrix.defaults"),
            texts("a check", "insert into matrix.checked values (1)", WHO, WHO, "delete from matrix.checked"),
            texts("a domain", "select 'x'::matrix.known", WHO, WHO),
            texts("a rule", "insert into matrix.ruled values (1)", WHO, WHO, "delete from matrix.ruled"),
            texts(
                    "a cascade",
                    "insert into matrix.parent values (1)",
                    "insert into matrix.child values (1)",
                    "delete from matrix.parent",
                    WHO,
                    WHO),
            texts(
                    "a policy",
                    "SET ROLE app_reader",
                    "select count(*) from matrix.guarded",
                    WHO,
                    WHO,
                    "RESET ROLE",
                    WHO),
            texts("an aggregate", "select matrix.last_who(x) from (values ('ann'), ('bob')) v (x)", WHO, WHO),
            texts(
                            "an operator",
                            "select 'ann' operator(matrix.==>) 'bob'",
                            WHO,
                            WHO,
                            "drop operator matrix.==> (text, text)")
                    // It can stand in a text that has no name in it: where there is one, every text is looked after.
                    .before(
                            "drop operator if exists matrix.==> (text, text)",
                            "create operator matrix.==> (leftarg = text, rightarg = text, function = matrix.add_who)")
                    .opened(FreshFactory.PLAIN),
            texts(
                            "an event trigger",
                            "create table matrix.made (id int)",
                            WHO,
                            WHO,
                            "drop event trigger at_ddl",
                            "drop table matrix.made")
                    .before(
                            "drop event trigger if exists at_ddl",
                            "create or replace function matrix.on_ddl() returns event_trigger language plpgsql as"
                                    + " $$ begin perform matrix.become('ddl'); end $$",
                            "create event trigger at_ddl on ddl_command_end when tag in ('CREATE TABLE') execute function matrix.on_ddl()")
                    .opened(FreshFactory.PLAIN),
            texts("COPY of a query", "copy (select matrix.become('ann')) to '/dev/null'", WHO, WHO),
            texts(
                    "EXPLAIN ANALYZE",
                    "explain (analyze, costs off, timing off, summary off, buffers off) " + CALL,
                    WHO,
                    WHO),
            texts(
                    "a common table expression",
                    "with w as (select matrix.become('ann') as who) select who from w",
                    WHO,
                    WHO),
            texts("a table made of it", "create table matrix.made as " + CALL, WHO, WHO, "drop table matrix.made"),
            texts(
                    "a name in other letters",
                    "select MATRIX.\"become\"('ann')",
                    WHO,
                    "select matrix . become /* here */ ('bob')",
                    WHO,
                    WHO),
            texts("a name by its search path", "SET search_path = matrix, public", "select become('ann')", WHO, WHO),
            texts(
                    "a deferred trigger",
                    "insert into matrix.deferred values (1)",
                    WHO,
                    WHO,
                    "delete from matrix.deferred"),
        };
    }

    private static MatrixRow[] transactions() {
        return new MatrixRow[] {
            MatrixRow.of(HIDDEN_SETTING, "commit and rollback", WORKS, player -> {
                player.autoCommit(false);
                player.execute("select matrix.become('ann')", WHO);
                player.rollback();
                player.execute(WHO);
                player.commit();
                player.execute("select 1", "select matrix.become('bob')", WHO);
                player.commit();
                player.execute(WHO);
                player.commit();
                player.autoCommit(true);
                player.execute(WHO);
            }),
            MatrixRow.of(HIDDEN_SETTING, "a savepoint", WORKS, player -> {
                player.execute(CALL);
                player.autoCommit(false);
                player.savepoint("s");
                player.execute("select matrix.become('bob')", WHO);
                player.rollbackTo("s");
                player.execute(WHO, "select 1");
                player.commit();
                player.execute(WHO);
                player.commit();
            }),
            MatrixRow.of(HIDDEN_SETTING, "a deferred trigger that sets at COMMIT", WORKS, player -> {
                player.autoCommit(false);
                player.execute("insert into matrix.deferred values (1)", WHO);
                player.commit();
                player.execute(WHO, "delete from matrix.deferred");
                player.commit();
                player.execute(WHO);
                player.commit();
            }),
            texts(
                    "BEGIN and COMMIT as texts",
                    "begin",
                    CALL,
                    "commit",
                    WHO,
                    "begin",
                    "select matrix.become('bob')",
                    "rollback",
                    WHO,
                    "begin",
                    "select matrix.become('cid')",
                    "commit and chain",
                    WHO,
                    "commit",
                    WHO),
            texts(
                    "in one text",
                    "begin; select matrix.become('ann'); commit",
                    WHO,
                    "begin; select matrix.become('bob'); rollback",
                    WHO,
                    "select matrix.become('cid'); select 2",
                    WHO,
                    WHO),
            MatrixRow.of(HIDDEN_SETTING, "given back within a transaction", WORKS, player -> {
                player.autoCommit(false);
                player.execute(CALL);
                player.reborrow();
                player.execute(WHO, CALL);
                player.reborrow();
                player.execute(WHO);
            }),
            MatrixRow.of(HIDDEN_SETTING, "setAutoCommit(true) commits", WORKS, player -> {
                player.autoCommit(false);
                player.execute(CALL);
                player.autoCommit(true);
                player.execute(WHO, WHO);
            }),
        };
    }
}
