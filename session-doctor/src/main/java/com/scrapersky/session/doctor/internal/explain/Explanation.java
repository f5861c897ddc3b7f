package com.scrapersky.session.doctor.internal.explain;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.doctor.internal.report.FindingKind;
import com.scrapersky.session.internal.errors.ErrorTable;
import com.scrapersky.session.internal.errors.KnownError;
import com.scrapersky.session.internal.errors.Meaning;
import com.scrapersky.session.internal.errors.Speaker;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A finding, a feature of sessions, an SQLSTATE or an error text in plain words, from the tables that the library itself goes
 * by.
 *
 * @param title what it is
 * @param means what it says
 * @param repeat whether and when the work may be repeated; empty where nothing failed
 * @param remedy what to do
 * @param link where the documentation tells more
 */
public record Explanation(String title, String means, Optional<String> repeat, String remedy, String link) {

    private static final Pattern SQLSTATE = Pattern.compile("(?:SQLSTATE|SQLState)?[ :=\\[(]*\\b([0-9A-Z]{5})\\b");

    /** What a log puts in front of an error's own words. */
    private static final Pattern PREFIX = Pattern.compile(
            "^(?:[\\w.$]+(?:Exception|Error): |Caused by: |psql: |error: |connection to server [^:]+: |(?:FATAL|ERROR|PANIC|WARNING): +)+",
            Pattern.CASE_INSENSITIVE);

    /** Right before an error's own words, whatever stands before it. */
    private static final Pattern SEVERITY = Pattern.compile("\\b(?:FATAL|ERROR|PANIC): +");

    /** Everything that fits, the most certain first; empty where nothing does. */
    public static List<Explanation> of(String asked) {
        String text = asked.strip();
        List<Explanation> found = new ArrayList<>();
        FindingKind.of(text.toLowerCase(Locale.ROOT)).map(Explanation::of).ifPresent(found::add);
        Arrays.stream(SessionFeature.values())
                .filter(feature -> feature.id().equalsIgnoreCase(text))
                .map(Explanation::of)
                .forEach(found::add);
        if (!found.isEmpty() || text.isEmpty()) {
            return found;
        }
        String state = state(text);
        if (text.equalsIgnoreCase(state)) {
            rows(state).forEach(row -> found.add(of(row)));
            return found.isEmpty() ? List.of(of(ErrorTable.of(state, ""), state)) : found;
        }
        error(state, text).map(row -> of(row, state)).ifPresent(found::add);
        return found;
    }

    private static String state(String text) {
        Matcher matcher = SQLSTATE.matcher(text);
        while (matcher.find()) {
            String found = matcher.group(1);
            // Five capital letters are a word; a state has a digit.
            if ((found.chars().anyMatch(Character::isDigit) && !found.chars().allMatch(Character::isDigit))
                    || text.contains("SQLSTATE " + found)
                    || text.equals(found)) {
                return found;
            }
        }
        return "";
    }

    private static List<KnownError> rows(String state) {
        return ErrorTable.all().stream()
                .filter(row -> row.states().matcher(state).lookingAt())
                .filter(row -> !row.states().pattern().isEmpty())
                .toList();
    }

    /** By its words; where no state stands beside them, whoever would use such words. */
    private static Optional<KnownError> error(String state, String text) {
        for (String words : wordings(state, text)) {
            for (KnownError row : ErrorTable.all()) {
                Pattern pattern = row.text();
                boolean stateFits =
                        state.isEmpty() || row.states().matcher(state).lookingAt();
                // Supavisor's words stand behind its code in the newer versions, and alone in logs and in the older
                // ones.
                // Where PostgreSQL's own words stand for several things, the names in them tell which.
                boolean wordsFit = (pattern == null || row.speaker() != Speaker.POSTGRESQL)
                        && alike(row.example().replaceFirst("^\\([A-Z]+\\) ", ""), words);
                if (stateFits
                        && ((pattern != null && pattern.matcher(words).find()) || (state.isEmpty() && wordsFit))) {
                    return Optional.of(row);
                }
            }
        }
        return state.isEmpty()
                ? Optional.empty()
                : Optional.of(ErrorTable.of(state, PREFIX.matcher(text).replaceFirst("")));
    }

    /** A text line by line, each as it is and without what a log, a tool or a driver puts in front of the error's own words. */
    private static Set<String> wordings(String state, String text) {
        Set<String> wordings = new LinkedHashSet<>();
        for (String given : text.lines().toList()) {
            String line = given.strip();
            if (!state.isEmpty() && line.startsWith(state)) {
                line = line.substring(state.length()).replaceFirst("^[\\s:,\\])]+", "");
            }
            wordings.add(PREFIX.matcher(line).replaceFirst(""));
            Matcher severity = SEVERITY.matcher(line);
            if (severity.find()) {
                wordings.add(line.substring(severity.end()));
            }
        }
        return wordings;
    }

    /** Whether a text is an example with other names and numbers in it. */
    private static boolean alike(String example, String text) {
        String[] words = PREFIX.matcher(example).replaceFirst("").split("\"[^\"]*\"|[0-9.:]+", -1);
        int from = 0;
        int length = 0;
        for (String word : words) {
            String part = word.strip();
            int at = text.indexOf(part, from);
            if (at < 0) {
                return false;
            }
            from = at + part.length();
            length += part.length();
        }
        return length > 12;
    }

    private static Explanation of(FindingKind kind) {
        return new Explanation(
                kind.title() + " [" + kind.id() + ", " + kind.severity().id() + "]",
                kind.meaning(),
                Optional.empty(),
                kind.remedy(),
                kind.link());
    }

    private static Explanation of(SessionFeature feature) {
        return new Explanation(
                feature.title() + " [" + feature.id() + "], such as "
                        + feature.examples().get(0),
                feature.reason() + " Sky Session: " + feature.treatment().meaning() + ".",
                Optional.empty(),
                feature.wayOut(),
                "docs/poolers.md#" + feature.id());
    }

    /** The last row of the table is about any state; the one that was asked for is told. */
    private static Explanation of(KnownError row, String state) {
        Explanation explanation = of(row);
        return row.states().pattern().isEmpty() && !state.isEmpty()
                ? new Explanation(
                        row.speaker().title() + ", SQLSTATE " + state,
                        explanation.means(),
                        explanation.repeat(),
                        explanation.remedy(),
                        explanation.link())
                : explanation;
    }

    private static Explanation of(KnownError row) {
        return new Explanation(
                row.speaker().title() + ", SQLSTATE " + row.sqlState() + ": " + row.example(),
                row.meaning().consequence(),
                Optional.of(repeat(row)),
                row.advice(),
                "docs/errors.md");
    }

    private static String repeat(KnownError row) {
        Meaning meaning = row.meaning();
        String pause = row.pause().isZero() ? "" : ", after " + row.pause().toMillis() / 1000.0 + " s";
        return switch (meaning) {
            case NOT_FORWARDED, WAIT -> "yes" + pause;
            case ROLLED_BACK -> "yes, the whole transaction" + pause;
            case LOCKED -> "yes, later" + pause;
            case ENDED_BEFORE -> "yes, the whole transaction, on a new connection" + pause;
            case CONNECTION_LOST ->
                "a transaction before its COMMIT; never blindly a COMMIT or a statement by itself" + pause;
            case CONFIGURATION -> "no: something has to be set otherwise first" + pause;
            case CANCELLED -> "no: it would take as long again";
            case CONSTRAINT, REJECTED -> "no: it would fail again";
        };
    }
}
