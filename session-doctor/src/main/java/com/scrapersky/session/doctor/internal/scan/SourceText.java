package com.scrapersky.session.doctor.internal.scan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A source file of Java or Kotlin, taken apart: its code without comments and without what stands in strings, and its strings,
 * those that a plus sign joins as one. Line breaks stay where they are.
 */
final class SourceText {

    /** A plus sign, or concat; no increment, no {@code +=}. */
    private static final Pattern ADDED = Pattern.compile("\\s*\\+(?![+=])|\\s*\\.concat\\s*\\(");

    private static final Pattern APPENDED = Pattern.compile(ADDED.pattern() + "|\\s*\\)\\s*\\.append\\s*\\(");

    /** Right before a string that is the first of those that are appended. */
    private static final Pattern BUILDER = Pattern.compile("(?:\\.\\s*append|\\bStringBu(?:ilder|ffer))\\s*\\(\\s*$");

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

    /** The strings, joined over plus signs and {@code append}; what else is added to one is a question mark in it. */
    List<Literal> literals() {
        Map<Integer, Literal> byBegin = new HashMap<>();
        literals.forEach(literal -> byBegin.put(literal.begin(), literal));
        List<Literal> joined = new ArrayList<>();
        String plain = code();
        Set<Literal> taken = new HashSet<>();
        for (Literal literal : literals) {
            if (taken.contains(literal)) {
                continue;
            }
            StringBuilder text = new StringBuilder(literal.text());
            boolean built = BUILDER.matcher(plain.substring(Math.max(0, literal.begin() - 80), literal.begin()))
                    .find();
            int end = literal.end();
            Matcher more = (built ? APPENDED : ADDED).matcher(plain);
            while (more.region(end, plain.length()).lookingAt()) {
                int operand = more.end();
                // A string is blanks here, too.
                while (operand < plain.length()
                        && Character.isWhitespace(plain.charAt(operand))
                        && !byBegin.containsKey(operand)) {
                    operand++;
                }
                Literal next = byBegin.get(operand);
                if (next == null) {
                    text.append('?');
                    end = endOfOperand(plain, operand);
                } else {
                    taken.add(next);
                    text.append(next.text());
                    end = next.end();
                }
            }
            joined.add(new Literal(literal.begin(), end, text.toString()));
        }
        return joined;
    }

    /** Where what is added to a string ends: at the next plus sign, or where the expression is over. */
    private static int endOfOperand(String code, int from) {
        int depth = 0;
        for (int i = from; i < code.length(); i++) {
            char character = code.charAt(i);
            if ("([{".indexOf(character) >= 0) {
                depth++;
            } else if (")]}".indexOf(character) >= 0) {
                depth--;
            }
            if (depth < 0 || (depth == 0 && "+,;?:".indexOf(character) >= 0)) {
                return i;
            }
            if (depth == 0 && character == '\n' && !goesOn(code, i)) {
                return i;
            }
        }
        return code.length();
    }

    /** Kotlin has no semicolon: an expression goes on in the next line where that begins with a dot or a plus sign. */
    private static boolean goesOn(String code, int lineBreak) {
        int next = lineBreak;
        while (next < code.length() && Character.isWhitespace(code.charAt(next))) {
            next++;
        }
        return next < code.length() && ".+".indexOf(code.charAt(next)) >= 0;
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
