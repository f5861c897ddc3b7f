package com.scrapersky.session.internal.sql;

import java.util.Set;

/**
 * Which statements only read, as far as their text tells, so that executing one twice does no harm: queries that call nothing but
 * well-known functions of PostgreSQL that change nothing. A view or an operator of the program's own may call more; a
 * text that calls a function of its own is not taken for one that only reads.
 */
final class PureQueries {

    /** Words of the grammar, types with a length, and functions: what may stand in front of a parenthesis. */
    private static final Set<String> HARMLESS = Set.of("""
            all and any array as by case cast coalesce cube distinct else except exists extract filter from
            greatest group having in intersect join lateral least like limit materialized not nullif offset on
            or order over overlay partition position rollup row select sets some substring table then trim union
            using values when where within
            bit char character decimal interval numeric time timestamp timestamptz varchar
            abs age array_agg array_length avg bool_and bool_or cardinality ceil char_length concat concat_ws
            count cume_dist current_setting date_part date_trunc dense_rank every first_value floor format
            generate_series json_agg json_build_array json_build_object jsonb_agg jsonb_build_array
            jsonb_build_object lag last_value lead left length lower ltrim make_date make_interval max md5 min
            mod now nth_value ntile octet_length percent_rank percentile_cont percentile_disc pg_backend_pid
            power rank repeat replace reverse right round row_number row_to_json rtrim sign split_part sqrt
            starts_with string_agg string_to_array strpos substr sum to_char to_date to_json to_jsonb to_number
            to_timestamp trunc unnest upper""".split("\\s+"));

    private PureQueries() {}

    static boolean isOne(Statement sql) {
        int first = sql.from();
        if (!sql.isWord(first, "select", "with") && !sql.isWord(first, "values", "table")) {
            return false;
        }
        for (int i = first; i < sql.to(); i++) {
            boolean changes =
                    sql.isWord(i, "insert", "update") || sql.isWord(i, "delete", "merge") || sql.isWord(i, "into");
            if (changes || sql.isSymbol(i, '{') || calls(sql, i)) {
                return false;
            }
        }
        return true;
    }

    /** Whether something is called there that is not known to be harmless; one of another schema is not. */
    private static boolean calls(Statement sql, int token) {
        return FunctionCalls.isCall(sql, token)
                && (sql.isSymbol(token - 1, '.') || !HARMLESS.contains(sql.word(token)));
    }
}
