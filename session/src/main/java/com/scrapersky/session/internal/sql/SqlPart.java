package com.scrapersky.session.internal.sql;

import com.scrapersky.session.SessionFeature;
import java.util.List;
import java.util.Set;

/**
 * One statement of a SQL text, and what it does to the session.
 *
 * <p>Names of settings are in lower case, as the server compares them without regard to case. Immutable.
 *
 * @param kind what the statement is
 * @param text the statement as it was written, comments included, without its semicolon
 * @param replacement what to send instead, in a transaction: the transaction-local form of the same, or {@code text}
 * @param statements how many statements {@code replacement} is
 * @param keeps names of settings whose value right after this statement belongs to the session from now on
 * @param resets names of settings that return to the session's default; {@code "*"} stands for all but role and session
 *     authorization, as in RESET ALL
 * @param features what it does to the session
 * @param name the savepoint's name, folded as PostgreSQL folds, or ""
 * @param placeholders how many JDBC parameters ({@code ?}) it has
 * @param chain COMMIT or ROLLBACK with AND CHAIN
 * @param isolationGiven BEGIN or SET TRANSACTION with an isolation level
 * @param readOnlyGiven BEGIN or SET TRANSACTION with READ ONLY or READ WRITE
 * @param deferrableGiven BEGIN or SET TRANSACTION with [NOT] DEFERRABLE
 * @param snapshot whether it takes a snapshot, after which the isolation level of its transaction is fixed
 * @param needsBlock whether the server refuses it (25P01) where it is the first statement after a Sync and no transaction is
 *     open: behind another one it stands in an implicit transaction block and is accepted
 * @param call CALL of a procedure, which may end transactions where it stands in no transaction block
 */
public record SqlPart(
        Kind kind,
        String text,
        String replacement,
        int statements,
        List<String> keeps,
        List<String> resets,
        Set<SessionFeature> features,
        String name,
        int placeholders,
        boolean chain,
        boolean isolationGiven,
        boolean readOnlyGiven,
        boolean deferrableGiven,
        boolean snapshot,
        boolean needsBlock,
        boolean call) {

    /** What a statement is, as far as a session is concerned. */
    public enum Kind {
        /** SELECT, INSERT, UPDATE, DELETE, MERGE, VALUES, TABLE, WITH, EXPLAIN, CALL, EXECUTE, FETCH, COPY. */
        QUERY,
        /** Anything else. */
        UTILITY,
        /** SET of a setting or a role for the session. */
        SET,
        /** SET LOCAL, left as it is. */
        SET_LOCAL,
        /** A query that calls set_config for the session. */
        SET_CONFIG,
        /** RESET of one setting, SET … TO DEFAULT. */
        RESET,
        RESET_ALL,
        /** SET SESSION CHARACTERISTICS. */
        CHARACTERISTICS,
        /** DISCARD ALL, DEALLOCATE ALL. */
        DISCARD_ALL,
        /** SET TRANSACTION, and SET of transaction_isolation and its kin. */
        SET_TRANSACTION,
        /** BEGIN, START TRANSACTION. */
        BEGIN,
        /** COMMIT, END. */
        COMMIT,
        /** ROLLBACK, ABORT. */
        ROLLBACK,
        SAVEPOINT,
        RELEASE,
        ROLLBACK_TO,
        PREPARE_TRANSACTION,
        /** What the server runs in no transaction block: VACUUM, COMMIT PREPARED, CREATE DATABASE … */
        OWN_TRANSACTION,
        /** A DO block; its body was looked into. */
        DO
    }

    public SqlPart {
        keeps = List.copyOf(keeps);
        resets = List.copyOf(resets);
        features = Set.copyOf(features);
    }

    /** Whether it begins or ends a transaction, or part of one. */
    public boolean controlsTransaction() {
        return switch (kind) {
            case BEGIN, COMMIT, ROLLBACK, PREPARE_TRANSACTION, SAVEPOINT, RELEASE, ROLLBACK_TO -> true;
            default -> false;
        };
    }

    /** Whether no transaction is open behind it. */
    public boolean endsTransaction() {
        return switch (kind) {
            case COMMIT, ROLLBACK, PREPARE_TRANSACTION -> !chain;
            default -> false;
        };
    }
}
