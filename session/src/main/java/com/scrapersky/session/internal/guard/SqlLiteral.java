package com.scrapersky.session.internal.guard;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Values and names as SQL text, for the few places where PostgreSQL takes no parameters. */
public final class SqlLiteral {

    /** Settings whose values are lists of names, each quoted for itself (PostgreSQL: GUC_LIST_QUOTE). */
    private static final Set<String> LISTS_OF_NAMES =
            Set.of("search_path", "temp_tablespaces", "local_preload_libraries", "session_preload_libraries");

    /** As the server writes it: quoted only where it must be. */
    private static final Pattern ELEMENT =
            Pattern.compile("([a-z_][a-z0-9_$]*)|\"((?:[^\"]|\"\")*[^a-z0-9_$\"](?:[^\"]|\"\")*|)\"");

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

    /** A setting's name; custom ones have dots between names of their own. */
    static String setting(String name) {
        StringBuilder quoted = new StringBuilder();
        for (String part : name.split("\\.", -1)) {
            quoted.append(quoted.isEmpty() ? "" : ".").append(name(part));
        }
        return quoted.toString();
    }

    /**
     * The statement that gives a setting a value, or gives it until its transaction ends. SET takes no snapshot, so that a
     * transaction's isolation level can still be chosen behind it; but for a list of names it takes each for itself, and
     * cannot say an empty one (PostgreSQL, utils/misc/guc_funcs.c: flatten_set_variable_args).
     */
    static String set(String name, String value, boolean local) {
        List<String> elements = LISTS_OF_NAMES.contains(name) ? elements(value) : List.of(value);
        if (elements.isEmpty()) {
            return "select set_config(" + of(name) + "," + of(value) + "," + local + ")";
        }
        StringJoiner list = new StringJoiner(",", (local ? "SET LOCAL " : "SET ") + setting(name) + " = ", "");
        elements.forEach(element -> list.add(of(element)));
        return list.toString();
    }

    /** The names of a list in the server's own spelling; none where it is spelled otherwise, and would read differently. */
    private static List<String> elements(String list) {
        List<String> elements = new ArrayList<>();
        for (String element : list.split(", ", -1)) {
            Matcher name = ELEMENT.matcher(element);
            if (!name.matches()) {
                return List.of();
            }
            elements.add(name.group(1) != null ? name.group(1) : name.group(2).replace("\"\"", "\""));
        }
        return elements;
    }

    /** A schema as an element of {@code search_path}, in the server's own spelling where that needs no quotes. */
    public static String schema(String name) {
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
