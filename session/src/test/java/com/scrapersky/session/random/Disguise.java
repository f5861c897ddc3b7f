package com.scrapersky.session.random;

import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Other ways to write the same SQL. */
enum Disguise {
    NONE(text -> text),
    COMMENT_BEFORE(text -> "/* reset all */ " + text),
    NESTED_COMMENT(text -> "/* select /* ; */ 'commit */" + text),
    LINE_COMMENT(text -> "-- begin; don't\n" + text),
    LINE_COMMENT_AFTER(text -> text + " -- ' rollback"),
    COMMENTS_INSIDE(text -> code(text, code -> code.replace(" ", "/**/ "))),
    UPPER_CASE(text -> code(text, code -> code.toUpperCase(Locale.ROOT))),
    MIXED_CASE(text -> code(text, Disguise::mixed)),
    WHITE_SPACE(text -> "\n\t" + code(text, code -> code.replace(" ", "\n  ")) + "\n"),
    SEMICOLON(text -> text + ";"),
    SEMICOLONS(text -> ";" + text + ";;"),
    QUOTED_BEFORE(text -> "select 'set role nobody; --', $$reset all; $$, $x$ listen x $x$, \"name\" \"set\""
            + " from (values ('v')) v(\"name\"); " + text),
    QUOTED_AFTER(text -> text + "; select E'\\'; set role nobody; --'");

    // What is not code in the texts of this grammar: strings, names in quotes, dollar quotes.
    private static final Pattern QUOTED = Pattern.compile("'[^']*'|\"[^\"]*\"|\\$\\$.*?\\$\\$", Pattern.DOTALL);

    private final UnaryOperator<String> change;

    Disguise(UnaryOperator<String> change) {
        this.change = change;
    }

    String of(String text) {
        return change.apply(text);
    }

    private static String code(String text, UnaryOperator<String> change) {
        StringBuilder result = new StringBuilder();
        Matcher quoted = QUOTED.matcher(text);
        int end = 0;
        for (MatchResult match : quoted.results().toList()) {
            result.append(change.apply(text.substring(end, match.start()))).append(match.group());
            end = match.end();
        }
        return result.append(change.apply(text.substring(end))).toString();
    }

    private static String mixed(String code) {
        StringBuilder mixed = new StringBuilder(code);
        for (int i = 0; i < mixed.length(); i += 2) {
            mixed.setCharAt(i, Character.toUpperCase(mixed.charAt(i)));
        }
        return mixed.toString();
    }
}
