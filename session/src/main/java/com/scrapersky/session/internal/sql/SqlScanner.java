package com.scrapersky.session.internal.sql;

import com.scrapersky.session.internal.sql.Placeholder.Surroundings;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.postgresql.core.Parser;

/**
 * Finds {@code :names} in a SQL text where they are code: not in quotes, dollar quotes, comments, casts ({@code ::}),
 * named-argument arrows ({@code :=}) or array slices ({@code a[1:n]}).
 *
 * <p>Quotes and comments are skipped by pgjdbc's own lexer ({@code org.postgresql.core.Parser}), so that this scanner and
 * the driver, which looks for {@code ?} in the result, can never disagree on what is quoted.
 */
final class SqlScanner {

    /** Words before a parenthesis that are not the name of a function. */
    private static final Set<String> NOT_FUNCTIONS = Set.of(
            "all",
            "and",
            "any",
            "as",
            "between",
            "by",
            "case",
            "else",
            "except",
            "exists",
            "filter",
            "from",
            "having",
            "ilike",
            "in",
            "intersect",
            "is",
            "like",
            "limit",
            "not",
            "offset",
            "on",
            "or",
            "over",
            "returning",
            "select",
            "set",
            "some",
            "then",
            "union",
            "using",
            "values",
            "when",
            "where");

    /** Functions with "any" or polymorphic arguments, for which the server must be told a type (42P18 otherwise). */
    private static final Set<String> TAKES_ANY_TYPE = Set.of(
            "array_agg",
            "concat",
            "concat_ws",
            "format",
            "json_agg",
            "json_build_array",
            "json_build_object",
            "json_object_agg",
            "jsonb_agg",
            "jsonb_build_array",
            "jsonb_build_object",
            "jsonb_object_agg",
            "num_nonnulls",
            "num_nulls",
            "pg_typeof",
            "to_json",
            "to_jsonb");

    private static final Set<String> TRANSACTION_CONTROL =
            Set.of("begin", "commit", "end", "rollback", "abort", "savepoint", "release");

    private final String text;
    private final char[] chars;
    private final StringBuilder driverText;
    private final Map<String, Integer> names = new LinkedHashMap<>();
    private final List<Placeholder> placeholders = new ArrayList<>();

    /** The open brackets: a function's name or "" for a parenthesis, "[" for a square bracket. */
    private final Deque<String> nesting = new ArrayDeque<>();

    private String word = "";
    private String firstKeyword = "";
    private char previous;
    private String transactionControl = "";
    private boolean returning;
    private boolean statementBegins = true;
    private boolean statementEnded;
    private boolean severalStatements;

    SqlScanner(String text) {
        this.text = text;
        this.chars = text.toCharArray();
        this.driverText = new StringBuilder(text.length() + 16);
    }

    NamedSql scan() throws SqlTextException {
        int at = 0;
        while (at < chars.length) {
            at = step(at);
        }
        if (firstKeyword.isEmpty()) {
            throw new SqlTextException("the text holds no statement");
        }
        return new NamedSql(
                text,
                driverText.toString(),
                List.copyOf(names.keySet()),
                placeholders,
                severalStatements,
                firstKeyword,
                returning,
                transactionControl);
    }

    /** Takes one token at {@code at}; returns where the next one begins. */
    private int step(int at) throws SqlTextException {
        char c = chars[at];
        if (Character.isWhitespace(c)) {
            driverText.append(c);
            return at + 1;
        }
        if (c == '-' || c == '/') {
            int end = c == '-' ? Parser.parseLineComment(chars, at) : Parser.parseBlockComment(chars, at);
            if (end > at) {
                if (end >= chars.length && c == '/') {
                    throw new SqlTextException("the comment that begins at character " + (at + 1) + " does not end");
                }
                return copy(at, end + 1, previous);
            }
        }
        if (c == ';') {
            statementEnded = true;
            statementBegins = true;
            return copy(at, at + 1, c);
        }
        severalStatements |= statementEnded;
        if (c == '\'') {
            return quoted(at, Parser.parseSingleQuotes(chars, at, true), "string");
        }
        if (c == '"') {
            return quoted(at, Parser.parseDoubleQuotes(chars, at), "quoted name");
        }
        if (c == '$') {
            return dollar(at);
        }
        if (c == ':') {
            return colon(at);
        }
        if (c == '?') {
            driverText.append('?');
            return copy(at, at + 1, c);
        }
        if (Character.isUnicodeIdentifierStart(c) || c == '_' || Character.isSurrogate(c)) {
            return word(at);
        }
        if (c == '(') {
            nesting.push(isWordCharacter(previous) && !NOT_FUNCTIONS.contains(word) ? word : "");
        } else if (c == '[') {
            nesting.push("[");
        } else if (c == ')' || c == ']') {
            nesting.poll();
        }
        return copy(at, at + 1, c);
    }

    private int quoted(int at, int end, String what) throws SqlTextException {
        if (end >= chars.length) {
            throw new SqlTextException("the " + what + " that begins at character " + (at + 1) + " does not end");
        }
        word = "";
        return copy(at, end + 1, '\'');
    }

    private int dollar(int at) throws SqlTextException {
        int end = Parser.parseDollarQuotes(chars, at);
        if (end > at) {
            return quoted(at, end, "dollar-quoted string");
        }
        if (at + 1 < chars.length && Character.isDigit(chars[at + 1])) {
            throw new SqlTextException("$" + chars[at + 1] + " at character " + (at + 1)
                    + " is a positional parameter; parameters have names here, such as :id");
        }
        return copy(at, at + 1, '$');
    }

    private int word(int at) {
        int end = at + 1;
        // To the driver a dollar sign opens a quote behind a surrogate, and this scanner must not disagree with it.
        while (end < chars.length
                && isWordCharacter(chars[end])
                && !(chars[end] == '$' && Parser.parseDollarQuotes(chars, end) > end)) {
            end++;
        }
        word = text.substring(at, end).toLowerCase(Locale.ROOT);
        returning |= nesting.isEmpty() && word.equals("returning");
        if (statementBegins) {
            statementBegins = false;
            if (firstKeyword.isEmpty()) {
                firstKeyword = word;
            }
            noteTransactionControl(end);
        }
        // E'…' and its kin: the quote must follow its prefix unseparated, so that the driver's lexer sees the prefix.
        return copy(at, end, chars[end - 1]);
    }

    /** In the body of a function (CREATE … BEGIN ATOMIC) semicolons and END are not those of a transaction. */
    private void noteTransactionControl(int end) {
        boolean control = TRANSACTION_CONTROL.contains(word)
                || ((word.equals("start") || word.equals("prepare")) && skipWord(skipBlanks(end), "transaction") >= 0);
        if (control && transactionControl.isEmpty() && !firstKeyword.equals("create")) {
            transactionControl = word;
        }
    }

    private int colon(int at) throws SqlTextException {
        char next = at + 1 < chars.length ? chars[at + 1] : 0;
        if (isPair(at)) {
            return copy(at, at + 2, next);
        }
        if (!(Character.isLetter(next) || next == '_') || isSliceSeparator(at)) {
            return copy(at, at + 1, ':');
        }
        int end = at + 2;
        while (end < chars.length && (Character.isLetterOrDigit(chars[end]) || chars[end] == '_')) {
            end++;
        }
        String name = text.substring(at + 1, end);
        // Behind the placeholder that takes its place they would mean something else to the driver; to the server,
        // never anything.
        if (end < chars.length && (chars[end] == '$' || chars[end] == '\'')) {
            throw new SqlTextException("the parameter :" + name + " at character " + (at + 1) + " is followed by "
                    + chars[end] + " with nothing in between; names are of letters, digits and underscores");
        }
        Integer known = names.putIfAbsent(name, names.size());
        Placeholder placeholder = new Placeholder(known == null ? names.size() - 1 : known, at, end, surroundings(end));
        placeholders.add(placeholder);
        driverText.append('?').append(placeholder.suffix());
        previous = '?';
        word = "";
        return end;
    }

    /** A cast, or the arrow of a named argument. */
    private boolean isPair(int colon) {
        return colon + 1 < chars.length && (chars[colon + 1] == ':' || chars[colon + 1] == '=');
    }

    /** In square brackets, a colon right behind an operand ends a lower bound; elsewhere no operand can precede a parameter. */
    private boolean isSliceSeparator(int at) {
        return "[".equals(nesting.peek())
                && (previous == ')'
                        || previous == ']'
                        || previous == '?'
                        || previous == '\''
                        || Character.isDigit(previous)
                        || (at > 0 && isWordCharacter(chars[at - 1])));
    }

    private Surroundings surroundings(int end) {
        if (end < chars.length && (chars[end] == '?' || (chars[end] == ':' && !isPair(end)))) {
            return Surroundings.QUESTION_MARK;
        }
        int next = skipBlanks(end);
        char follower = next < chars.length ? chars[next] : 0;
        if (isNullTest(next)) {
            return Surroundings.NULL_TEST;
        }
        String function = nesting.peek();
        boolean directArgument = (previous == '(' || previous == ',') && (follower == ',' || follower == ')');
        if (!directArgument || function == null || function.isEmpty() || function.equals("[")) {
            return Surroundings.INFERRED;
        }
        return TAKES_ANY_TYPE.contains(function) ? Surroundings.ARGUMENT_OF_ANY_TYPE : Surroundings.ARGUMENT;
    }

    private boolean isNullTest(int at) {
        int next = skipWord(at, "is");
        if (next < 0) {
            return false;
        }
        int afterNot = skipWord(next, "not");
        return skipWord(afterNot < 0 ? next : afterNot, "null") >= 0;
    }

    /** Where the token behind {@code keyword} at {@code at} begins, or -1 where another word stands. */
    private int skipWord(int at, String keyword) {
        int end = at + keyword.length();
        boolean matches = text.regionMatches(true, at, keyword, 0, keyword.length())
                && (end >= chars.length || !isWordCharacter(chars[end]));
        return matches ? skipBlanks(end) : -1;
    }

    private int skipBlanks(int from) {
        int at = from;
        while (at < chars.length && Character.isWhitespace(chars[at])) {
            at++;
        }
        return at;
    }

    private static boolean isWordCharacter(char c) {
        return (Character.isUnicodeIdentifierPart(c) && c != 0) || c == '_' || c == '$' || Character.isSurrogate(c);
    }

    private int copy(int from, int to, char significant) {
        int end = Math.min(to, chars.length);
        driverText.append(chars, from, end - from);
        previous = significant;
        return end;
    }
}
