package com.scrapersky.session.random;

import static com.scrapersky.session.random.Feature.ADVISORY_LOCK;
import static com.scrapersky.session.random.Feature.CURRVAL;
import static com.scrapersky.session.random.Feature.HIDDEN;
import static com.scrapersky.session.random.Feature.HOLD;
import static com.scrapersky.session.random.Feature.LISTEN;
import static com.scrapersky.session.random.Feature.LOAD;
import static com.scrapersky.session.random.Feature.OUTSIDE_TRANSACTION;
import static com.scrapersky.session.random.Feature.SEED;
import static com.scrapersky.session.random.Feature.SQL_PREPARE;
import static com.scrapersky.session.random.Feature.TEMP_TABLE;

/** Statements that need a backend of their own, each for itself. */
final class SessionTexts {

    private final Names names;
    private final Dice dice;

    SessionTexts(Names names) {
        this.names = names;
        this.dice = names.dice();
    }

    void offer(Menu<String> menu) {
        menu.add(LISTEN, 2, this::listen);
        menu.add(ADVISORY_LOCK, 3, this::lock);
        menu.add(TEMP_TABLE, 3, this::temporary);
        menu.add(HOLD, 2, this::hold);
        menu.add(SQL_PREPARE, 2, this::prepare);
        menu.add(CURRVAL, 2, this::currval);
        menu.add(SEED, 1, this::seed);
        menu.add(LOAD, 1, () -> "load 'plpgsql'");
        menu.add(HIDDEN, 2, this::hidden);
        menu.add(OUTSIDE_TRANSACTION, 1, this::outside);
    }

    String listen() {
        return dice.one(
                "listen " + names.channel(),
                "notify " + names.channel() + ", 'hello'",
                "select pg_notify('" + names.channel() + "', 'again')",
                "unlisten *");
    }

    /** Never one that waits: behind a pooler it could wait for its own client. */
    String lock() {
        return dice.one(
                "select pg_try_advisory_lock(" + names.key() + ")",
                "select pg_try_advisory_lock_shared(" + names.key() + ")",
                "select pg_advisory_unlock(" + names.key() + ")",
                "select pg_advisory_unlock_all()");
    }

    String temporary() {
        return dice.one(
                "create temp table temporary (n int)",
                "create temporary table temporary as select 7 n",
                "create temp table if not exists temporary (n int) on commit delete rows",
                "select 8 n into temp temporary",
                "create table pg_temp.temporary (n int)",
                "create temp view temporary as select 9 n",
                "create function pg_temp.temporary() returns int language sql as 'select 10'",
                "select pg_temp.temporary()",
                "insert into temporary values (1)",
                "select count(*), sum(n) from temporary",
                "drop table temporary",
                "discard temp");
    }

    String hold() {
        return dice.one(
                "declare held cursor with hold for select i from generate_series(1, 9) i",
                "fetch 2 from held",
                "move 1 in held",
                "close held",
                "close all");
    }

    String prepare() {
        return dice.one(
                "prepare plan (int) as select $1 + 1",
                "prepare plan as select name from place",
                "execute plan (4)",
                "execute plan",
                "deallocate plan",
                "deallocate all");
    }

    String currval() {
        String sequence = names.schema() + ".item_id_seq";
        return dice.one(
                "select nextval('" + sequence + "')",
                "select currval('" + sequence + "')",
                "select lastval()",
                "insert into " + names.schema() + ".item (code) values ('" + names.code() + "')",
                "select currval(pg_get_serial_sequence('" + names.schema() + ".item', 'id'))",
                "discard sequences");
    }

    /** random() only where its seed is given: else it is another number each time. */
    String seed() {
        return dice.one("select setseed(0.25)", "set seed to 0.5", "select setseed(0.75); select random()");
    }

    private String hidden() {
        return dice.one(
                "select public.hidden_lock(" + names.key() + ")",
                "select public.hidden_table('temporary')",
                "select public.hidden_listen('" + names.channel() + "')",
                "select public.hidden_lock(key) from generate_series(" + names.key() + ", " + names.key() + ") key",
                "do $$ begin create temp table temporary (n int); end $$",
                "do $$ begin perform pg_try_advisory_lock(" + names.key() + "); end $$");
    }

    private String outside() {
        return dice.one("vacuum " + names.schema() + ".late", "call public.commits_between('" + names.schema() + "')");
    }
}
