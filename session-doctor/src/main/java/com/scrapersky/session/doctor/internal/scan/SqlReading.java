package com.scrapersky.session.doctor.internal.scan;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.internal.sql.CodeBody;
import com.scrapersky.session.internal.sql.GuardedSql;
import com.scrapersky.session.internal.sql.SqlPart;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads SQL texts with the reader of the library's guard, and the bodies of the functions that they create. */
final class SqlReading {

    private static final Pattern FUNCTION = Pattern.compile(
            "^\\s*create\\s+(?:or\\s+replace\\s+)?(?:function|procedure)\\b.*?\\bas\\s+(\\$\\w*\\$)(.*)\\1",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private static final Pattern LANGUAGE = Pattern.compile("\\blanguage\\s+'?\"?(\\w+)", Pattern.CASE_INSENSITIVE);

    private SqlReading() {}

    /** Each statement of a text that touches the session, at its line. */
    static List<Sighting> read(Path file, String text, int firstLine) {
        List<Sighting> found = new ArrayList<>();
        int from = 0;
        for (SqlPart part : GuardedSql.of(text).parts()) {
            int at = Math.max(from, text.indexOf(part.text(), from));
            Set<SessionFeature> features = new TreeSet<>(part.features());
            if (features.isEmpty() && part.text().indexOf('?') >= 0) {
                features.addAll(withNames(part.text()).features());
            }
            int begin = leading(part.text());
            features.addAll(ofBody(part.text().substring(begin)));
            if (part.kind() == SqlPart.Kind.DO && !part.keeps().isEmpty() && features.isEmpty()) {
                // The guard rewrites such a block; whoever has no guard has what it sets.
                features.add(SessionFeature.HIDDEN_SETTING);
            }
            int line = firstLine + lines(text, at + begin);
            features.forEach(feature -> found.add(Sighting.of(feature, file, line, part.text())));
            from = at + part.text().length();
        }
        return found;
    }

    /** A program may put a name where the text has a question mark. */
    private static GuardedSql withNames(String statement) {
        return GuardedSql.of(statement.replace('?', 'x'));
    }

    private static Set<SessionFeature> ofBody(String statement) {
        Matcher function = FUNCTION.matcher(statement);
        if (!function.find()) {
            return Set.of();
        }
        Matcher language = LANGUAGE.matcher(statement.replace(function.group(2), ""));
        return CodeBody.of(language.find() ? language.group(1) : "sql", function.group(2))
                .features();
    }

    /** How much stands before a statement's first word: blanks and comments of whole lines. */
    private static int leading(String statement) {
        Matcher matcher = Pattern.compile("^(?:\\s+|--[^\\n]*\\n)*").matcher(statement);
        return matcher.find() ? matcher.end() : 0;
    }

    static int lines(String text, int end) {
        return (int) text.substring(0, Math.min(end, text.length()))
                .chars()
                .filter(character -> character == '\n')
                .count();
    }
}
