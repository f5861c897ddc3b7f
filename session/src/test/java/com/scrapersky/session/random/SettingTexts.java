package com.scrapersky.session.random;

import static com.scrapersky.session.random.Feature.AUTHORIZATION;
import static com.scrapersky.session.random.Feature.CHARACTERISTICS;
import static com.scrapersky.session.random.Feature.DISCARD;
import static com.scrapersky.session.random.Feature.DO_BLOCK;
import static com.scrapersky.session.random.Feature.FUNCTION;
import static com.scrapersky.session.random.Feature.LOCAL_SETTING;
import static com.scrapersky.session.random.Feature.ROLE;
import static com.scrapersky.session.random.Feature.SCHEMA;
import static com.scrapersky.session.random.Feature.SETTING;
import static com.scrapersky.session.random.Feature.SET_CONFIG;
import static com.scrapersky.session.random.Feature.TIME_ZONE;

/** Statements that change what the session is set to. */
final class SettingTexts {

    private final Names names;
    private final Dice dice;

    SettingTexts(Names names) {
        this.names = names;
        this.dice = names.dice();
    }

    void offer(Menu<String> menu) {
        menu.add(SETTING, 14, this::set);
        menu.add(SETTING, 4, () -> reset(dice.one(Setting.SOUND).name()));
        menu.add(SETTING, 2, () -> "reset all");
        menu.add(SCHEMA, 4, this::searchPath);
        menu.add(TIME_ZONE, 3, this::timeZone);
        menu.add(ROLE, 5, this::role);
        menu.add(CHARACTERISTICS, 4, this::characteristics);
        menu.add(SET_CONFIG, 8, () -> setConfig("false"));
        menu.add(DISCARD, 2, () -> dice.one("discard all", "discard all", "deallocate all", "discard plans"));
        menu.add(FUNCTION, 8, this::function);
        menu.add(DO_BLOCK, 5, this::block);
        menu.add(
                AUTHORIZATION,
                1,
                () -> dice.one(
                        "set session authorization random_reader",
                        "set session authorization default",
                        "reset session authorization"));
        menu.add(LOCAL_SETTING, 10, this::local);
    }

    /** A setting by its SQL expression for a value, as prepared statements take it. */
    String setConfig(String isLocal) {
        Setting setting = dice.one(Setting.SOUND);
        String value = setting.value(dice);
        String text = value.startsWith("'") ? value : "'" + value + "'";
        return switch (dice.below(7)) {
            case 6 ->
                "explain (analyze, costs off, timing off, summary off, buffers off) select set_config('"
                        + setting.name() + "', " + text + ", " + isLocal + ")";
            case 0 -> "select pg_catalog.set_config('" + setting.name() + "', " + text + ", " + isLocal + ")";
            case 1 ->
                "select set_config(name, " + text + ", " + isLocal + ") from (values ('" + setting.name()
                        + "')) v(name)";
            case 2 ->
                "update " + names.schema() + ".item set note = set_config('app.tenant', '" + names.tenant() + "', "
                        + isLocal + ") where id = 1";
            case 3 ->
                isLocal.equals("true")
                        ? "select set_config('search_path', '" + names.schema() + "', true)"
                        : "update pg_settings set setting = 8888 where name = 'work_mem'";
            case 4 ->
                "with c as materialized (select set_config('" + setting.name() + "', " + text + ", " + isLocal
                        + ") v) select v from c";
            default -> "select set_config('" + setting.name() + "', " + text + ", " + isLocal + ")";
        };
    }

    private String set() {
        Setting setting = dice.one(Setting.SOUND);
        return dice.one("set ", "set ", "set session ")
                + setting.name()
                + dice.one(" to ", " = ")
                + (dice.chance(12) ? "default" : setting.value(dice));
    }

    private static String reset(String name) {
        return "reset " + name;
    }

    private String searchPath() {
        return switch (dice.below(5)) {
            case 0 -> "set search_path = " + names.schema() + ", public";
            case 1 -> "set schema '" + names.schema() + "'";
            case 2 -> dice.one("reset search_path", "set search_path to default");
            case 3 -> "set search_path to '', \"" + names.schema() + "\"";
            default -> "set search_path to " + names.schema();
        };
    }

    private String timeZone() {
        return switch (dice.below(5)) {
            case 0 -> "set time zone local";
            case 1 -> "set time zone -3";
            case 2 -> "set timezone to " + dice.one(Setting.ZONES);
            case 3 -> "reset timezone";
            default -> "set time zone " + dice.one(Setting.ZONES);
        };
    }

    private String role() {
        return dice.one(
                "set role random_reader",
                "set role 'random_writer'",
                "set session role random_reader",
                "set role none",
                "reset role",
                "set role no_such_role",
                "select set_config('role', 'random_reader', false)");
    }

    private String characteristics() {
        return "set session characteristics as transaction "
                + dice.one(
                        "isolation level " + dice.one(Setting.LEVELS),
                        "read only",
                        "read write",
                        "isolation level serializable, read only");
    }

    private String function() {
        Setting setting = dice.one(Setting.SOUND);
        String value = setting.value(dice);
        String arguments = "('" + setting.name() + "', " + (value.startsWith("'") ? value : "'" + value + "'") + ")";
        return switch (dice.below(9)) {
            case 8 -> "select * from public.keeping";
            case 0 -> "select public.keep_path('" + names.schema() + "')";
            case 1 -> "select public.keep_and_fail" + arguments;
            case 2 -> "select public.keep_and_undo" + arguments;
            case 3 -> "select public.own_memory()";
            case 4 -> "update " + names.schema() + ".item set note = public.keep_setting" + arguments + " where id = 1";
            default -> "select public.keep_setting" + arguments;
        };
    }

    private String block() {
        Setting setting = dice.one(Setting.SOUND);
        return switch (dice.below(5)) {
            case 0 -> "do $$ begin set search_path to " + names.schema() + "; end $$";
            case 1 -> "do $$ begin perform set_config('app.tenant', '" + names.tenant() + "', false); end $$";
            case 2 -> "do $$ begin set role random_reader; raise exception 'on purpose'; end $$";
            case 3 -> "do $$ begin execute 'set ' || 'work_mem to ''9MB'''; end $$";
            default -> "do language plpgsql $$ begin set " + setting.name() + " = " + setting.value(dice) + "; end $$";
        };
    }

    /** What ends with the transaction, and what is only said to a transaction. */
    private String local() {
        Setting setting = dice.one(Setting.SOUND);
        return switch (dice.below(9)) {
            case 8 -> dice.one("set constraints all deferred", "set constraints all immediate");
            case 0 -> setConfig("true");
            case 1 -> "set local search_path to " + names.schema();
            case 2 -> "set local role random_reader";
            case 3 -> "set transaction isolation level " + dice.one(Setting.LEVELS);
            case 4 -> "set transaction read only";
            case 5 -> "select pg_try_advisory_xact_lock(" + names.key() + ")";
            case 6 -> "select public.local_setting('app.tenant', '" + names.tenant() + "')";
            default -> "set local " + setting.name() + " = " + setting.value(dice);
        };
    }
}
