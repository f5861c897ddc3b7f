package com.scrapersky.session.internal.sql;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.internal.sql.SqlPart.Kind;

/**
 * Reads SET, RESET, DISCARD and DEALLOCATE ALL (PostgreSQL, parser/gram.y: VariableSetStmt, VariableResetStmt).
 *
 * <p>Where a keyword of the special forms is followed by a dot, TO or {@code =}, it is part of a setting's name:
 * {@code SET session.user_id = '5'} is a custom setting.
 */
final class Settings {

    /**
     * Stands for what must not reach a shared backend: it returns no rows, needs no right, works in any transaction and on
     * a standby (PostgreSQL, tcop/utility.c), and undoes nothing where nobody listens. CLOSE ALL would close the transaction's cursors, DISCARD PLANS
     * would cost other clients their plans.
     */
    static final String NOTHING = "UNLISTEN *";

    private Settings() {}

    /** What setting it for the session means. */
    static SessionFeature featureOf(String setting) {
        return switch (setting) {
            case "role", "session_authorization" -> SessionFeature.ROLE;
            case "default_transaction_isolation", "default_transaction_read_only", "default_transaction_deferrable" ->
                SessionFeature.TRANSACTION_DEFAULTS;
            case "seed" -> SessionFeature.RANDOM_SEED;
            default -> SessionFeature.SETTING;
        };
    }

    /** Those begin anew with each transaction, however they are set. */
    static boolean belongsToTransaction(String setting) {
        return switch (setting) {
            case "transaction_isolation", "transaction_read_only", "transaction_deferrable" -> true;
            default -> false;
        };
    }

    static void set(Statement sql, int set, PartDraft draft) {
        draft.snapshot = false;
        boolean local = scopeStands(sql, set + 1, "local");
        boolean session = scopeStands(sql, set + 1, "session") && !isSpecialSession(sql, set + 1);
        int at = local || session ? set + 2 : set + 1;
        PartDraft assignment = local ? new PartDraft() : draft;
        if (isNamePart(sql, at)) {
            generic(sql, at, assignment);
        } else {
            special(sql, at, assignment);
        }
        if (local) {
            takeLocal(assignment, draft);
        } else if (!draft.keeps.isEmpty() || !draft.resets.isEmpty()) {
            if (session) {
                draft.edit(sql.start(set + 1), sql.end(set + 1), "LOCAL");
            } else {
                draft.insert(sql.end(set), " LOCAL");
            }
        }
    }

    /** SET LOCAL ends with the transaction, whatever it sets; except for the seed of random(), which nothing ends. */
    private static void takeLocal(PartDraft assignment, PartDraft draft) {
        draft.kind = Kind.SET_LOCAL;
        if (assignment.kind == Kind.SET_TRANSACTION) {
            draft.kind = Kind.SET_TRANSACTION;
            draft.isolationGiven = assignment.isolationGiven;
            draft.readOnlyGiven = assignment.readOnlyGiven;
            draft.deferrableGiven = assignment.deferrableGiven;
        }
        if (assignment.features.contains(SessionFeature.RANDOM_SEED)) {
            draft.features.add(SessionFeature.RANDOM_SEED);
        }
    }

    private static boolean scopeStands(Statement sql, int at, String scope) {
        return sql.isWord(at, scope) && !isNamePart(sql, at);
    }

    private static boolean isSpecialSession(Statement sql, int at) {
        return sql.isWord(at + 1, "characteristics", "authorization") && !isNamePart(sql, at + 1);
    }

    /** Whether a setting's name stands there: what follows tells. */
    private static boolean isNamePart(Statement sql, int at) {
        return sql.isIdentifier(at)
                && (sql.isSymbol(at + 1, '.')
                        || sql.isSymbol(at + 1, '=')
                        || sql.isWord(at + 1, "to")
                        || sql.areWords(at + 1, "from", "current"));
    }

    private static void generic(Statement sql, int at, PartDraft draft) {
        StringBuilder name = new StringBuilder();
        int end = name(sql, at, name);
        String setting = SqlNames.lowerCase(name.toString());
        if (belongsToTransaction(setting)) {
            draft.kind = Kind.SET_TRANSACTION;
            draft.isolationGiven = setting.equals("transaction_isolation");
            draft.readOnlyGiven = setting.equals("transaction_read_only");
            draft.deferrableGiven = setting.equals("transaction_deferrable");
        } else if (sql.isWord(end + 1, "default") && !sql.has(end + 2)) {
            draft.kind = Kind.RESET;
            draft.reset(setting);
        } else if (setting.equals("seed")) {
            draft.features.add(SessionFeature.RANDOM_SEED);
        } else {
            draft.kind = Kind.SET;
            draft.keep(setting);
        }
    }

    /** Takes {@code a.b.c}; returns the token behind it. */
    private static int name(Statement sql, int first, StringBuilder name) {
        int at = first;
        name.append(sql.identifier(at));
        while (sql.isSymbol(at + 1, '.') && sql.isIdentifier(at + 2)) {
            at += 2;
            name.append('.').append(sql.identifier(at));
        }
        return at + 1;
    }

    private static void special(Statement sql, int at, PartDraft draft) {
        switch (sql.word(at)) {
            case "time" -> named(draft, "timezone", sql.isWord(at + 2, "default", "local"));
            case "names" -> named(draft, "client_encoding", !sql.has(at + 1) || sql.isWord(at + 1, "default"));
            case "role" -> named(draft, "role", false);
            case "schema" -> named(draft, "search_path", false);
            case "xml" -> named(draft, "xmloption", false);
            case "session" -> session(sql, at, draft);
            case "transaction" -> {
                draft.kind = Kind.SET_TRANSACTION;
                Transactions.modes(sql, at + 1, draft);
            }
            // SET CONSTRAINTS, which ends with the transaction, and what the server does not know either.
            default -> draft.kind = Kind.UTILITY;
        }
    }

    private static void named(PartDraft draft, String setting, boolean toDefault) {
        if (toDefault) {
            draft.kind = Kind.RESET;
            draft.reset(setting);
        } else {
            draft.kind = Kind.SET;
            draft.keep(setting);
        }
    }

    private static void session(Statement sql, int at, PartDraft draft) {
        if (sql.isWord(at + 1, "authorization")) {
            named(draft, "session_authorization", sql.isWord(at + 2, "default"));
            return;
        }
        draft.kind = Kind.CHARACTERISTICS;
        draft.features.add(SessionFeature.TRANSACTION_DEFAULTS);
        Transactions.modes(sql, at + 2, draft);
        if (draft.isolationGiven) {
            draft.keep("default_transaction_isolation");
        }
        if (draft.readOnlyGiven) {
            draft.keep("default_transaction_read_only");
        }
        if (draft.deferrableGiven) {
            draft.keep("default_transaction_deferrable");
        }
    }

    static void reset(Statement sql, int reset, PartDraft draft) {
        draft.snapshot = false;
        int at = reset + 1;
        boolean dotted = sql.isSymbol(at + 1, '.');
        if (sql.isWord(at, "all") && !dotted) {
            draft.kind = Kind.RESET_ALL;
            draft.features.add(SessionFeature.SETTING);
            draft.resets.add("*");
            draft.substitute(NOTHING);
        } else if (sql.areWords(at, "transaction", "isolation")) {
            draft.kind = Kind.SET_TRANSACTION;
        } else if (sql.areWords(at, "time", "zone") && !dotted) {
            toDefault(sql, reset, at + 1, "timezone", " DEFAULT", draft);
        } else if (sql.areWords(at, "session", "authorization") && !dotted) {
            toDefault(sql, reset, at + 1, "session_authorization", " DEFAULT", draft);
        } else if (sql.isIdentifier(at)) {
            StringBuilder name = new StringBuilder();
            int end = name(sql, at, name);
            String setting = SqlNames.lowerCase(name.toString());
            if (!belongsToTransaction(setting)) {
                toDefault(sql, reset, end - 1, setting, " TO DEFAULT", draft);
            }
        }
    }

    private static void toDefault(Statement sql, int reset, int last, String setting, String suffix, PartDraft draft) {
        draft.kind = Kind.RESET;
        draft.reset(setting);
        draft.edit(sql.start(reset), sql.end(reset), "SET LOCAL");
        draft.insert(sql.end(last), suffix);
    }

    /** DISCARD of plans, sequences or temporary objects does no harm where nobody keeps any. */
    static void discard(Statement sql, int discard, PartDraft draft) {
        if (sql.isWord(discard + 1, "all")) {
            draft.kind = Kind.DISCARD_ALL;
            draft.features.add(SessionFeature.DISCARD);
            draft.resets.add("*");
            draft.resets.add("role");
            draft.resets.add("session_authorization");
            draft.substitute(NOTHING);
        }
    }

    static void deallocate(Statement sql, int deallocate, PartDraft draft) {
        boolean keyword = sql.isWord(deallocate + 1, "prepare") && sql.has(deallocate + 2);
        if (sql.isWord(keyword ? deallocate + 2 : deallocate + 1, "all")) {
            draft.kind = Kind.DISCARD_ALL;
            draft.features.add(SessionFeature.DISCARD);
            draft.substitute(NOTHING);
        } else {
            draft.features.add(SessionFeature.PREPARED_STATEMENT);
        }
    }
}
