package com.scrapersky.session.doctor.internal.scan;

import java.util.ArrayList;
import java.util.List;

/**
 * A source file of Java or Kotlin, taken apart: its code without comments and without what stands in strings, and its strings,
 * those that a plus sign joins as one. Line breaks stay where they are.
 */
final class SourceText {

    private final String source;
    private final StringBuilder code = new StringBuilder();
    private final List<Literal> literals = new ArrayList<>();
    private int at;

    /** One string; {@code begin} and {@code end} are its place in the file. */
    record Literal(int begin, int end, String text) {}

    private SourceText(String source) {
        this.source = source;
    }

    static SourceText of(String source) {
        SourceText text = new SourceText(source);
        text.read();
        return text;
    }

    /** As long as the source, with blanks for comments and for the contents of strings. */
    String code() {
        return code.toString();
    }

    /** The strings, joined over plus signs; what stands between two of them is a placeholder. */
    List<Literal> literals() {
        List<Literal> joined = new ArrayList<>();
        String plain = code();
        for (Literal literal : literals) {
            Literal last = joined.isEmpty() ? null : joined.get(joined.size() - 1);
            String between = last == null ? "" : plain.substring(last.end(), literal.begin());
            if (last != null && between.matches("\\s*\\+\\s*")) {
                joined.set(joined.size() - 1, new Literal(last.begin(), literal.end(), last.text() + literal.text()));
            } else if (last != null && between.matches("\\s*\\+[^;{}]*\\+\\s*")) {
                joined.set(
                        joined.size() - 1,
                        new Literal(last.begin(), literal.end(), last.text() + "?" + literal.text()));
            } else {
                joined.add(literal);
            }
        }
        return joined;
    }

    int line(int place) {
        return SqlReading.lines(source, place) + 1;
    }

    private void read() {
        while (at < source.length()) {
            if (source.startsWith("//", at)) {
                blank(end("\n", at));
            } else if (source.startsWith("/*", at)) {
                blank(end("*/", at + 2) + 2);
            } else if (source.startsWith("\"\"\"", at)) {
                literal(3, "\"\"\"");
            } else if (source.charAt(at) == '"') {
                literal(1, "\"");
            } else if (source.charAt(at) == '\'') {
                character();
            } else {
                code.append(source.charAt(at++));
            }
        }
    }

    private int end(String word, int from) {
        int found = source.indexOf(word, from);
        return found < 0 ? source.length() : found;
    }

    private void literal(int quotes, String quote) {
        int begin = at;
        int end = at + quotes;
        while (end < source.length() && !source.startsWith(quote, end)) {
            end += source.charAt(end) == '\\' ? 2 : 1;
        }
        end = Math.min(source.length(), end);
        String raw = source.substring(Math.min(begin + quotes, end), end);
        int after = Math.min(source.length(), end + quotes);
        literals.add(new Literal(begin, after, unescaped(raw)));
        blank(after);
    }

    /** A character of Java, or an apostrophe in a comment that was none. */
    private void character() {
        int end = at + 1;
        while (end < source.length() && end < at + 8 && source.charAt(end) != '\'' && source.charAt(end) != '\n') {
            end += source.charAt(end) == '\\' ? 2 : 1;
        }
        blank(Math.min(source.length(), end + 1));
    }

    private void blank(int end) {
        int stop = Math.min(source.length(), Math.max(end, at));
        while (at < stop) {
            char character = source.charAt(at++);
            code.append(character == '\n' ? '\n' : ' ');
        }
    }

    private static String unescaped(String raw) {
        return raw.replace("\\\"", "\"")
                .replace("\\n", "\n")
                .replace("\\t", "\t")
                .replace("\\'", "'")
                .replace("\\\\", "\\")
                .replaceAll("\\$\\{[^}]*}|(?<![\\w$])\\$[a-zA-Z]\\w*(?!\\$|\\w)", "?");
    }
}
