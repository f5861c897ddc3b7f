package com.scrapersky.session.internal.sql;

import java.util.Arrays;
import org.postgresql.core.Parser;

/**
 * The tokens of a SQL or PL/pgSQL text, without blanks and comments, and where pgjdbc cuts it into statements.
 *
 * <p>Quotes and comments are skipped by pgjdbc's own lexer ({@code org.postgresql.core.Parser}), with two exceptions. In
 * {@code E'a''b\'c'} the driver forgets after the doubled quote that a backslash escapes, and in {@code –$a$} it sees a
 * quote open behind a character that no Java identifier holds, where the server goes on reading a name. There the server's
 * view counts, because it is the server that executes; where the driver cuts otherwise, the server refuses its pieces.
 * Backslashes in plain strings are taken literally
 * ({@code standard_conforming_strings}, PostgreSQL's default since 9.1).
 */
final class SqlTokens {

    private final String text;
    private final char[] chars;
    private TokenType[] types = new TokenType[32];
    private int[] starts = new int[32];
    private int[] ends = new int[32];
    private int count;

    /** For each statement: its first token, the token behind its last, its first character, the one behind its last. */
    private int[] bounds = new int[4];

    private int statements;

    private SqlTokens(String text) {
        this.text = text;
        this.chars = text.toCharArray();
    }

    static SqlTokens of(String text) {
        SqlTokens tokens = new SqlTokens(text);
        tokens.read();
        return tokens;
    }

    String text() {
        return text;
    }

    int count() {
        return count;
    }

    TokenType type(int token) {
        return types[token];
    }

    int start(int token) {
        return starts[token];
    }

    int end(int token) {
        return ends[token];
    }

    int statements() {
        return statements;
    }

    Statement statement(int number) {
        int at = number * 4;
        return new Statement(this, bounds[at], bounds[at + 1], bounds[at + 2], bounds[at + 3]);
    }

    /** The whole text as one, semicolons included. */
    Statement whole() {
        return new Statement(this, 0, count, 0, text.length());
    }

    private void read() {
        Splitter splitter = new Splitter();
        int at = 0;
        while (at < chars.length) {
            char c = chars[at];
            if (isBlank(c)) {
                at++;
                continue;
            }
            int comment = c == '-' || c == '/' ? commentEnd(at) : at;
            if (comment > at) {
                splitter.sawCode();
                at = comment;
                continue;
            }
            at = token(at);
            splitter.saw(count - 1);
        }
        splitter.end();
    }

    private int commentEnd(int at) {
        boolean block = chars[at] == '/';
        int end = block ? Parser.parseBlockComment(chars, at) : Parser.parseLineComment(chars, at);
        return end == at ? at : Math.min(end + 1, chars.length);
    }

    /** Takes the token at {@code at}; returns where the next may begin. */
    private int token(int at) {
        char c = chars[at];
        if (c == '\'') {
            return endsUnicode() ? extend(stringEnd(at)) : add(TokenType.STRING, at, stringEnd(at));
        }
        if (c == '"') {
            return add(TokenType.NAME, at, nameEnd(at));
        }
        if (c == '$') {
            int end = Parser.parseDollarQuotes(chars, at);
            return end > at ? add(TokenType.DOLLAR_STRING, at, closed(end)) : add(TokenType.SYMBOL, at, at + 1);
        }
        if (c == '?') {
            boolean operator = at + 1 < chars.length && chars[at + 1] == '?';
            return operator ? add(TokenType.OPERATOR, at, at + 2) : add(TokenType.PARAMETER, at, at + 1);
        }
        if (isWordStart(c)) {
            return wordOrPrefixed(at);
        }
        return isDigit(c) ? add(TokenType.NUMBER, at, numberEnd(at)) : add(TokenType.SYMBOL, at, at + 1);
    }

    private int wordOrPrefixed(int at) {
        int end = at + 1;
        while (end < chars.length && isWordPart(chars[end])) {
            end++;
        }
        if (end == at + 1 && end < chars.length) {
            char prefix = Character.toLowerCase(chars[at]);
            char next = chars[end];
            if (next == '\'' && prefix == 'e') {
                return add(TokenType.STRING, at, escapeStringEnd(end));
            }
            if (next == '\'' && (prefix == 'n' || prefix == 'b' || prefix == 'x')) {
                return add(TokenType.STRING, at, stringEnd(end));
            }
            if (next == '&' && prefix == 'u' && end + 1 < chars.length) {
                if (chars[end + 1] == '\'') {
                    return add(TokenType.STRING, at, stringEnd(end + 1));
                }
                if (chars[end + 1] == '"') {
                    return add(TokenType.NAME, at, nameEnd(end + 1));
                }
            }
        }
        return add(TokenType.WORD, at, end);
    }

    private int stringEnd(int quote) {
        int at = quote;
        while (true) {
            at = Parser.parseSingleQuotes(chars, at, true);
            if (at + 1 >= chars.length || chars[at + 1] != '\'') {
                return closed(at);
            }
            at++;
        }
    }

    private int escapeStringEnd(int quote) {
        int at = quote + 1;
        while (at < chars.length) {
            if (chars[at] == '\\') {
                at += 2;
            } else if (chars[at] != '\'') {
                at++;
            } else if (at + 1 < chars.length && chars[at + 1] == '\'') {
                at += 2;
            } else {
                return at + 1;
            }
        }
        return closed(chars.length);
    }

    private int nameEnd(int quote) {
        int at = quote;
        while (true) {
            at = Parser.parseDoubleQuotes(chars, at);
            if (at + 1 >= chars.length || chars[at + 1] != '"') {
                return closed(at);
            }
            at++;
        }
    }

    /** Where the next token may begin behind a closing quote, or the end of a text whose quote does not close. */
    private int closed(int quote) {
        return Math.min(quote + 1, chars.length);
    }

    private int numberEnd(int from) {
        int at = from + 1;
        while (at < chars.length
                && (isWordPart(chars[at]) || (chars[at] == '.' && at + 1 < chars.length && isDigit(chars[at + 1])))) {
            at++;
        }
        return at;
    }

    private int add(TokenType type, int start, int end) {
        if (count == types.length) {
            types = Arrays.copyOf(types, count * 2);
            starts = Arrays.copyOf(starts, count * 2);
            ends = Arrays.copyOf(ends, count * 2);
        }
        types[count] = type;
        starts[count] = start;
        ends[count] = end;
        count++;
        return end;
    }

    /** Whether {@code U&'…' UESCAPE} stands before, which is one token with the string that follows. */
    private boolean endsUnicode() {
        return count > 1
                && isWord(count - 1, "uescape")
                && (types[count - 2] == TokenType.STRING || types[count - 2] == TokenType.NAME)
                && (chars[starts[count - 2]] | ' ') == 'u';
    }

    private int extend(int end) {
        count--;
        ends[count - 1] = end;
        return end;
    }

    /** PostgreSQL's rule (scan.l, ident_start): every character outside of ASCII may stand in an identifier. */
    private static boolean isWordStart(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 128;
    }

    /** Other blanks than ASCII's belong to a word, by the same rule. */
    private static boolean isBlank(char c) {
        return c < 128 && Character.isWhitespace(c);
    }

    private static boolean isWordPart(char c) {
        return isWordStart(c) || isDigit(c) || c == '$';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /**
     * Cuts where {@code Parser.parseJdbcSql} cuts: at semicolons outside of parentheses, never behind BEGIN ATOMIC in a
     * CREATE, and blanks alone are no statement, comments alone are one.
     */
    private final class Splitter {

        private int firstToken;
        private int firstCharacter;
        private int parentheses;
        private boolean blank = true;
        private boolean commandKnown;
        private boolean creates;
        private boolean begins;
        private boolean atomic;

        void sawCode() {
            blank = false;
        }

        void saw(int token) {
            TokenType type = type(token);
            if (type == TokenType.SYMBOL) {
                symbol(token, chars[starts[token]]);
            } else {
                blank &= type == TokenType.WORD && isBlankToTheDriver(token);
                if (type == TokenType.WORD) {
                    word(token);
                }
            }
        }

        /** The driver leaves out a piece of blanks alone, whatever their alphabet. */
        private boolean isBlankToTheDriver(int token) {
            for (int at = starts[token]; at < ends[token]; at++) {
                if (!Character.isWhitespace(chars[at])) {
                    return false;
                }
            }
            return true;
        }

        private void symbol(int token, char c) {
            if (c == ';') {
                if (parentheses == 0 && !atomic) {
                    cut(token, starts[token]);
                    firstToken = token + 1;
                    firstCharacter = ends[token];
                }
                return;
            }
            blank = false;
            if (c == '(') {
                parentheses++;
            } else if (c == ')') {
                parentheses--;
            }
        }

        private void word(int token) {
            if (!commandKnown) {
                creates = isWord(token, "create");
                commandKnown = creates || isCommand(token);
            } else if (creates) {
                atomic |= begins && isWord(token, "atomic");
                begins = isWord(token, "begin");
            }
        }

        private boolean isCommand(int token) {
            return isWord(token, "select")
                    || isWord(token, "insert")
                    || isWord(token, "update")
                    || isWord(token, "delete")
                    || isWord(token, "with")
                    || isWord(token, "alter")
                    || isWord(token, "move");
        }

        void end() {
            cut(count, chars.length);
        }

        private void cut(int endToken, int endCharacter) {
            if (!blank) {
                if (statements * 4 == bounds.length) {
                    bounds = Arrays.copyOf(bounds, bounds.length * 2);
                }
                int at = statements * 4;
                bounds[at] = firstToken;
                bounds[at + 1] = endToken;
                bounds[at + 2] = firstCharacter;
                bounds[at + 3] = endCharacter;
                statements++;
            }
            blank = true;
            commandKnown = false;
            creates = false;
            begins = false;
        }
    }

    /** Whether the token is the keyword, given in lower case. */
    boolean isWord(int token, String keyword) {
        int length = keyword.length();
        if (types[token] != TokenType.WORD || ends[token] - starts[token] != length) {
            return false;
        }
        int start = starts[token];
        for (int i = 0; i < length; i++) {
            char c = chars[start + i];
            if (c != keyword.charAt(i) && !(c >= 'A' && c <= 'Z' && c + ('a' - 'A') == keyword.charAt(i))) {
                return false;
            }
        }
        return true;
    }
}
