package com.scrapersky.session.internal.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a text says about numbers from sequences: which it is sure to draw, and for which it asks ({@code currval}, {@code
 * lastval}). Where the text alone does not tell, nothing is said to be drawn.
 */
public final class SequenceTexts {

    /** Behind one of these a call may not be reached, or its row may not be there. */
    private static final Set<String> CONDITIONS = Set.of(
            "where",
            "limit",
            "offset",
            "fetch",
            "having",
            "case",
            "coalesce",
            "nullif",
            "and",
            "or",
            "not",
            "in",
            "any",
            "all",
            "exists",
            "filter",
            "union",
            "except",
            "intersect",
            "group",
            "distinct",
            "join",
            "tablesample");

    /**
     * A number that is drawn when the statement has been executed. Names are as {@code to_regclass} takes them.
     *
     * @param sequence of a call of {@code nextval}, or null
     * @param table into which a row is inserted, or null; whatever its columns draw by default is drawn
     * @param given the columns that have values of their own
     */
    public record Draw(@Nullable String sequence, @Nullable String table, List<String> given) {

        public Draw {
            given = List.copyOf(given);
        }

        /** Whether its name means the same whatever the search path is. */
        public boolean isQualified() {
            String name = sequence == null ? table : sequence;
            return name != null && name.indexOf('.') > 0;
        }
    }

    /**
     * A question for a number that was drawn before.
     *
     * @param sequence of {@code currval}; null for {@code lastval}, and for a column's
     * @param table of {@code currval(pg_get_serial_sequence(table, column))}, or null
     */
    public record Question(
            @Nullable String sequence,
            @Nullable String table,
            @Nullable String column,
            int statement) {

        /** {@code lastval}. */
        public boolean isForAny() {
            return sequence == null && table == null;
        }
    }

    private SequenceTexts() {}

    /** What executing all of the text is sure to draw, by statement. */
    public static List<Draw> draws(GuardedSql sql) {
        if (!sql.words().contains("nextval") && !sql.words().contains("insert")) {
            return List.of();
        }
        List<Draw> draws = new ArrayList<>();
        for (SqlPart part : sql.parts()) {
            draws.addAll(draws(part));
        }
        return draws;
    }

    /** What executing one statement is sure to draw. */
    public static List<Draw> draws(SqlPart part) {
        Statement statement = SqlTokens.of(part.text()).whole();
        int first = statement.from();
        if (statement.areWords(first, "insert", "into")) {
            Draw draw = insert(statement, first + 2);
            return draw == null ? List.of() : List.of(draw);
        }
        return statement.isWord(first, "select") ? select(statement) : List.of();
    }

    /** An INSERT of rows that are written out: one with a query may insert none. */
    private static @Nullable Draw insert(Statement statement, int from) {
        StringBuilder table = new StringBuilder();
        int at = from;
        while (statement.isIdentifier(at)) {
            table.append(table.isEmpty() ? "" : ".").append(statement.source(at));
            at++;
            if (!statement.isSymbol(at, '.')) {
                break;
            }
            at++;
        }
        if (table.isEmpty()) {
            return null;
        }
        if (statement.isWord(at, "as")) {
            at += 2;
        }
        if (statement.areWords(at, "default", "values")) {
            return new Draw(null, table.toString(), List.of());
        }
        if (!statement.isSymbol(at, '(')) {
            return null;
        }
        List<String> given = new ArrayList<>();
        int end = statement.behindParenthesis(at);
        for (int i = at + 1; i < end - 1; i++) {
            if (statement.isIdentifier(i)) {
                given.add(statement.identifier(i));
            } else if (!statement.isSymbol(i, ',')) {
                return null;
            }
        }
        return statement.isWord(end, "values") ? new Draw(null, table.toString(), given) : null;
    }

    private static List<Draw> select(Statement statement) {
        List<Draw> draws = new ArrayList<>();
        for (int i = statement.from(); i < statement.to(); i++) {
            if (CONDITIONS.contains(statement.word(i))
                    || (i > statement.from() && statement.isWord(i, "select"))
                    || (statement.isWord(i, "from") && !statement.isWord(i + 1, "generate_series"))) {
                return List.of();
            }
            String sequence = FunctionCalls.isCall(statement, i) && statement.isWord(i, "nextval")
                    ? onlyArgument(statement, i + 1)
                    : null;
            if (sequence != null) {
                draws.add(new Draw(sequence, null, List.of()));
            }
        }
        return draws;
    }

    private static @Nullable String onlyArgument(Statement statement, int open) {
        return statement.isSymbol(open + 2, ')') ? statement.string(open + 1) : null;
    }

    /** The questions of a text; null where it cannot be told what one is about. */
    public static @Nullable List<Question> questions(GuardedSql sql) {
        List<Question> questions = new ArrayList<>();
        for (int i = 0; i < sql.parts().size(); i++) {
            Statement statement = SqlTokens.of(sql.parts().get(i).text()).whole();
            for (int token = statement.from(); token < statement.to(); token++) {
                if (statement.isWord(token, "lastval")) {
                    questions.add(new Question(null, null, null, i));
                } else if (statement.isWord(token, "currval")) {
                    Question question = currval(statement, token + 1, i);
                    if (question == null) {
                        return null;
                    }
                    questions.add(question);
                }
            }
        }
        // Hidden in code, or written in a way that is not read here.
        return questions.isEmpty() ? null : questions;
    }

    private static @Nullable Question currval(Statement statement, int open, int part) {
        String sequence = onlyArgument(statement, open);
        if (sequence != null) {
            return new Question(sequence, null, null, part);
        }
        int call = open + 1;
        if (statement.isWord(call, "pg_get_serial_sequence")
                && statement.isSymbol(call + 1, '(')
                && statement.isSymbol(call + 3, ',')
                && statement.isSymbol(call + 5, ')')
                && statement.isSymbol(call + 6, ')')) {
            String table = statement.string(call + 2);
            String column = statement.string(call + 4);
            return table == null || column == null ? null : new Question(null, table, column, part);
        }
        return null;
    }
}
