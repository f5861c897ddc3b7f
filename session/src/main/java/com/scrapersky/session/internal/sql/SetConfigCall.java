package com.scrapersky.session.internal.sql;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A call of {@code set_config(name, value, is_local)}, as far as its text tells.
 *
 * @param setting the setting's name in lower case, or null where only the server knows it
 * @param value the value where it is a literal, or null
 * @param toDefault whether the value is a literal null, which means a reset
 * @param scopeFrom the first token of the third argument
 * @param scopeTo the token behind its last
 */
record SetConfigCall(
        @Nullable String setting, @Nullable String value, boolean toDefault, Scope scope, int scopeFrom, int scopeTo) {

    /** What the third argument says. */
    enum Scope {
        TRANSACTION,
        SESSION,
        COMPUTED
    }

    boolean isOf(String name) {
        return name.equals(setting);
    }

    /** Reads the call whose name stands at {@code token}; null where it has not three arguments: that one is not the server's. */
    static @Nullable SetConfigCall read(Statement sql, int token) {
        int open = token + 1;
        int close = sql.behindParenthesis(open) - 1;
        int first = nextComma(sql, open + 1, close);
        int second = nextComma(sql, first + 1, close);
        if (first >= close || second >= close || nextComma(sql, second + 1, close) < close || second + 1 >= close) {
            return null;
        }
        Literal name = Literal.read(sql, open + 1, first);
        String setting = name.text;
        Literal value = Literal.read(sql, first + 1, second);
        return new SetConfigCall(
                setting == null ? null : SqlNames.lowerCase(setting),
                value.text,
                value.isNull,
                Literal.read(sql, second + 1, close).scope(),
                second + 1,
                close);
    }

    private static int nextComma(Statement sql, int from, int end) {
        int depth = 0;
        for (int i = from; i < end; i++) {
            if (sql.isSymbol(i, '(') || sql.isSymbol(i, '[')) {
                depth++;
            } else if (sql.isSymbol(i, ')') || sql.isSymbol(i, ']')) {
                depth--;
            } else if (depth == 0 && sql.isSymbol(i, ',')) {
                return i;
            }
        }
        return end;
    }

    /** What an argument says if it is one literal, in parentheses or with a cast perhaps. */
    private record Literal(@Nullable String text, boolean isNull) {

        private static final Literal NONE = new Literal(null, false);

        static Literal read(Statement sql, int first, int end) {
            int from = first;
            int to = end;
            while (to - from > 1) {
                if (sql.isSymbol(from, '(') && sql.behindParenthesis(from) == to) {
                    from++;
                    to--;
                } else if (sql.isWord(from, "cast")
                        && sql.isSymbol(from + 1, '(')
                        && sql.behindParenthesis(from + 1) == to) {
                    Statement inside = sql.stretch(from + 2, to - 1);
                    int as = inside.find(from + 2, "as");
                    if (as < 0) {
                        return NONE;
                    }
                    from += 2;
                    to = as;
                } else if (sql.is(from, TokenType.WORD) && sql.isString(from + 1) && to == from + 2) {
                    from++;
                } else {
                    int value = sql.isSymbol(from, '(') ? sql.behindParenthesis(from) : from + 1;
                    if (!isCast(sql, value, to)) {
                        return NONE;
                    }
                    to = value;
                }
            }
            return to == from ? NONE : single(sql, from);
        }

        private static boolean isCast(Statement sql, int from, int to) {
            if (!sql.isSymbol(from, ':') || !sql.isSymbol(from + 1, ':') || from + 2 >= to) {
                return false;
            }
            for (int i = from + 2; i < to; i++) {
                if (!sql.isIdentifier(i)
                        && !sql.is(i, TokenType.NUMBER)
                        && !sql.isSymbol(i, '.')
                        && !sql.isSymbol(i, ':')
                        && !sql.isSymbol(i, '(')
                        && !sql.isSymbol(i, ')')) {
                    return false;
                }
            }
            return true;
        }

        private static Literal single(Statement sql, int token) {
            if (sql.isWord(token, "null")) {
                return new Literal(null, true);
            }
            if (sql.isWord(token, "true", "false") || sql.is(token, TokenType.NUMBER)) {
                return new Literal(sql.source(token), false);
            }
            return new Literal(sql.string(token), false);
        }

        /** set_config takes null for false (PostgreSQL, misc/guc_funcs.c); the words are those of boolin. */
        Scope scope() {
            if (isNull) {
                return Scope.SESSION;
            }
            if (text == null) {
                return Scope.COMPUTED;
            }
            return switch (text.strip().toLowerCase(Locale.ROOT)) {
                case "f", "fa", "fal", "fals", "false", "n", "no", "of", "off", "0" -> Scope.SESSION;
                case "t", "tr", "tru", "true", "y", "ye", "yes", "on", "1" -> Scope.TRANSACTION;
                default -> Scope.COMPUTED;
            };
        }
    }
}
