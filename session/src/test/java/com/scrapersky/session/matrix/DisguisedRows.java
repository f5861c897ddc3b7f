package com.scrapersky.session.matrix;

import com.scrapersky.session.SessionFeature;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Every text of {@link StateTexts} in every disguise. */
final class DisguisedRows {

    private static final String COMMENT = "/* first /* within */ ; 'it */ -- don't\n ";

    private DisguisedRows() {}

    static List<RowGroup> all() {
        List<RowGroup> groups = new ArrayList<>();
        StateTexts.virtual().forEach(text -> groups.add(group(text, Expected.WORKS)));
        StateTexts.moving().forEach(text -> groups.add(group(text, Expected.MOVES)));
        return groups;
    }

    private static RowGroup group(StateText text, Expected expected) {
        List<MatrixRow> rows = new ArrayList<>();
        rows.add(row(text, Disguise.PLAIN, expected, inAutocommit(text, text.text()))
                .example(text.example()));
        rows.add(row(text, Disguise.COMMENTED, expected, inAutocommit(text, COMMENT + text.text() + " -- last")));
        rows.add(row(text, Disguise.MIXED_CASE, expected, inAutocommit(text, mixedCase(text.text()))));
        rows.add(
                row(text, Disguise.SEVERAL, expected, inAutocommit(text, "select 1; " + text.text() + ";; select 2;")));
        rows.add(row(text, Disguise.PREPARED, expected, prepared(text)));
        // A transaction in which it is not allowed fails, and then the commit is what is refused.
        boolean fails = text.feature() == SessionFeature.DISCARD && text.text().equals("DISCARD ALL");
        rows.add(committing(text, Disguise.COMMITTED, expected, fails, false));
        rows.add(row(text, Disguise.ROLLED_BACK, expected, inTransaction(text, text.text(), false, false)));
        Expected amidst = expected == Expected.MOVES ? Expected.REFUSED : expected;
        rows.add(committing(text, Disguise.AMIDST, amidst, fails, true));
        rows.add(row(text, Disguise.SAVEPOINT, amidst, afterSavepoint(text)));
        if (text.inCode() != null) {
            rows.add(inCode(text, Disguise.FUNCTION, expected, Code.functionCall(text)));
            rows.add(inCode(text, Disguise.DO_BLOCK, expected, Code.block(text)));
            rows.add(inCode(text, Disguise.TRIGGER, expected, Code.insert(text)));
        }
        rows.add(row(text, Disguise.QUOTED, Expected.WORKS, quoted(text)));
        return new RowGroup(text.feature().id() + ": " + title(text), rows);
    }

    private static MatrixRow row(StateText text, Disguise disguise, Expected expected, Program program) {
        return MatrixRow.of(text.feature(), title(text), expected, program).disguised(disguise);
    }

    private static MatrixRow committing(
            StateText text, Disguise disguise, Expected expected, boolean fails, boolean begun) {
        Program program = inTransaction(text, text.text(), begun, true);
        return fails
                ? MatrixRow.of(SessionFeature.COMMIT_OF_FAILED_TRANSACTION, title(text), Expected.REFUSED, program)
                        .disguised(disguise)
                : row(text, disguise, expected, program);
    }

    private static MatrixRow inCode(StateText text, Disguise disguise, Expected expected, String call) {
        SessionFeature feature = expected == Expected.WORKS ? SessionFeature.HIDDEN_SETTING : text.feature();
        Program program = given(text).then(player -> {
            player.execute(call);
            looks(player, text);
            player.autoCommit(false);
            player.execute("select 1", call);
            player.rollback();
            looks(player, text);
            player.commit();
            player.autoCommit(true);
            player.execute("select 1");
        });
        return MatrixRow.of(feature, title(text), expected, program).disguised(disguise);
    }

    /** Without the password that one of them has. */
    private static String title(StateText text) {
        String example = text.example();
        return example == null ? text.text() : example;
    }

    private static Program given(StateText text) {
        return player -> {
            player.execute(text.given().toArray(String[]::new));
            looks(player, text);
        };
    }

    private static void looks(Player player, StateText text) throws Exception {
        for (String look : text.looks()) {
            player.execute(look);
        }
    }

    private static void play(Player player, StateText text, String sql) throws Exception {
        if (text.values().isEmpty()) {
            player.execute(sql);
        } else {
            player.prepared(sql, text.values().toArray());
        }
    }

    private static Program inAutocommit(StateText text, String sql) {
        return given(text).then(player -> {
            play(player, text, sql);
            looks(player, text);
            looks(player, text);
        });
    }

    /** More often than the driver's threshold for statements with names. */
    private static Program prepared(StateText text) {
        return given(text).then(player -> {
            Object[] values = text.values().toArray();
            player.prepared(text.text(), values);
            looks(player, text);
            player.step("six times prepared", on -> {
                StringBuilder told = new StringBuilder();
                try (var statement = on.prepareStatement(text.text())) {
                    for (int i = 0; i < 6; i++) {
                        for (int value = 0; value < values.length; value++) {
                            statement.setObject(value + 1, values[value]);
                        }
                        told.append(Told.results(statement, statement.execute()));
                    }
                }
                return told;
            });
            for (String look : text.looks()) {
                player.prepared(look);
            }
        });
    }

    private static Program inTransaction(StateText text, String sql, boolean begun, boolean commits) {
        return given(text).then(player -> {
            player.autoCommit(false);
            if (begun) {
                player.execute("select 'begun'");
            }
            play(player, text, sql);
            looks(player, text);
            if (commits) {
                player.commit();
            } else {
                player.rollback();
            }
            looks(player, text);
            player.rollback();
            player.autoCommit(true);
            looks(player, text);
        });
    }

    private static Program afterSavepoint(StateText text) {
        return given(text).then(player -> {
            player.autoCommit(false);
            player.savepoint("before");
            play(player, text, text.text());
            looks(player, text);
            player.rollbackTo("before");
            looks(player, text);
            player.commit();
            looks(player, text);
            player.commit();
            player.autoCommit(true);
            looks(player, text);
        });
    }

    private static Program quoted(StateText text) {
        String sql = text.text();
        return player -> {
            player.execute(
                    "select '" + sql.replace("'", "''") + "' is null",
                    "select $quoted$" + sql + "$quoted$ is null /* " + sql + " */ -- " + sql,
                    "select 1 as \"" + sql.substring(0, Math.min(60, sql.length())) + '"');
            player.prepared("select $$" + sql + "$$ is null, ?::text", sql);
            looks(player, text);
        };
    }

    /** Alternating, outside of quotes. */
    static String mixedCase(String sql) {
        StringBuilder mixed = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < sql.length(); i++) {
            char c = sql.charAt(i);
            quoted ^= c == '\'';
            String letter = String.valueOf(c);
            mixed.append(
                    quoted ? letter : i % 2 == 0 ? letter.toUpperCase(Locale.ROOT) : letter.toLowerCase(Locale.ROOT));
        }
        return mixed.toString();
    }
}
