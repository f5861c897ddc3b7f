package com.scrapersky.session;

import com.scrapersky.session.internal.sql.NamedSql;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a method promises of its result, held against what came: anything else is an {@link UnexpectedResultException}. */
final class ExpectedResult {

    private static final String QUERY_CHANGES_NOTHING =
            "the statement is a query and changes nothing; use rows() or list(…)";

    private ExpectedResult() {}

    static <T extends @Nullable Object> T only(NamedSql sql, List<T> rows) {
        if (rows.size() != 1) {
            throw Errors.unexpectedResult(
                    sql, (rows.isEmpty() ? "no row" : "more than one row") + " where exactly one was wanted");
        }
        return rows.get(0);
    }

    static <T> Optional<T> atMostOne(NamedSql sql, List<? extends @Nullable T> rows) {
        if (rows.size() > 1) {
            throw Errors.unexpectedResult(sql, "more than one row where at most one was wanted");
        }
        return rows.isEmpty() ? Optional.empty() : Optional.ofNullable(rows.get(0));
    }

    static <T> T present(NamedSql sql, @Nullable T value) {
        if (value == null) {
            throw Errors.unexpectedResult(sql, "the value is null; use optional(…) where it may be");
        }
        return value;
    }

    /** What changes nothing has no count of what it changed. */
    static void refuseQuery(NamedSql sql) {
        if (sql.isQuery()) {
            throw Errors.unexpectedResult(sql, QUERY_CHANGES_NOTHING);
        }
    }
}
