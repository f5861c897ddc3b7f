package com.scrapersky.session.internal.sql;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.internal.sql.SqlPart.Kind;

/** Reads the statements that begin, end and divide transactions (PostgreSQL, parser/gram.y: TransactionStmt). */
final class Transactions {

    private Transactions() {}

    static void begin(Statement sql, int at, PartDraft draft) {
        draft.kind = Kind.BEGIN;
        draft.snapshot = false;
        modes(sql, at + 1, draft);
    }

    /** The modes of BEGIN, SET TRANSACTION and SET SESSION CHARACTERISTICS. */
    static void modes(Statement sql, int first, PartDraft draft) {
        for (int at = first; sql.has(at); at++) {
            if (sql.isWord(at, "isolation")) {
                draft.isolationGiven = true;
                at += 2;
                if (sql.isWord(at, "read", "repeatable")) {
                    at++;
                }
            } else if (sql.isWord(at, "read")) {
                draft.readOnlyGiven = true;
            } else if (sql.isWord(at, "deferrable")) {
                draft.deferrableGiven = true;
            }
        }
    }

    static void commit(Statement sql, int at, PartDraft draft) {
        if (sql.isWord(at + 1, "prepared")) {
            ownTransaction(draft);
            return;
        }
        draft.kind = Kind.COMMIT;
        draft.snapshot = false;
        draft.chain = chains(sql, at + 1);
    }

    static void rollback(Statement sql, int at, PartDraft draft) {
        if (sql.isWord(at + 1, "prepared")) {
            ownTransaction(draft);
            return;
        }
        draft.snapshot = false;
        int next = sql.isWord(at + 1, "work", "transaction") ? at + 2 : at + 1;
        if (sql.isWord(next, "to")) {
            draft.kind = Kind.ROLLBACK_TO;
            draft.name = savepointName(sql, next + 1);
        } else {
            draft.kind = Kind.ROLLBACK;
            draft.chain = chains(sql, next);
        }
    }

    private static boolean chains(Statement sql, int from) {
        int and = sql.find(from, "and");
        return and >= 0 && sql.isWord(and + 1, "chain");
    }

    static void savepoint(Statement sql, int at, PartDraft draft) {
        draft.kind = Kind.SAVEPOINT;
        draft.snapshot = false;
        draft.name = sql.identifier(at + 1);
    }

    static void release(Statement sql, int at, PartDraft draft) {
        draft.kind = Kind.RELEASE;
        draft.snapshot = false;
        draft.name = savepointName(sql, at + 1);
    }

    /** SAVEPOINT may be left out, and may be a name itself. */
    private static String savepointName(Statement sql, int at) {
        return sql.identifier(sql.isWord(at, "savepoint") && sql.isIdentifier(at + 1) ? at + 1 : at);
    }

    /** PREPARE TRANSACTION 'id' ends a transaction, PREPARE name AS prepares a statement. */
    static void prepare(Statement sql, int at, PartDraft draft) {
        if (sql.isWord(at + 1, "transaction") && sql.is(at + 2, TokenType.STRING)) {
            draft.kind = Kind.PREPARE_TRANSACTION;
            draft.snapshot = false;
        } else {
            draft.features.add(SessionFeature.PREPARED_STATEMENT);
        }
    }

    static void ownTransaction(PartDraft draft) {
        draft.kind = Kind.OWN_TRANSACTION;
        draft.features.add(SessionFeature.OWN_TRANSACTION);
    }
}
