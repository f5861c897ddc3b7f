package com.scrapersky.session.internal.sql;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.internal.sql.FunctionCalls.Rewriting;
import com.scrapersky.session.internal.sql.SqlPart.Kind;
import java.util.Set;

/** Reads one statement: what it is, what it does to the session, and what can be sent in its place. */
final class PartReader {

    /** Words that cannot be the name of a table behind INTO TEMP, so that TEMP itself is the name. */
    private static final Set<String> BEHIND_A_TABLE = Set.of(
            "except",
            "fetch",
            "for",
            "from",
            "group",
            "having",
            "intersect",
            "limit",
            "offset",
            "order",
            "union",
            "where",
            "window");

    private PartReader() {}

    static PartDraft read(Statement sql) {
        PartDraft draft = new PartDraft();
        read(sql, sql.from(), draft);
        return draft;
    }

    private static void read(Statement sql, int first, PartDraft draft) {
        int at = first;
        while (sql.isSymbol(at, '(')) {
            at++;
        }
        if (at > first || sql.isSymbol(at, '{')) {
            query(sql, first, draft);
            return;
        }
        switch (sql.word(at)) {
            case "select", "with", "insert", "update", "delete", "merge", "values", "table", "copy" ->
                query(sql, at, draft);
            case "call" -> {
                draft.call = true;
                query(sql, at, draft);
            }
            case "explain" -> explain(sql, at, draft);
            case "execute" -> {
                draft.features.add(SessionFeature.PREPARED_STATEMENT);
                query(sql, at, draft);
            }
            case "fetch", "move" -> {
                draft.kind = Kind.QUERY;
                draft.snapshot = false;
            }
            case "declare" -> declare(sql, at, draft);
            case "set" -> Settings.set(sql, at, draft);
            case "reset" -> Settings.reset(sql, at, draft);
            case "discard" -> Settings.discard(sql, at, draft);
            case "deallocate" -> Settings.deallocate(sql, at, draft);
            case "begin" -> Transactions.begin(sql, at, draft);
            case "start" -> Transactions.begin(sql, at, draft);
            case "commit", "end" -> Transactions.commit(sql, at, draft);
            case "rollback", "abort" -> Transactions.rollback(sql, at, draft);
            case "savepoint" -> Transactions.savepoint(sql, at, draft);
            case "release" -> Transactions.release(sql, at, draft);
            case "prepare" -> Transactions.prepare(sql, at, draft);
            case "create" -> SchemaStatements.create(sql, at, draft);
            case "alter" -> SchemaStatements.alter(sql, at, draft);
            case "drop" -> SchemaStatements.drop(sql, at, draft);
            case "import" -> draft.definesCode = true;
            case "reindex" -> SchemaStatements.reindex(sql, at, draft);
            case "cluster" -> SchemaStatements.cluster(sql, at, draft);
            case "vacuum" -> Transactions.ownTransaction(draft);
            case "listen" -> {
                draft.features.add(SessionFeature.NOTIFICATION);
                draft.snapshot = false;
            }
            case "load" -> draft.features.add(SessionFeature.LIBRARY);
            case "do" -> DoBlock.read(sql, at, draft);
            case "lock" -> {
                draft.snapshot = false;
                draft.needsBlock = true;
            }
            case "show", "notify", "unlisten", "checkpoint", "" -> draft.snapshot = false;
            default -> {}
        }
    }

    private static void query(Statement sql, int first, PartDraft draft) {
        draft.kind = Kind.QUERY;
        FunctionCalls.read(sql, first, Rewriting.TO_LOCAL, draft);
        if (sql.isWord(first, "select", "with") || sql.isSymbol(first, '(')) {
            for (int i = first; i < sql.to(); i++) {
                if (sql.isWord(i, "into") && isTemporaryTarget(sql, i)) {
                    draft.features.add(SessionFeature.TEMPORARY_OBJECT);
                }
            }
        }
    }

    /** SELECT … INTO [LOCAL | GLOBAL] TEMP [TABLE] name, but not INSERT INTO a table of the name "temp". */
    private static boolean isTemporaryTarget(Statement sql, int into) {
        if (sql.isWord(into - 1, "insert", "merge")) {
            return false;
        }
        int at = sql.isWord(into + 1, "local", "global") ? into + 2 : into + 1;
        boolean named = sql.isIdentifier(at + 1) && !BEHIND_A_TABLE.contains(sql.word(at + 1));
        return (sql.isWord(at, "temp", "temporary") && named) || SchemaStatements.isTemporarySchema(sql, into + 1);
    }

    private static void explain(Statement sql, int explain, PartDraft draft) {
        int at = explain + 1;
        if (sql.isSymbol(at, '(') && !isQueryWord(sql, at + 1)) {
            at = sql.behindParenthesis(at);
        }
        while (sql.isWord(at, "analyze", "analyse") || sql.isWord(at, "verbose")) {
            at++;
        }
        if (sql.has(at) && !sql.isWord(at, "explain")) {
            read(sql, at, draft);
        }
        if (draft.kind != Kind.SET_CONFIG) {
            draft.kind = Kind.QUERY;
        }
        draft.snapshot = true;
    }

    private static boolean isQueryWord(Statement sql, int at) {
        return sql.isWord(at, "select", "with") || sql.isWord(at, "values", "table") || sql.isSymbol(at, '(');
    }

    private static void declare(Statement sql, int declare, PartDraft draft) {
        int query = sql.find(declare, "for");
        int end = query < 0 ? sql.to() : query;
        draft.needsBlock = true;
        for (int i = declare; i < end; i++) {
            if (sql.areWords(i, "with", "hold")) {
                draft.features.add(SessionFeature.HOLDABLE_CURSOR);
                draft.needsBlock = false;
            }
        }
        FunctionCalls.read(sql, end, Rewriting.NONE, draft);
    }
}
