package com.scrapersky.session.matrix;

import static com.scrapersky.session.SessionFeature.COMMIT_OF_FAILED_TRANSACTION;
import static com.scrapersky.session.SessionFeature.OWN_TRANSACTION;
import static com.scrapersky.session.matrix.Expected.MOVES;
import static com.scrapersky.session.matrix.Expected.REFUSED;
import static com.scrapersky.session.matrix.Expected.WORKS;
import static com.scrapersky.session.matrix.SessionRows.texts;

import java.util.List;

/** What wants no transaction around it, what only looks like a statement of sessions, and the end of a failed transaction. */
final class TransactionRows {

    private static final String SET_ITEMS = "create table if not exists matrix.items (id int)";

    private TransactionRows() {}

    static List<RowGroup> all() {
        return List.of(
                RowGroup.of("statements outside of transactions", ownTransactions()),
                RowGroup.of("what only looks like it", lookalikes()),
                RowGroup.of("commit of a failed transaction", failed()));
    }

    private static MatrixRow[] ownTransactions() {
        String index = "drop index if exists i, tenant_1.i";
        return new MatrixRow[] {
            texts(OWN_TRANSACTION, "VACUUM", WORKS, "VACUUM", "select 1").example("VACUUM"),
            texts(
                            OWN_TRANSACTION,
                            "CREATE INDEX CONCURRENTLY",
                            WORKS,
                            "CREATE INDEX CONCURRENTLY i ON t (id)",
                            "select to_regclass('i')")
                    .before(index)
                    .example("CREATE INDEX CONCURRENTLY i ON t (id)"),
            texts(
                            OWN_TRANSACTION,
                            "CREATE DATABASE",
                            WORKS,
                            "CREATE DATABASE d",
                            "select count(*) from pg_database where datname = 'd'",
                            "DROP DATABASE d")
                    .before("drop database if exists d")
                    .example("CREATE DATABASE d"),
            texts(
                            OWN_TRANSACTION,
                            "ALTER SYSTEM",
                            WORKS,
                            "ALTER SYSTEM SET log_min_messages = 'warning'",
                            "ALTER SYSTEM RESET log_min_messages",
                            "select 1")
                    .example("ALTER SYSTEM SET …"),
            texts(OWN_TRANSACTION, "VACUUM in a transaction", WORKS, "begin", "VACUUM t", "rollback", "select 1"),
            texts(OWN_TRANSACTION, "in a text of several statements", WORKS, "select 1; VACUUM t", "select 1"),
            texts(
                            OWN_TRANSACTION,
                            "in a session that has set its schema",
                            MOVES,
                            "SET search_path = tenant_1",
                            "CREATE INDEX CONCURRENTLY i ON things (n)",
                            "select to_regclass('tenant_1.i'), to_regclass('public.i')")
                    .before(index),
            texts(
                            OWN_TRANSACTION,
                            "in a session that has set its role",
                            MOVES,
                            "SET ROLE app_reader",
                            "CREATE DATABASE d",
                            "select 1")
                    .before("drop database if exists d"),
            texts(
                    OWN_TRANSACTION,
                    "PREPARE TRANSACTION",
                    WORKS,
                    SET_ITEMS,
                    "begin",
                    "insert into matrix.items values (1)",
                    "prepare transaction 'one'",
                    "select count(*) from pg_prepared_xacts",
                    "commit prepared 'one'",
                    "begin",
                    "insert into matrix.items values (2)",
                    "prepare transaction 'two'",
                    "rollback prepared 'two'",
                    "select * from matrix.items",
                    "drop table matrix.items"),
            MatrixRow.of(OWN_TRANSACTION, "PREPARE TRANSACTION of a session with settings", WORKS, player -> {
                player.execute(SET_ITEMS, "SET app.tenant = 'x'", "SET search_path = matrix");
                player.autoCommit(false);
                player.execute("insert into items values (1)", "SET app.other = 'y'", "prepare transaction 'three'");
                player.rollback();
                player.execute(
                        SettingRows.TENANT,
                        "select nullif(current_setting('app.other', true), '')",
                        "select * from items");
                player.rollback();
                player.autoCommit(true);
                player.execute("RESET ALL", "rollback prepared 'three'", "drop table matrix.items");
            }),
        };
    }

    private static MatrixRow[] lookalikes() {
        return new MatrixRow[] {
            texts(
                    null,
                    "columns and tables with such names",
                    WORKS,
                    "select listen, load, currval from (values (1, 2, 3)) as temp(listen, load, currval)",
                    "select 1 as prepare, 2 as \"set\", 3 as discard",
                    "select set_limit from (select 1 as set_limit) as pg_advisory_lock",
                    "with listen as (select 1 as temp) select listen.temp from listen"),
            texts(
                    null,
                    "names in strings",
                    WORKS,
                    "select 'pg_advisory_lock(1)', $$listen jobs$$, $a$set app.tenant = '7'$a$",
                    "select E'\\'; listen jobs; --', 'it''s; set role x'",
                    SettingRows.TENANT),
            texts(
                    null,
                    "EXECUTE in PL/pgSQL",
                    WORKS,
                    "do $$ begin execute 'select 1'; end $$",
                    "do $$ declare r record; begin for r in execute 'select 1' loop null; end loop; end $$",
                    "select 1"),
            texts(
                    null,
                    "SET of an update and of a table",
                    WORKS,
                    "update things set name = 'role', n = 7 where false",
                    "alter table t set (fillfactor = 90)",
                    "alter table t reset (fillfactor)",
                    "insert into things (name) values ('x') on conflict do nothing",
                    "delete from things"),
            texts(
                    null,
                    "a function's own settings",
                    WORKS,
                    "create function matrix.own() returns text language sql set search_path = tenant_1 as 'select current_schema()'",
                    "select matrix.own()",
                    "show search_path",
                    "drop function matrix.own()"),
            texts(
                    null,
                    "empty texts",
                    WORKS,
                    "",
                    ";",
                    " ",
                    "-- nothing",
                    "/* nothing */ ;",
                    "select 1;;",
                    "select 1 -- no end of line"),
            texts(
                    null,
                    "operators and questions",
                    WORKS,
                    "select '{\"a\":1}'::jsonb ?? 'a', '{\"a\":1}'::jsonb ??| array['a']",
                    "select 1"),
            texts(
                    null,
                    "syntax errors",
                    WORKS,
                    "set",
                    "set session",
                    "set foo",
                    "selec 1",
                    "reset",
                    "select 'open",
                    "select 1 /* open",
                    "select $$open",
                    "select 1"),
        };
    }

    private static MatrixRow[] failed() {
        return new MatrixRow[] {
            MatrixRow.of(COMMIT_OF_FAILED_TRANSACTION, "commit()", REFUSED, player -> {
                        player.execute("select 1");
                        player.autoCommit(false);
                        player.execute("insert into things (name) values ('lost')", "select 1/0");
                        player.commit();
                    })
                    .example("connection.commit() after a statement failed and its error was caught"),
            MatrixRow.of(COMMIT_OF_FAILED_TRANSACTION, "setAutoCommit(true)", REFUSED, player -> {
                player.autoCommit(false);
                player.execute("select 1/0");
                player.autoCommit(true);
            }),
            MatrixRow.of(COMMIT_OF_FAILED_TRANSACTION, "a savepoint around what may fail", WORKS, player -> {
                player.autoCommit(false);
                player.savepoint("s");
                player.execute("select 1/0");
                player.rollbackTo("s");
                player.commit();
                player.execute("select 1");
                player.commit();
            }),
        };
    }
}
