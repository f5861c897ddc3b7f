package com.scrapersky.session.internal.sql;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.internal.sql.SqlPart.Kind;

/**
 * Reads a DO block. Where everything that it sets is written out, the same is set for the transaction instead, in its
 * own text; where something is computed it stays as it is and is a {@link SessionFeature#HIDDEN_SETTING}.
 */
final class DoBlock {

    private DoBlock() {}

    static void read(Statement sql, int at, PartDraft draft) {
        draft.kind = Kind.DO;
        int code = -1;
        String language = "plpgsql";
        for (int i = at + 1; i < sql.to(); i++) {
            if (sql.isWord(i, "language") && sql.has(i + 1)) {
                String value = sql.string(i + 1);
                language = value == null ? sql.identifier(i + 1) : value;
                i++;
            } else if (sql.isString(i)) {
                code = i;
            }
        }
        String source = code < 0 ? null : sql.string(code);
        if (source == null) {
            return;
        }
        if (!language.equalsIgnoreCase("plpgsql")) {
            take(CodeBody.of(language, source), false, draft);
            return;
        }
        CodeReader reader = new CodeReader(SqlTokens.of(source).whole());
        CodeBody body = reader.read();
        boolean rewritten = sql.is(code, TokenType.DOLLAR_STRING) && reader.isRewritable();
        take(body, rewritten, draft);
        if (rewritten) {
            int tag = (sql.source(code).length() - source.length()) / 2;
            reader.rewriting().copyEdits(draft, sql.start(code) + tag);
        }
    }

    private static void take(CodeBody body, boolean rewritten, PartDraft draft) {
        body.settings().stream().sorted().forEach(draft::keep);
        draft.features.addAll(body.features());
        if (body.features().contains(SessionFeature.HIDDEN_SETTING)) {
            draft.features.remove(rewritten ? SessionFeature.HIDDEN_SETTING : SessionFeature.SETTING);
        }
        draft.words.addAll(body.words());
        draft.reachesAnything = body.reachesAnything();
        draft.definesCode = body.definesCode();
        if (body.endsTransaction()) {
            draft.features.add(SessionFeature.OWN_TRANSACTION);
        }
    }
}
