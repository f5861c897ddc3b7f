package com.scrapersky.session.internal.sql;

import org.jspecify.annotations.Nullable;

/**
 * A stretch of tokens, asked by their numbers; a number outside of it is no token of any kind.
 *
 * <p>Numbers are those of the whole text, so that a stretch within a stretch keeps them.
 */
final class Statement {

    private final SqlTokens tokens;
    private final int from;
    private final int to;
    private final int startCharacter;
    private final int endCharacter;

    Statement(SqlTokens tokens, int from, int to, int startCharacter, int endCharacter) {
        this.tokens = tokens;
        this.from = from;
        this.to = to;
        this.startCharacter = startCharacter;
        this.endCharacter = endCharacter;
    }

    /** The tokens {@code first} to {@code end}, without the last. */
    Statement stretch(int first, int end) {
        return new Statement(
                tokens, first, end, first < end ? tokens.start(first) : 0, first < end ? tokens.end(end - 1) : 0);
    }

    int from() {
        return from;
    }

    int to() {
        return to;
    }

    int startCharacter() {
        return startCharacter;
    }

    int endCharacter() {
        return endCharacter;
    }

    SqlTokens tokens() {
        return tokens;
    }

    boolean has(int token) {
        return token >= from && token < to;
    }

    boolean is(int token, TokenType type) {
        return has(token) && tokens.type(token) == type;
    }

    /** Whether the keyword, given in lower case, stands there. */
    boolean isWord(int token, String keyword) {
        return has(token) && tokens.isWord(token, keyword);
    }

    boolean isWord(int token, String keyword, String other) {
        return isWord(token, keyword) || isWord(token, other);
    }

    /** Whether the keywords stand there one after another. */
    boolean areWords(int token, String... keywords) {
        for (int i = 0; i < keywords.length; i++) {
            if (!isWord(token + i, keywords[i])) {
                return false;
            }
        }
        return true;
    }

    boolean isSymbol(int token, char symbol) {
        return is(token, TokenType.SYMBOL) && tokens.text().charAt(tokens.start(token)) == symbol;
    }

    /** Whether an identifier stands there, quoted or not. */
    boolean isIdentifier(int token) {
        return is(token, TokenType.WORD) || is(token, TokenType.NAME);
    }

    boolean isString(int token) {
        return is(token, TokenType.STRING) || is(token, TokenType.DOLLAR_STRING);
    }

    int start(int token) {
        return tokens.start(token);
    }

    int end(int token) {
        return tokens.end(token);
    }

    String source(int token) {
        return tokens.text().substring(tokens.start(token), tokens.end(token));
    }

    /** The word there, folded, or "" where there is none. */
    String word(int token) {
        return is(token, TokenType.WORD) ? SqlNames.fold(source(token)) : "";
    }

    /** The identifier there: a word folded, a quoted name as it is; or "" where there is none. */
    String identifier(int token) {
        if (is(token, TokenType.NAME)) {
            return SqlNames.identifier(source(token));
        }
        return word(token);
    }

    /** The value of the string literal there, or null where there is none that can be read. */
    @Nullable
    String string(int token) {
        if (is(token, TokenType.DOLLAR_STRING)) {
            return SqlNames.dollarString(source(token));
        }
        return is(token, TokenType.STRING) ? SqlNames.string(source(token)) : null;
    }

    /** The token behind the parenthesis that closes the one at {@code open}, or {@link #to()}. */
    int behindParenthesis(int open) {
        int depth = 0;
        for (int i = open; i < to; i++) {
            if (isSymbol(i, '(')) {
                depth++;
            } else if (isSymbol(i, ')') && --depth == 0) {
                return i + 1;
            }
        }
        return to;
    }

    /** Where one of the keywords stands next, outside of parentheses, or -1. */
    int find(int first, String keyword) {
        int depth = 0;
        for (int i = first; i < to; i++) {
            if (isSymbol(i, '(')) {
                depth++;
            } else if (isSymbol(i, ')')) {
                depth--;
            } else if (depth == 0 && tokens.isWord(i, keyword)) {
                return i;
            }
        }
        return -1;
    }
}
