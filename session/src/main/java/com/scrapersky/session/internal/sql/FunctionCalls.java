package com.scrapersky.session.internal.sql;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.internal.sql.SqlPart.Kind;
import org.jspecify.annotations.Nullable;

/** Finds what leaves something in the session by calling a function, in a statement that the server executes now. */
final class FunctionCalls {

    private FunctionCalls() {}

    /** What a called set_config becomes. */
    enum Rewriting {
        /** The call of the session's form becomes the transaction's. */
        TO_LOCAL,
        /** The call happens later, when its value cannot be read back any more: it needs a session of its own. */
        NONE
    }

    static void read(Statement sql, int from, Rewriting rewriting, PartDraft draft) {
        for (int i = from; i < sql.to(); i++) {
            if (updatesSettings(sql, i)) {
                draft.features.add(SessionFeature.COMPUTED_SETTING);
            }
            if (!isCall(sql, i)) {
                continue;
            }
            if (isSetConfig(sql, i)) {
                SetConfigCall call = SetConfigCall.read(sql, i);
                if (call != null) {
                    take(sql, call, rewriting, draft);
                }
            } else {
                SessionFeature feature = featureOf(sql, i);
                if (feature != null) {
                    draft.features.add(feature);
                }
            }
        }
    }

    /** Of the call of {@code set_config} at {@code token} alone, without those in its arguments. */
    static void readSetConfig(Statement sql, int token, Rewriting rewriting, PartDraft draft) {
        SetConfigCall call = SetConfigCall.read(sql, token);
        if (call != null) {
            take(sql, call, rewriting, draft);
        }
    }

    private static void take(Statement sql, SetConfigCall call, Rewriting rewriting, PartDraft draft) {
        if (call.scope() == SetConfigCall.Scope.TRANSACTION && !call.isOf("seed")) {
            return;
        }
        String setting = call.setting();
        if (setting == null
                || call.scope() == SetConfigCall.Scope.COMPUTED
                || (rewriting == Rewriting.NONE && !call.isOf("seed"))) {
            draft.features.add(SessionFeature.COMPUTED_SETTING);
        } else if (call.isOf("seed")) {
            draft.features.add(SessionFeature.RANDOM_SEED);
        } else if (!Settings.belongsToTransaction(setting)) {
            draft.kind = Kind.SET_CONFIG;
            draft.edit(sql.start(call.scopeFrom()), sql.end(call.scopeTo() - 1), "true");
            if (call.toDefault()) {
                draft.reset(setting);
            } else {
                draft.keep(setting);
            }
        }
    }

    /**
     * Whether a name stands there that is called: {@code f(}, or {@code {call f}} of JDBC; not an alias or a table with its
     * columns.
     */
    static boolean isCall(Statement sql, int token) {
        return sql.isIdentifier(token)
                && !sql.isWord(token - 1, "as", "into")
                && !sql.isWord(token - 1, "references")
                && (sql.isSymbol(token + 1, '(') || (sql.isSymbol(token + 1, '}') && sql.isWord(token - 1, "call")));
    }

    /** A rule of PostgreSQL makes set_config of an UPDATE of pg_settings (catalog/system_views.sql: pg_settings_u). */
    static boolean updatesSettings(Statement sql, int token) {
        if (!sql.isWord(token, "update")) {
            return false;
        }
        int at = sql.isWord(token + 1, "only") ? token + 2 : token + 1;
        at = sql.identifier(at).equals("pg_catalog") && sql.isSymbol(at + 1, '.') ? at + 2 : at;
        return sql.identifier(at).equals("pg_settings");
    }

    static boolean isSetConfig(Statement sql, int token) {
        return sql.identifier(token).equals(ServerFunctions.SET_CONFIG)
                && ServerFunctions.isBuiltIn(schema(sql, token));
    }

    static @Nullable SessionFeature featureOf(Statement sql, int token) {
        return ServerFunctions.featureOf(schema(sql, token), sql.identifier(token));
    }

    private static String schema(Statement sql, int token) {
        return sql.isSymbol(token - 1, '.') ? sql.identifier(token - 2) : "";
    }
}
