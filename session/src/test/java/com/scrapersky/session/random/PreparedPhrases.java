package com.scrapersky.session.random;

import static com.scrapersky.session.random.Feature.DATA;
import static com.scrapersky.session.random.Feature.FUNCTION;
import static com.scrapersky.session.random.Feature.SETTING;
import static com.scrapersky.session.random.Feature.SET_CONFIG;
import static com.scrapersky.session.random.Feature.STATEMENT_METADATA;
import static com.scrapersky.session.random.Feature.TRIGGER;

import com.scrapersky.session.random.Phrases.Phrase;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Prepared statements: executed again and again, with some parameters bound anew, in and over transactions. */
final class PreparedPhrases {

    /** A text and what its parameters may be. */
    private record Template(String sql, List<Supplier<Object>> parameters) {}

    private final Names names;
    private final Dice dice;
    private final DataTexts data;

    PreparedPhrases(Names names, DataTexts data) {
        this.names = names;
        this.dice = names.dice();
        this.data = data;
    }

    void offer(Menu<Phrase> menu) {
        menu.add(DATA, 9, () -> script -> prepared(script, DATA, read()))
                .add(DATA, 7, () -> script -> prepared(script, DATA, write()))
                .add(DATA, 3, () -> this::batch)
                .add(
                        DATA,
                        2,
                        () -> script -> call(script, DATA, "public.add_up", List.of(names.number(), 7), Types.INTEGER))
                .add(
                        FUNCTION,
                        2,
                        () -> script -> call(
                                script,
                                FUNCTION,
                                "public.keep_setting",
                                List.of("app.tenant", names.tenant()),
                                Types.VARCHAR))
                .add(FUNCTION, 4, () -> this::sometimes)
                .add(
                        TRIGGER,
                        2,
                        () -> script -> prepared(
                                script,
                                TRIGGER,
                                new Template("insert into " + names.schema() + ".noted (note) values (?)", texts(1))))
                .add(SET_CONFIG, 4, () -> script -> prepared(script, SET_CONFIG, setConfig()))
                .add(SETTING, 3, () -> script -> prepared(script, SETTING, set()))
                .add(DATA, 1, () -> script -> script.add(DATA, new PreparedStep.CallCursor(names.schema())))
                .add(STATEMENT_METADATA, 3, () -> this::described);
    }

    private String slot() {
        return "p" + dice.between(1, 3);
    }

    private void prepared(Script script, Feature feature, Template template) {
        String slot = slot();
        boolean keys = template.sql().startsWith("insert") && dice.chance(40);
        script.add(feature, new PreparedStep.Prepare(slot, template.sql(), keys));
        int executions = dice.between(1, 4);
        for (int execution = 0; execution < executions; execution++) {
            for (int i = 0; i < template.parameters().size(); i++) {
                if (dice.chance(execution == 0 ? 97 : 60)) {
                    script.add(
                            feature,
                            new PreparedStep.Bind(
                                    slot, i + 1, template.parameters().get(i).get()));
                }
            }
            script.add(feature, new PreparedStep.Run(slot, keys));
            if (dice.chance(15)) {
                script.add(
                        DATA,
                        dice.chance(50) ? new PreparedStep.DescribeParameters(slot) : new PreparedStep.Run(slot, keys));
            }
        }
        if (dice.chance(50)) {
            script.add(DATA, new PreparedStep.Close(slot));
        }
    }

    private Template read() {
        return switch (dice.below(5)) {
            case 0 -> new Template("select id, code, note from " + names.table("item") + " where id = ?", numbers(1));
            case 1 -> new Template("select ?::text, current_schema(), (select name from place)", texts(1));
            case 2 ->
                new Template(
                        "set local app.actor = 'local'; select ?::int + 1, current_setting('app.actor')", numbers(1));
            case 3 ->
                new Template("select word from " + names.schema() + ".secret where id < ? order by id", numbers(1));
            default -> new Template(data.query(), List.of());
        };
    }

    private Template write() {
        String item = names.table("item");
        return switch (dice.below(4)) {
            case 0 -> new Template("update " + item + " set n = ? where id = ?", numbers(2));
            case 1 -> new Template("delete from " + item + " where id = ? returning code", numbers(1));
            case 2 -> new Template("update " + item + " set note = ? where id = 2 returning n", texts(1));
            default ->
                new Template("insert into " + item + " (code, n) values (?, ?)", List.of(names::code, names::number));
        };
    }

    private Template setConfig() {
        return dice.chance(50)
                ? new Template("select set_config('app.tenant', ?, false)", List.of(names::tenant))
                : new Template(
                        "select set_config(?, ?, ?)",
                        List.of(() -> dice.one("app.tenant", "app.actor"), names::tenant, () -> dice.chance(60)));
    }

    private Template set() {
        return dice.one(
                new Template("set app.tenant = '" + names.tenant() + "'; select ?::int", numbers(1)),
                new Template("set work_mem to '10MB'", List.of()),
                new Template("select ?::int; reset app.tenant", numbers(1)));
    }

    private List<Supplier<Object>> numbers(int count) {
        return parameters(count, names::id);
    }

    private List<Supplier<Object>> texts(int count) {
        return parameters(count, () -> dice.one("x", "it's", "t1", "set role nobody"));
    }

    private static List<Supplier<Object>> parameters(int count, Supplier<Object> kind) {
        List<Supplier<Object>> parameters = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            parameters.add(kind);
        }
        return parameters;
    }

    private void batch(Script script) {
        String slot = slot();
        boolean inserts = dice.chance(50);
        String item = names.table("item");
        script.add(
                DATA,
                new PreparedStep.Prepare(
                        slot,
                        inserts
                                ? "insert into " + item + " (code, n) values (?, ?)"
                                : "update " + item + " set n = ? where id = ?",
                        dice.chance(25)));
        for (int times = dice.between(1, 2); times > 0; times--) {
            List<List<Object>> rows = new ArrayList<>();
            for (int row = dice.between(1, 4); row > 0; row--) {
                rows.add(inserts ? List.of(names.code(), names.number()) : List.of(names.number(), names.id()));
            }
            script.add(DATA, new PreparedStep.RunBatch(slot, List.copyOf(rows)));
        }
    }

    private static void call(Script script, Feature feature, String function, List<Object> arguments, int type) {
        script.add(feature, new PreparedStep.Call(function, arguments, type));
    }

    /** A text that leaves nothing behind many times, and then something. */
    private void sometimes(Script script) {
        String slot = slot();
        script.add(
                FUNCTION,
                new PreparedStep.Prepare(
                        slot, "select public.keep_setting_if(?, 'app.tenant', '" + names.tenant() + "')", false));
        script.add(FUNCTION, new PreparedStep.Bind(slot, 1, false));
        for (int times = dice.between(1, 6); times > 0; times--) {
            script.add(FUNCTION, new PreparedStep.Run(slot, false));
        }
        script.add(FUNCTION, new PreparedStep.Bind(slot, 1, true));
        script.add(FUNCTION, new PreparedStep.Run(slot, false));
    }

    private void described(Script script) {
        String slot = slot();
        script.add(
                STATEMENT_METADATA,
                new PreparedStep.Prepare(
                        slot, "select id, code from " + names.schema() + ".item where n > ? order by id", false));
        script.add(STATEMENT_METADATA, new PreparedStep.Describe(slot));
        script.add(STATEMENT_METADATA, new PreparedStep.Bind(slot, 1, names.number()));
        for (int times = dice.between(1, 3); times > 0; times--) {
            script.add(STATEMENT_METADATA, new PreparedStep.Run(slot, false));
        }
    }
}
