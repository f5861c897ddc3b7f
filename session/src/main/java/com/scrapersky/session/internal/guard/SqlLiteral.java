package com.scrapersky.session.internal.guard;

import org.jspecify.annotations.Nullable;

/** Values and names as SQL text, for the few places where PostgreSQL takes no parameters. */
final class SqlLiteral {

    private SqlLiteral() {}

    /** Right whatever {@code standard_conforming_strings} says. */
    static String of(String value) {
        if (value.indexOf('\\') < 0) {
            return "'" + value.replace("'", "''") + "'";
        }
        return "E'" + value.replace("\\", "\\\\").replace("'", "''") + "'";
    }

    /** A name in double quotes, as {@code quote_ident} writes it. */
    static String name(String identifier) {
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }

    /** A schema as an element of {@code search_path}, in the server's own spelling where that needs no quotes. */
    static String schema(String name) {
        boolean plain = !name.isEmpty() && isStart(name.charAt(0));
        for (int i = 1; plain && i < name.length(); i++) {
            char c = name.charAt(i);
            plain = isStart(c) || (c >= '0' && c <= '9');
        }
        return plain ? name : name(name);
    }

    /** The one schema that a search path names, or null where it names several, or depends on the user. */
    static @Nullable String onlySchema(String path) {
        if (path.isEmpty() || path.equals("\"$user\"")) {
            return null;
        }
        if (path.charAt(0) != '"') {
            return schema(path).equals(path) ? path : null;
        }
        String inner =
                path.length() < 2 ? "" : path.substring(1, path.length() - 1).replace("\"\"", "\"");
        return name(inner).equals(path) ? inner : null;
    }

    private static boolean isStart(char c) {
        return (c >= 'a' && c <= 'z') || c == '_';
    }
}
