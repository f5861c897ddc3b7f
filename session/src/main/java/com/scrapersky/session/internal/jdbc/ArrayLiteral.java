package com.scrapersky.session.internal.jdbc;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The text form of PostgreSQL arrays ("Array Input and Output Syntax" in the manual), both ways. */
public final class ArrayLiteral {

    private ArrayLiteral() {}

    /** Writes {@code elements}, which may hold lists of further dimensions; {@code text} gives an element's own text. */
    static String write(List<?> elements, Function<Object, String> text) {
        StringBuilder literal = new StringBuilder();
        append(literal, elements, text);
        return literal.toString();
    }

    private static void append(StringBuilder literal, List<?> elements, Function<Object, String> text) {
        literal.append('{');
        for (int i = 0; i < elements.size(); i++) {
            if (i > 0) {
                literal.append(',');
            }
            Object element = elements.get(i);
            if (element == null) {
                literal.append("NULL");
            } else if (element instanceof List<?> dimension) {
                append(literal, dimension, text);
            } else {
                quote(literal, text.apply(element));
            }
        }
        literal.append('}');
    }

    private static void quote(StringBuilder literal, String element) {
        literal.append('"');
        for (int i = 0; i < element.length(); i++) {
            char c = element.charAt(i);
            if (c == '"' || c == '\\') {
                literal.append('\\');
            }
            literal.append(c);
        }
        literal.append('"');
    }

    /** Reads a literal; nested arrays become lists in lists. The result cannot be changed and may hold nulls. */
    public static List<@Nullable Object> read(String literal, Function<String, ?> element) {
        // '[0:1]={…}' names the lower bounds; Java lists have none.
        int start = literal.indexOf('{');
        if (start < 0) {
            throw new IllegalArgumentException("not an array literal");
        }
        Reader reader = new Reader(literal, start + 1, element);
        return reader.list();
    }

    private static final class Reader {
        private final String literal;
        private final Function<String, ?> element;
        private int at;

        Reader(String literal, int at, Function<String, ?> element) {
            this.literal = literal;
            this.at = at;
            this.element = element;
        }

        List<@Nullable Object> list() {
            List<@Nullable Object> values = new ArrayList<>();
            while (literal.charAt(at) != '}') {
                char c = literal.charAt(at);
                if (c == ',' || Character.isWhitespace(c)) {
                    at++;
                } else if (c == '{') {
                    at++;
                    values.add(list());
                } else if (c == '"') {
                    values.add(element.apply(quoted()));
                } else {
                    String plain = plain();
                    values.add(plain.equalsIgnoreCase("null") ? null : element.apply(plain));
                }
            }
            at++;
            return Collections.unmodifiableList(values);
        }

        private String quoted() {
            StringBuilder value = new StringBuilder();
            at++;
            while (literal.charAt(at) != '"') {
                if (literal.charAt(at) == '\\') {
                    at++;
                }
                value.append(literal.charAt(at++));
            }
            at++;
            return value.toString();
        }

        private String plain() {
            int start = at;
            while (literal.charAt(at) != ',' && literal.charAt(at) != '}') {
                at++;
            }
            return literal.substring(start, at).strip();
        }
    }
}
