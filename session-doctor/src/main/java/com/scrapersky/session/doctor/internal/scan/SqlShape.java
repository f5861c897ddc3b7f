package com.scrapersky.session.doctor.internal.scan;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Tells SQL from prose in the strings of a program. Where the code around a string says that it is SQL, any statement counts;
 * elsewhere one that could be an English sentence counts only with its first word in capitals.
 */
final class SqlShape {

    private static final String NAME = "[\\w.\"?]+";

    private static final Pattern QUERY = Pattern.compile(
            "^(select|with|insert\\s+into|update|delete\\s+from|merge\\s+into|values|call|table)\\b.*",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    /** Statements whose first words are no beginning of a sentence. */
    private static final Pattern DEFINITION = Pattern.compile(
            "^(create\\s+(or\\s+replace\\s+)?(temp|temporary|unlogged|table|view|function|procedure|trigger|index|unique|"
                    + "database|tablespace|sequence|schema|extension|materialized|local|global)\\b|do\\s+\\$|"
                    + "drop\\s+(database|index)|alter\\s+(system|database|table|role)).*",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private static final List<Pattern> COMMANDS = List.of(
            command("set\\s+((session|local)\\s+)?(characteristics\\s+as\\s+transaction|"
                    + "role\\s+(\"[^\"]*\"|'[^']*'|\\S+?)\\s*(;.*|$)|"
                    + "time\\s+zone\\s|names\\s|schema\\s|"
                    + "xml\\s+option|session\\s+authorization|authorization\\s|" + NAME + "\\s*=|" + NAME
                    + "\\s+to\\s+).*"),
            command("reset\\s+(all|role|session\\s+authorization|" + NAME + ")"),
            command("(un)?listen\\s+(\\*|" + NAME + ")"),
            command("load\\s+'.*'"),
            command("discard\\s+(all|plans|sequences|temp|temporary)"),
            command("deallocate\\s+(prepare\\s+)?" + NAME),
            command("prepare\\s+" + NAME + "\\s*(\\(.*\\))?\\s+as\\s.*"),
            command("execute\\s+" + NAME + "\\s*(\\(.*\\))?"),
            command("declare\\s+" + NAME + "\\s+.*cursor.*"),
            command("(vacuum|cluster|reindex|checkpoint|analyze)\\b.*"));

    private SqlShape() {}

    private static Pattern command(String words) {
        return Pattern.compile("^" + words + ";?\\s*$", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    }

    /**
     * A string as a SQL text, or null where it is none. One that is the beginning of a statement, up to a blank behind its last
     * word, comes with a question mark for what is put behind it.
     *
     * @param expected whether the code around says that SQL stands here
     */
    static @Nullable String sql(String text, boolean expected) {
        if (isSql(text, expected)) {
            return text;
        }
        String begun = text + "?";
        return text.endsWith(" ") && isSql(begun, expected) ? begun : null;
    }

    private static boolean isSql(String text, boolean expected) {
        String start = text.replaceFirst("^(?:\\s+|--[^\\n]*\\n|/\\*.*?\\*/)*", "");
        String word = start.replaceFirst("(?s)\\W.*", "");
        boolean capitals = word.length() > 1 && word.equals(word.toUpperCase(Locale.ROOT));
        boolean lowerCase = word.equals(word.toLowerCase(Locale.ROOT));
        if (!capitals && !lowerCase) {
            // "Select a file", "Set the name": a sentence.
            return false;
        }
        if (QUERY.matcher(start).matches() || DEFINITION.matcher(start).matches()) {
            return expected || capitals || start.matches("(?s).*[(='$;].*");
        }
        return (expected || capitals)
                && COMMANDS.stream().anyMatch(command -> command.matcher(start).matches());
    }
}
