package com.scrapersky.session.internal.sql;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.internal.sql.FunctionCalls.Rewriting;
import java.util.Set;

/**
 * Reads CREATE, ALTER and DROP, and the maintenance statements: what is temporary, what holds code, and what the server
 * runs in no transaction block (each tried out on PostgreSQL 18; its function is PreventInTransactionBlock).
 */
final class SchemaStatements {

    /** What neither holds code nor changes which code other objects run. */
    private static final Set<String> WITHOUT_CODE = Set.of(
            "collation",
            "database",
            "default",
            "group",
            "publication",
            "role",
            "sequence",
            "server",
            "statistics",
            "subscription",
            "system",
            "tablespace",
            "text",
            "user");

    private SchemaStatements() {}

    static void create(Statement sql, int create, PartDraft draft) {
        int at = sql.areWords(create + 1, "or", "replace") ? create + 3 : create + 1;
        if (sql.isWord(at, "global", "local") && sql.isWord(at + 1, "temp", "temporary")) {
            at++;
        }
        boolean temporary = sql.isWord(at, "temp", "temporary");
        at += temporary ? 1 : 0;
        boolean materialized = sql.isWord(at, "materialized");
        while (sql.isWord(at, "unlogged", "recursive") || sql.isWord(at, "unique", "materialized")) {
            at++;
        }
        String object = sql.word(at);
        draft.definesCode = !WITHOUT_CODE.contains(object);
        if ((temporary || namesTemporarySchema(sql)) && !dropsOnCommit(sql, at)) {
            draft.features.add(SessionFeature.TEMPORARY_OBJECT);
        }
        switch (object) {
            case "table", "view" -> query(sql, at, object.equals("table"), materialized, draft);
            case "index" -> ownTransactionIf(sql.isWord(at + 1, "concurrently"), draft);
            case "database", "tablespace" -> Transactions.ownTransaction(draft);
            case "subscription" ->
                ownTransactionIf(!isOff(sql, at, "connect") && !isOff(sql, at, "create_slot"), draft);
            default -> {}
        }
    }

    /** The query of CREATE TABLE AS is executed now; that of a view is not, and columns' defaults are not. */
    private static void query(Statement sql, int at, boolean table, boolean materialized, PartDraft draft) {
        int as = sql.find(at, "as");
        if (as < 0 || !(table || materialized)) {
            return;
        }
        if (sql.isWord(as + 1, "execute")) {
            draft.features.add(SessionFeature.PREPARED_STATEMENT);
        }
        FunctionCalls.read(sql, as, materialized ? Rewriting.NONE : Rewriting.TO_LOCAL, draft);
    }

    private static boolean dropsOnCommit(Statement sql, int at) {
        int on = sql.find(at, "on");
        while (on >= 0) {
            if (sql.areWords(on + 1, "commit", "drop")) {
                return true;
            }
            on = sql.find(on + 1, "on");
        }
        return false;
    }

    private static boolean namesTemporarySchema(Statement sql) {
        for (int i = sql.from(); i < sql.to(); i++) {
            if (isTemporarySchema(sql, i)) {
                return true;
            }
        }
        return false;
    }

    /** {@code pg_temp}, or a backend's own {@code pg_temp_3}, before a dot. */
    static boolean isTemporarySchema(Statement sql, int token) {
        return sql.isSymbol(token + 1, '.')
                && sql.isIdentifier(token)
                && !sql.isSymbol(token - 1, '.')
                && sql.identifier(token).startsWith("pg_temp");
    }

    static void drop(Statement sql, int drop, PartDraft draft) {
        String object = sql.word(drop + 1);
        draft.definesCode = !WITHOUT_CODE.contains(object);
        switch (object) {
            case "index" -> ownTransactionIf(sql.isWord(drop + 2, "concurrently"), draft);
            case "database", "tablespace", "subscription" -> Transactions.ownTransaction(draft);
            default -> {}
        }
    }

    static void alter(Statement sql, int alter, PartDraft draft) {
        String object = sql.word(alter + 1);
        draft.definesCode = !WITHOUT_CODE.contains(object);
        switch (object) {
            case "system" -> Transactions.ownTransaction(draft);
            case "database" -> {
                int set = sql.find(alter, "set");
                ownTransactionIf(set >= 0 && sql.isWord(set + 1, "tablespace"), draft);
            }
            case "subscription" -> {
                int publication = sql.find(alter, "publication");
                ownTransactionIf(publication >= 0 && !isOff(sql, publication, "refresh"), draft);
            }
            case "table" -> {
                int detach = sql.find(alter, "detach");
                ownTransactionIf(detach >= 0 && sql.isWord(sql.to() - 1, "concurrently"), draft);
                FunctionCalls.read(sql, alter, Rewriting.NONE, draft);
            }
            default -> {}
        }
    }

    static void reindex(Statement sql, int reindex, PartDraft draft) {
        int at = reindex + 1;
        boolean concurrently = false;
        if (sql.isSymbol(at, '(')) {
            int behind = sql.behindParenthesis(at);
            for (int i = at; i < behind; i++) {
                concurrently |= sql.isWord(i, "concurrently") && !isFalse(sql, i + 1);
            }
            at = behind;
        }
        String object = sql.word(at);
        ownTransactionIf(
                concurrently
                        || sql.isWord(at + 1, "concurrently")
                        || object.equals("schema")
                        || object.equals("database")
                        || object.equals("system"),
                draft);
    }

    /** Without a table it takes all that were clustered before, each in a transaction of its own. */
    static void cluster(Statement sql, int cluster, PartDraft draft) {
        int at = cluster + 1;
        if (sql.isSymbol(at, '(')) {
            at = sql.behindParenthesis(at);
        } else if (sql.isWord(at, "verbose")) {
            at++;
        }
        ownTransactionIf(!sql.has(at), draft);
    }

    private static void ownTransactionIf(boolean condition, PartDraft draft) {
        if (condition) {
            Transactions.ownTransaction(draft);
        }
    }

    /** Whether an option of a WITH list is switched off. */
    private static boolean isOff(Statement sql, int from, String option) {
        for (int i = from; i < sql.to(); i++) {
            if (sql.isWord(i, option) && sql.isSymbol(i + 1, '=') && isFalse(sql, i + 2)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isFalse(Statement sql, int token) {
        if (sql.is(token, TokenType.NUMBER)) {
            return sql.source(token).equals("0");
        }
        String value = sql.string(token);
        String word = value == null ? sql.word(token) : SqlNames.lowerCase(value);
        return word.equals("false") || word.equals("off") || word.equals("no") || word.equals("0");
    }
}
