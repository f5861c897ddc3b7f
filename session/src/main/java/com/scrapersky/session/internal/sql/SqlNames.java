package com.scrapersky.session.internal.sql;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What identifiers and string literals mean: PostgreSQL's folding, quoting and escapes (parser/scan.l, scansup.c). */
final class SqlNames {

    /** NAMEDATALEN - 1. */
    private static final int LONGEST_IDENTIFIER = 63;

    private SqlNames() {}

    /** An unquoted identifier as PostgreSQL folds it: ASCII letters only, and cut to 63 bytes. */
    static String fold(String word) {
        int at = 0;
        while (at < word.length() && !isUpperCase(word.charAt(at))) {
            at++;
        }
        if (at == word.length()) {
            return cut(word);
        }
        char[] chars = word.toCharArray();
        for (; at < chars.length; at++) {
            if (isUpperCase(chars[at])) {
                chars[at] = (char) (chars[at] + ('a' - 'A'));
            }
        }
        return cut(new String(chars));
    }

    /** For comparison without regard to case. */
    static String lowerCase(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    private static boolean isUpperCase(char c) {
        return c >= 'A' && c <= 'Z';
    }

    private static String cut(String name) {
        if (name.length() * 3 <= LONGEST_IDENTIFIER
                || name.getBytes(StandardCharsets.UTF_8).length <= LONGEST_IDENTIFIER) {
            return name;
        }
        int end = name.length();
        while (name.substring(0, end).getBytes(StandardCharsets.UTF_8).length > LONGEST_IDENTIFIER) {
            end = name.offsetByCodePoints(end, -1);
        }
        return name.substring(0, end);
    }

    /** The name that a quoted identifier stands for. */
    static String identifier(String quoted) {
        if (quoted.charAt(0) == '"') {
            return cut(unquote(quoted, 1, '"'));
        }
        String decoded = unicode(quoted, '"');
        return cut(decoded == null ? quoted : decoded);
    }

    /** The value of a string in single quotes, or null where its escapes cannot be read. */
    static @Nullable String string(String quoted) {
        char prefix = quoted.charAt(0);
        return switch (prefix) {
            case '\'' -> unquote(quoted, 1, '\'');
            case 'e', 'E' -> escapes(quoted.substring(2, Math.max(2, quoted.length() - 1)));
            case 'u', 'U' -> unicode(quoted, '\'');
            case 'n', 'N' -> unquote(quoted, 2, '\'');
            default -> null;
        };
    }

    /** The content of a dollar-quoted string. */
    static String dollarString(String quoted) {
        int tag = quoted.indexOf('$', 1) + 1;
        return quoted.length() < 2 * tag ? "" : quoted.substring(tag, quoted.length() - tag);
    }

    private static String unquote(String quoted, int from, char quote) {
        if (quoted.length() <= from) {
            return "";
        }
        String content = quoted.substring(from, quoted.length() - 1);
        if (content.indexOf(quote) < 0) {
            return content;
        }
        String one = String.valueOf(quote);
        return content.replace(one + one, one);
    }

    private static @Nullable String escapes(String content) {
        StringBuilder value = new StringBuilder(content.length());
        int at = 0;
        while (at < content.length()) {
            char c = content.charAt(at);
            if (c == '\'') {
                value.append(c);
                at += 2;
            } else if (c != '\\') {
                value.append(c);
                at++;
            } else {
                if (at + 1 >= content.length()) {
                    return null;
                }
                at = escape(content, at + 1, value);
                if (at < 0) {
                    return null;
                }
            }
        }
        return value.toString();
    }

    /** Takes what follows a backslash; returns where the text goes on, or -1. */
    private static int escape(String content, int at, StringBuilder value) {
        char c = content.charAt(at);
        switch (c) {
            case 'b' -> value.append('\b');
            case 'f' -> value.append('\f');
            case 'n' -> value.append('\n');
            case 'r' -> value.append('\r');
            case 't' -> value.append('\t');
            case 'u' -> {
                return digits(content, at + 1, 4, 4, 16, value);
            }
            case 'U' -> {
                return digits(content, at + 1, 8, 8, 16, value);
            }
            case 'x' -> {
                return digits(content, at + 1, 1, 2, 16, value);
            }
            case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                return digits(content, at, 1, 3, 8, value);
            }
            default -> value.append(c);
        }
        return at + 1;
    }

    /** U&amp;'…', perhaps with UESCAPE '…' behind it. */
    private static @Nullable String unicode(String quoted, char quote) {
        int end = closingQuote(quoted, 3, quote) + 1;
        char escape = end + 2 < quoted.length() ? quoted.charAt(quoted.length() - 2) : '\\';
        String content = unquote(quoted.substring(0, Math.min(end, quoted.length())), 3, quote);
        StringBuilder value = new StringBuilder(content.length());
        int at = 0;
        while (at < content.length()) {
            char c = content.charAt(at);
            if (c != escape) {
                value.append(c);
                at++;
            } else if (at + 1 < content.length() && content.charAt(at + 1) == escape) {
                value.append(escape);
                at += 2;
            } else {
                boolean six = at + 1 < content.length() && content.charAt(at + 1) == '+';
                at = six ? digits(content, at + 2, 6, 6, 16, value) : digits(content, at + 1, 4, 4, 16, value);
                if (at < 0) {
                    return null;
                }
            }
        }
        return value.toString();
    }

    /** Where the quote stands that ends what begins at {@code from}; a doubled one does not. */
    private static int closingQuote(String quoted, int from, char quote) {
        int at = quoted.indexOf(quote, from);
        while (at >= 0 && at + 1 < quoted.length() && quoted.charAt(at + 1) == quote) {
            at = quoted.indexOf(quote, at + 2);
        }
        return at < 0 ? quoted.length() : at;
    }

    private static int digits(String content, int from, int least, int most, int radix, StringBuilder value) {
        int at = from;
        int code = 0;
        while (at < content.length() && at - from < most && Character.digit(content.charAt(at), radix) >= 0) {
            code = code * radix + Character.digit(content.charAt(at), radix);
            at++;
        }
        if (at - from < least || !Character.isValidCodePoint(code)) {
            return -1;
        }
        value.appendCodePoint(code);
        return at;
    }
}
