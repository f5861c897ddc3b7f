package com.scrapersky.session.internal.sql;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.internal.sql.SqlPart.Kind;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;

/**
 * Reads code in PL/pgSQL or SQL.
 *
 * <p>Statements are looked for where one may begin: behind a semicolon, BEGIN, THEN, ELSE and LOOP. What cannot
 * be told is taken for the worse.
 */
final class CodeReader {

    private final Statement code;
    private final Set<SessionFeature> features = EnumSet.noneOf(SessionFeature.class);
    private final Set<String> settings = new HashSet<>();
    private final Set<String> words = new HashSet<>();

    /** Collects the transaction-local form of what sets for the session. */
    private final PartDraft rewriting = new PartDraft();

    private boolean rewritable = true;
    private boolean sets;
    private boolean reachesAnything;
    private boolean endsTransaction;
    private boolean definesCode;

    CodeReader(Statement code) {
        this.code = code;
    }

    CodeBody read() {
        for (int i = code.from(); i < code.to(); i++) {
            if (!code.isIdentifier(i)) {
                continue;
            }
            words.add(SqlNames.lowerCase(code.identifier(i)));
            if (beginsStatement(i)) {
                statement(i);
            }
            if (FunctionCalls.updatesSettings(code, i)) {
                setsComputed();
            } else if (FunctionCalls.isCall(code, i)) {
                call(i);
            } else if (code.isWord(i, "execute") && !code.isWord(i + 1, "function", "procedure")) {
                dynamic(i);
            }
        }
        if (reachesAnything) {
            takeWordsOfStrings();
        }
        if (sets) {
            features.add(SessionFeature.HIDDEN_SETTING);
        }
        return new CodeBody(features, settings, words, reachesAnything, endsTransaction, definesCode);
    }

    /** Whether everything that it sets can be set for the transaction instead, by {@link #rewriting()}. */
    boolean isRewritable() {
        return rewritable && !endsTransaction;
    }

    /** Edits in the coordinates of the code. */
    PartDraft rewriting() {
        return rewriting;
    }

    private boolean beginsStatement(int token) {
        int before = token - 1;
        return token == code.from()
                || code.isSymbol(before, ';')
                || code.isWord(before, "begin", "atomic")
                || code.isWord(before, "then", "else")
                || code.isWord(before, "loop");
    }

    private void statement(int token) {
        switch (code.word(token)) {
            case "set", "reset" -> set(PartReader.read(untilSemicolon(token)));
            case "listen", "load", "prepare", "deallocate", "declare", "create", "alter", "drop", "import" -> {
                PartDraft draft = PartReader.read(untilSemicolon(token));
                features.addAll(withoutSettings(draft.features));
                definesCode |= draft.definesCode;
            }
            case "commit", "rollback" -> endsTransaction = true;
            default -> {}
        }
    }

    private void set(PartDraft draft) {
        features.addAll(withoutSettings(draft.features));
        if (draft.kind == Kind.RESET_ALL) {
            sets = true;
            rewritable = false;
        } else if (!draft.keeps.isEmpty() || !draft.resets.isEmpty()) {
            sets = true;
            settings.addAll(draft.keeps);
            settings.addAll(draft.resets);
            draft.copyEdits(rewriting, 0);
        }
    }

    private void call(int token) {
        if (!FunctionCalls.isSetConfig(code, token)) {
            SessionFeature feature = FunctionCalls.featureOf(code, token);
            if (feature != null) {
                features.add(feature);
            }
            return;
        }
        PartDraft draft = new PartDraft();
        // Those in its arguments are met on the way through the code.
        FunctionCalls.readSetConfig(
                code.stretch(token, code.behindParenthesis(token + 1)), token, FunctionCalls.Rewriting.TO_LOCAL, draft);
        if (draft.features.contains(SessionFeature.COMPUTED_SETTING)) {
            setsComputed();
        }
        set(draft);
    }

    private void setsComputed() {
        sets = true;
        rewritable = false;
        features.add(SessionFeature.COMPUTED_SETTING);
    }

    /** EXECUTE of a string: what can be seen of it counts, and the rest is taken for the worse. */
    private void dynamic(int execute) {
        int end = execute + 1;
        int depth = 0;
        while (code.has(end) && !(depth == 0 && endsExpression(end))) {
            depth += code.isSymbol(end, '(') ? 1 : code.isSymbol(end, ')') ? -1 : 0;
            if (depth < 0) {
                break;
            }
            end++;
        }
        ComputedText text = ComputedText.of(code, execute + 1, end);
        words.addAll(text.words());
        features.addAll(withoutSettings(text.features()));
        settings.addAll(text.settings());
        reachesAnything |= text.isComputed();
        definesCode |= text.definesCode();
        if (text.sets()) {
            sets = true;
            rewritable = false;
        }
    }

    private boolean endsExpression(int token) {
        return code.isSymbol(token, ';') || code.isWord(token, "into", "using") || code.isWord(token, "loop");
    }

    private Statement untilSemicolon(int token) {
        int end = token;
        while (code.has(end) && !code.isSymbol(end, ';')) {
            end++;
        }
        return code.stretch(token, end);
    }

    private void takeWordsOfStrings() {
        for (int i = code.from(); i < code.to(); i++) {
            String string = code.string(i);
            if (string != null) {
                Words.addAll(string, words);
            }
        }
    }

    /** What is set in code is {@link SessionFeature#HIDDEN_SETTING}, whatever it is. */
    static Set<SessionFeature> withoutSettings(Set<SessionFeature> features) {
        Set<SessionFeature> others = EnumSet.noneOf(SessionFeature.class);
        others.addAll(features);
        others.remove(SessionFeature.SETTING);
        others.remove(SessionFeature.ROLE);
        others.remove(SessionFeature.TRANSACTION_DEFAULTS);
        return others;
    }
}
