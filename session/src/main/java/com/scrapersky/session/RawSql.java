package com.scrapersky.session;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The helper for SQL by hand: one call for any SELECT, INSERT, UPDATE or DELETE, rows as maps by column name. No pooler
 * parameter anywhere; the factory has put in what the pooler needs.
 *
 * <pre>{@code
 * List<Map<String, Object>> rows = RawSql.executeRawSql(
 *         session,
 *         "select id, name from profiles where tenant_id = :tenant_id order by created_at, id limit :limit",
 *         Map.of("tenant_id", tenantId, "limit", 100));
 * }</pre>
 *
 * <p>On a {@link DatabaseSession} the statement is part of its transaction; on a {@link DatabaseSessionFactory} it is one of
 * its own. One round trip each. Parameters are as in {@link SqlStatement}, values as in {@link Row}. An error is logged,
 * without any bound value, and thrown: see {@link SqlStatement} for the kinds.
 *
 * <p>Thread-safe as far as the session or factory is.
 */
public final class RawSql {

    private static final Logger LOG = LoggerFactory.getLogger(RawSql.class);

    private RawSql() {}

    /** Executes a statement without parameters; all rows in their order, none for a statement that returns none. */
    public static List<Map<String, @Nullable Object>> executeRawSql(DatabaseSession session, String sql) {
        return executeRawSql(session, sql, Map.of());
    }

    /** Executes a statement; all rows in their order, none for a statement that returns none. */
    public static List<Map<String, @Nullable Object>> executeRawSql(
            DatabaseSession session, String sql, Map<String, ? extends @Nullable Object> params) {
        return all(session.sql(sql).params(params));
    }

    /** Executes a statement without parameters; its first row, or nothing. */
    public static Optional<Map<String, @Nullable Object>> executeRawSqlOne(DatabaseSession session, String sql) {
        return executeRawSqlOne(session, sql, Map.of());
    }

    /** Executes a statement; its first row, or nothing. Further rows are left unread. */
    public static Optional<Map<String, @Nullable Object>> executeRawSqlOne(
            DatabaseSession session, String sql, Map<String, ? extends @Nullable Object> params) {
        return first(session.sql(sql).params(params));
    }

    /** Executes a statement without parameters, in a transaction of its own; all rows in their order. */
    public static List<Map<String, @Nullable Object>> executeRawSql(DatabaseSessionFactory sessions, String sql) {
        return executeRawSql(sessions, sql, Map.of());
    }

    /** Executes a statement in a transaction of its own; all rows in their order. */
    public static List<Map<String, @Nullable Object>> executeRawSql(
            DatabaseSessionFactory sessions, String sql, Map<String, ? extends @Nullable Object> params) {
        return all(sessions.sql(sql).params(params));
    }

    /** Executes a statement without parameters, in a transaction of its own; its first row, or nothing. */
    public static Optional<Map<String, @Nullable Object>> executeRawSqlOne(
            DatabaseSessionFactory sessions, String sql) {
        return executeRawSqlOne(sessions, sql, Map.of());
    }

    /** Executes a statement in a transaction of its own; its first row, or nothing. Further rows are left unread. */
    public static Optional<Map<String, @Nullable Object>> executeRawSqlOne(
            DatabaseSessionFactory sessions, String sql, Map<String, ? extends @Nullable Object> params) {
        return first(sessions.sql(sql).params(params));
    }

    private static List<Map<String, @Nullable Object>> all(SqlStatement statement) {
        try {
            return Collections.unmodifiableList(statement.rows());
        } catch (DatabaseException failure) {
            throw logged(failure);
        }
    }

    private static Optional<Map<String, @Nullable Object>> first(SqlStatement statement) {
        try {
            return statement.firstRow().map(row -> row);
        } catch (DatabaseException failure) {
            throw logged(failure);
        }
    }

    private static DatabaseException logged(DatabaseException failure) {
        LOG.error("{}", failure.getMessage());
        return failure;
    }
}
