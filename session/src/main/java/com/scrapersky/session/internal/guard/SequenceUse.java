package com.scrapersky.session.internal.guard;

import com.scrapersky.session.internal.sql.GuardedSql;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether {@code currval} and {@code lastval} answer for a number that the same transaction drew. On a backend that belongs
 * to everybody they would otherwise answer for a stranger.
 */
final class SequenceUse {

    private static final Set<String> DRAWS = Set.of("insert", "nextval", "merge", "copy");
    private static final Pattern CURRVAL = Pattern.compile("(?i)currval\\s*\\(\\s*'([^']*)'");

    private SequenceUse() {}

    /** Whether a text may draw numbers. */
    static boolean draws(GuardedSql sql) {
        for (String word : DRAWS) {
            if (sql.words().contains(word)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether the sequences that {@code asking} asks for have been drawn from by one of {@code drawing}: by their names, or
     * by those of their tables, as PostgreSQL names the sequence of a column.
     */
    static boolean answersFor(GuardedSql asking, Iterable<GuardedSql> drawing) {
        boolean any = draws(asking);
        for (GuardedSql one : drawing) {
            any |= draws(one);
        }
        if (!any) {
            return false;
        }
        Matcher currval = CURRVAL.matcher(asking.text());
        while (currval.find()) {
            String sequence = currval.group(1).toLowerCase(Locale.ROOT).replace("\"", "");
            boolean drawn = draws(asking) && names(asking, sequence);
            for (GuardedSql one : drawing) {
                drawn |= names(one, sequence);
            }
            if (!drawn) {
                return false;
            }
        }
        return true;
    }

    private static boolean names(GuardedSql drawing, String sequence) {
        int dot = sequence.lastIndexOf('.');
        String schema = dot < 0 ? "" : sequence.substring(0, dot);
        String name = sequence.substring(dot + 1);
        Set<String> words = drawing.words();
        if (!schema.isEmpty() && !words.contains(schema) && !drawing.text().contains(sequence)) {
            return false;
        }
        if (words.contains("nextval") && drawing.text().toLowerCase(Locale.ROOT).contains(name)) {
            return true;
        }
        return words.stream().anyMatch(word -> name.startsWith(word + "_"));
    }
}
