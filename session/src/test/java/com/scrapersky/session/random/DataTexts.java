package com.scrapersky.session.random;

import static com.scrapersky.session.random.Feature.DATA;
import static com.scrapersky.session.random.Feature.ERROR;
import static com.scrapersky.session.random.Feature.TRIGGER;

import java.util.List;

/** Statements that read and write rows, see what settings do, or fail. */
final class DataTexts {

    /** Expressions whose results depend on settings. */
    private static final List<String> EFFECTS = List.of(
            "current_schema()",
            "current_schemas(false)::text",
            "current_user",
            "session_user",
            "timestamptz '2024-07-01 12:00:00+00'",
            "(date '2024-07-01')::timestamptz",
            "interval '1 day 2 hours'",
            "(0.1::float8 + 0.2::float8)::text",
            "'\\x6101'::bytea::text",
            "'a\\b'",
            "to_regclass('item')::text",
            "(select name from place)");

    private final Names names;
    private final Dice dice;

    DataTexts(Names names) {
        this.names = names;
        this.dice = names.dice();
    }

    void offer(Menu<String> menu) {
        menu.add(DATA, 30, this::read);
        menu.add(DATA, 25, this::effect);
        menu.add(DATA, 25, this::write);
        menu.add(DATA, 15, this::setting);
        menu.add(
                TRIGGER,
                8,
                () -> "insert into " + names.schema() + ".noted (note) values ('" + names.tenant() + "')"
                        + dice.one("", " returning id, seen"));
        menu.add(ERROR, 8, this::mistake);
    }

    /** One that gives several rows, in an order. */
    String query() {
        return dice.one(
                "select id, code, n, note from " + names.table("item") + " order by id",
                "select id, code from " + names.table("item") + " where n >= " + names.number() + " order by code",
                "select i, name from generate_series(1, 7) i, place order by i",
                "select i, " + effectOf() + " from generate_series(1, 5) i order by i");
    }

    private String read() {
        return switch (dice.below(10)) {
            case 6 -> "declare local_cursor cursor for " + query();
            case 7 -> dice.one("fetch 2 from local_cursor", "move 1 in local_cursor", "close local_cursor");
            case 0 -> "select name from place";
            case 1 -> "select count(*), coalesce(sum(n), 0), max(tenant) from " + names.table("item");
            case 2 -> "select id, word from " + names.schema() + ".secret order by id";
            case 3 -> "select id, note, seen from " + names.table("noted") + " order by id";
            case 4 -> "select n from " + names.schema() + ".item where id = " + names.id() + " for update";
            case 5 ->
                "with chosen as (select * from " + names.table("item") + ") select count(*) from chosen where n > 10";
            default -> query();
        };
    }

    private String effectOf() {
        return dice.one(EFFECTS);
    }

    private String effect() {
        return "select " + effectOf() + (dice.chance(30) ? ", " + effectOf() : "");
    }

    /** Asks for a setting. */
    private String setting() {
        String name = dice.one(
                dice.one(Setting.SOUND).name(),
                "timezone",
                "search_path",
                "transaction_isolation",
                "transaction_read_only",
                "role",
                "app.seen",
                "app.tenant");
        return name.contains(".") || dice.chance(50) ? "select " + Setting.question(name) : "show " + name;
    }

    private String write() {
        String item = names.table("item");
        return switch (dice.below(10)) {
            case 8 -> dice.one("truncate ", "lock table ", "analyze ") + names.table("late");
            case 0 -> "insert into " + item + " (code, n) values ('" + names.code() + "', " + names.number() + ")";
            case 1 ->
                "insert into " + item + " (code, note) values ('" + names.code() + "', " + names.literal()
                        + ") returning id, tenant";
            case 2 -> "update " + item + " set n = n + " + names.number() + " where id <= " + names.id();
            case 3 -> "update " + item + " set note = current_user || " + effectOf() + " where id = " + names.id();
            case 4 -> "delete from " + item + " where id = " + names.id() + dice.one("", " returning code");
            case 5 ->
                "insert into " + item + " (code, n) values ('" + names.code()
                        + "', 1) on conflict (code) do update set n = excluded.n + 1 returning id, n";
            case 6 -> "with gone as (delete from " + item + " where n > 40 returning *) select count(*) from gone";
            case 7 ->
                dice.one("create table %s (n int)", "drop table %s", "alter table %s add column m int")
                        .formatted(names.scratch());
            default -> "insert into " + names.scratch() + " select 1 where exists (select from place)";
        };
    }

    private String mistake() {
        return switch (dice.below(10)) {
            case 7 -> "prepare transaction 'two phases'";
            case 8 -> "insert into " + names.schema() + ".late values (" + names.id() + ")";
            case 0 -> "select 1 / (n - n) from " + names.schema() + ".item";
            case 1 -> "insert into " + names.schema() + ".item (code) values ('c1'), ('c1')";
            case 2 -> "select * from no_such_table";
            case 3 -> "selec 1";
            case 4 -> "insert into " + names.schema() + ".item (code) values (null)";
            case 5 -> "do $$ begin raise exception 'on purpose'; end $$";
            case 6 -> "insert into " + names.schema() + ".late values (1), (1)";
            default -> {
                Setting wrong = dice.one(Setting.WRONG);
                yield "set " + wrong.name() + " = " + wrong.value(dice);
            }
        };
    }
}
