package com.scrapersky.session.internal.sql;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.internal.sql.SqlPart.Kind;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;

/**
 * The statement that code puts together and executes, with a stand-in for whatever is computed:
 * {@code 'SET ROLE ' || quote_ident(r)} and {@code format('SET ROLE %I', r)} both are a SET ROLE.
 */
final class ComputedText {

    /** In place of a computed name. */
    private static final String NAME = "sky_computed";

    /** In place of a computed value. */
    private static final String VALUE = "'" + NAME + "'";

    /** Statements in which computed pieces are names and types, and no query that could call something. */
    private static final Set<String> WITHOUT_QUERIES = Set.of(
            "alter",
            "analyze",
            "comment",
            "create",
            "drop",
            "grant",
            "lock",
            "notify",
            "refresh",
            "reindex",
            "revoke",
            "truncate");

    private final StringBuilder text = new StringBuilder();
    private final Set<SessionFeature> features = EnumSet.noneOf(SessionFeature.class);
    private final Set<String> settings = new HashSet<>();
    private final Set<String> words = new HashSet<>();

    private boolean namesComputed;
    private boolean piecesComputed;
    private boolean sets;
    private boolean definesCode;

    private ComputedText() {}

    static ComputedText of(Statement code, int from, int to) {
        ComputedText result = new ComputedText();
        result.expression(code, from, to);
        result.classify();
        return result;
    }

    Set<SessionFeature> features() {
        return features;
    }

    /** The settings that it sets for the session, as far as their names are known. */
    Set<String> settings() {
        return settings;
    }

    Set<String> words() {
        return words;
    }

    /** Whether it may name any object. */
    boolean isComputed() {
        return namesComputed || piecesComputed;
    }

    /** Whether it sets something for the session, or may, for all that can be seen. */
    boolean sets() {
        return sets;
    }

    boolean definesCode() {
        return definesCode;
    }

    private void expression(Statement code, int first, int end) {
        int from = first;
        int to = end;
        while (code.isSymbol(from, '(') && code.behindParenthesis(from) == to) {
            from++;
            to--;
        }
        int piece = from;
        int depth = 0;
        for (int i = from; i < to; i++) {
            depth += code.isSymbol(i, '(') ? 1 : code.isSymbol(i, ')') ? -1 : 0;
            if (depth == 0 && code.isSymbol(i, '|') && code.isSymbol(i + 1, '|')) {
                piece(code, piece, i);
                piece = i + 2;
                i++;
            }
        }
        piece(code, piece, to);
    }

    private void piece(Statement code, int from, int to) {
        String literal = to == from + 1 ? code.string(from) : null;
        boolean call = code.isSymbol(from + 1, '(') && code.behindParenthesis(from + 1) == to;
        String pattern = call ? code.string(from + 2) : null;
        String function = call ? code.word(from) : "";
        if (literal != null) {
            text.append(literal);
        } else if (function.equals("quote_ident")) {
            name();
        } else if (function.equals("quote_literal") || function.equals("quote_nullable")) {
            text.append(VALUE);
        } else if (function.equals("format") && pattern != null) {
            format(pattern);
        } else {
            text.append(NAME);
            piecesComputed = true;
        }
    }

    private void name() {
        text.append(NAME);
        namesComputed = true;
    }

    /** {@code %[position$][flags][width]type}. */
    private void format(String format) {
        int at = 0;
        while (at < format.length()) {
            char c = format.charAt(at++);
            if (c != '%') {
                text.append(c);
                continue;
            }
            while (at < format.length() && "0123456789$-*".indexOf(format.charAt(at)) >= 0) {
                at++;
            }
            char type = at < format.length() ? format.charAt(at++) : '%';
            switch (type) {
                case 'I' -> name();
                case 'L' -> text.append(VALUE);
                case '%' -> text.append('%');
                default -> {
                    text.append(NAME);
                    piecesComputed = true;
                }
            }
        }
    }

    private void classify() {
        SqlTokens tokens = SqlTokens.of(text.toString());
        Statement whole = tokens.whole();
        for (int i = 0; i < tokens.count(); i++) {
            if (whole.isIdentifier(i)) {
                words.add(SqlNames.lowerCase(whole.identifier(i)));
            }
        }
        for (int i = 0; i < tokens.statements(); i++) {
            Statement statement = tokens.statement(i);
            PartDraft draft = PartReader.read(statement);
            take(draft);
            if (piecesComputed && draft.kind != Kind.SET_LOCAL && !WITHOUT_QUERIES.contains(firstWord(statement))) {
                sets = true;
                definesCode |= firstWord(statement).equals(NAME);
            }
        }
    }

    private static String firstWord(Statement statement) {
        return statement.word(statement.from());
    }

    private void take(PartDraft draft) {
        definesCode |= draft.definesCode;
        words.addAll(draft.words);
        namesComputed |= draft.reachesAnything;
        features.addAll(draft.features);
        sets |= draft.kind == Kind.RESET_ALL || draft.features.contains(SessionFeature.COMPUTED_SETTING);
        draft.keeps.forEach(this::setting);
        draft.resets.stream().filter(name -> !name.equals("*")).forEach(this::setting);
        sets |= draft.features.contains(SessionFeature.HIDDEN_SETTING);
    }

    private void setting(String name) {
        sets = true;
        if (name.contains(NAME) || name.endsWith(".")) {
            features.add(SessionFeature.COMPUTED_SETTING);
        } else {
            settings.add(name);
        }
    }
}
