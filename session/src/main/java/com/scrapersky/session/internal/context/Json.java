package com.scrapersky.session.internal.context;

import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * JSON (RFC 8259) as far as claims need it: written from maps, and looked over before a policy fails on it with the text of
 * the token in its message.
 */
public final class Json {

    /** Deeper than any token, and far from the end of the stack. */
    private static final int DEEPEST = 200;

    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /** Whether {@code text} is one JSON object and nothing else. */
    public static boolean isObject(String text) {
        Json json = new Json(text);
        json.skipBlanks();
        return json.is('{') && json.value(0) && json.isAtEnd();
    }

    /**
     * Writes a map of strings, numbers, booleans, nulls, UUIDs, enums, maps, collections and arrays.
     *
     * @throws IllegalArgumentException for anything else, with its type
     */
    public static String of(Map<?, ?> object) {
        StringBuilder json = new StringBuilder();
        writeObject(object, json, 0);
        return json.toString();
    }

    private static void writeObject(Map<?, ?> object, StringBuilder json, int depth) {
        char separator = '{';
        for (Map.Entry<?, ?> member : object.entrySet()) {
            if (!(member.getKey() instanceof String name)) {
                throw new IllegalArgumentException("a claim whose name is no String");
            }
            json.append(separator);
            writeString(name, json);
            json.append(':');
            write(member.getValue(), json, depth + 1);
            separator = ',';
        }
        json.append(separator == '{' ? "{}" : "}");
    }

    private static void write(@Nullable Object value, StringBuilder json, int depth) {
        if (depth > DEEPEST) {
            throw new IllegalArgumentException("claims that are nested more than " + DEEPEST + " deep");
        }
        if (value == null || value instanceof Boolean || isNumber(value)) {
            json.append(value);
        } else if (value instanceof CharSequence || value instanceof UUID) {
            writeString(value.toString(), json);
        } else if (value instanceof Enum<?> constant) {
            writeString(constant.name(), json);
        } else if (value instanceof Map<?, ?> object) {
            writeObject(object, json, depth);
        } else if (value instanceof Collection<?> list) {
            writeArray(list, json, depth);
        } else if (value instanceof Object[] array) {
            writeArray(Arrays.asList(array), json, depth);
        } else {
            throw new IllegalArgumentException(
                    "a claim of type " + value.getClass().getName());
        }
    }

    private static boolean isNumber(Object value) {
        if (value instanceof Double number) {
            return Double.isFinite(number);
        }
        return value instanceof Number && !(value instanceof Float number && !Float.isFinite(number));
    }

    private static void writeArray(Collection<?> list, StringBuilder json, int depth) {
        char separator = '[';
        for (Object element : list) {
            json.append(separator);
            write(element, json, depth + 1);
            separator = ',';
        }
        json.append(separator == '[' ? "[]" : "]");
    }

    private static void writeString(String value, StringBuilder json) {
        json.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ') {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        json.append('"');
    }

    private boolean value(int depth) {
        if (at >= text.length() || depth > DEEPEST) {
            return false;
        }
        boolean read = switch (text.charAt(at)) {
            case '{' -> members(depth);
            case '[' -> elements(depth);
            case '"' -> string();
            case 't' -> word("true");
            case 'f' -> word("false");
            case 'n' -> word("null");
            default -> number();
        };
        skipBlanks();
        return read;
    }

    private boolean members(int depth) {
        at++;
        skipBlanks();
        if (take('}')) {
            return true;
        }
        do {
            skipBlanks();
            if (!is('"') || !string()) {
                return false;
            }
            skipBlanks();
            if (!take(':')) {
                return false;
            }
            skipBlanks();
            if (!value(depth + 1)) {
                return false;
            }
        } while (take(','));
        return take('}');
    }

    private boolean elements(int depth) {
        at++;
        skipBlanks();
        if (take(']')) {
            return true;
        }
        do {
            skipBlanks();
            if (!value(depth + 1)) {
                return false;
            }
        } while (take(','));
        return take(']');
    }

    private boolean string() {
        at++;
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"') {
                return true;
            } else if (c < ' ' || (c == '\\' && !escape())) {
                return false;
            }
        }
        return false;
    }

    private boolean escape() {
        if (take('u')) {
            int end = at + 4;
            while (at < end && at < text.length() && Character.digit(text.charAt(at), 16) >= 0) {
                at++;
            }
            return at == end;
        }
        return at < text.length() && "\"\\/bfnrt".indexOf(text.charAt(at++)) >= 0;
    }

    private boolean word(String word) {
        boolean stands = text.startsWith(word, at);
        at += word.length();
        return stands;
    }

    private boolean number() {
        take('-');
        if (!take('0') && !digits()) {
            return false;
        }
        if (take('.') && !digits()) {
            return false;
        }
        if (take('e') || take('E')) {
            if (!take('+')) {
                take('-');
            }
            return digits();
        }
        return true;
    }

    private boolean digits() {
        int first = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        return at > first;
    }

    private boolean isAtEnd() {
        return at == text.length();
    }

    private boolean is(char c) {
        return at < text.length() && text.charAt(at) == c;
    }

    private boolean take(char c) {
        boolean stands = is(c);
        if (stands) {
            at++;
        }
        return stands;
    }

    private void skipBlanks() {
        while (is(' ') || is('\t') || is('\n') || is('\r')) {
            at++;
        }
    }
}
