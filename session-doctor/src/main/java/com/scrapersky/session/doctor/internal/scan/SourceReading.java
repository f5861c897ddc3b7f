package com.scrapersky.session.doctor.internal.scan;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.doctor.internal.scan.SourceText.Literal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads Java and Kotlin: their SQL strings, and the calls of JDBC, Spring and HikariCP that touch the session. */
final class SourceReading {

    private static final Map<SessionFeature, Pattern> CALLS = calls();

    private static final Pattern READ_ONLY_CALL = Pattern.compile("\\.setReadOnly\\s*\\(|\\.isReadOnly\\s*=(?!=)");

    /** Right before {@code "always"}: the pool's or the driver's property; its name is a string, of which the code shows nothing. */
    private static final Pattern READ_ONLY_MODE = Pattern.compile(
            "(?:\\bsetReadOnlyMode\\s*\\(|\\bREAD_ONLY_MODE\\b[^;{}\"]*|\"readOnlyMode\"\\s*(?:,|to\\b))\\s*$");

    private static final Pattern CATCH = Pattern.compile(
            "catch\\s*\\(\\s*(?:final\\s+)?(?:\\w+\\s*:\\s*)?[\\w.| ]*(?:SQL|PSQL|DataAccess|Persistence|Integrity|Duplicate)\\w*Exception"
                    + "[^)]*\\)\\s*\\{([^{}]*)}");

    private static final Pattern COMMIT = Pattern.compile("\\.commit\\s*\\(\\s*\\)");

    private SourceReading() {}

    private static Map<SessionFeature, Pattern> calls() {
        Map<SessionFeature, Pattern> calls = new EnumMap<>(SessionFeature.class);
        calls.put(SessionFeature.SET_SCHEMA, Pattern.compile("\\.(?:setSchema|setCurrentSchema)\\s*\\("));
        calls.put(
                SessionFeature.TRANSACTION_ISOLATION,
                Pattern.compile(
                        "\\.setTransactionIsolation\\s*\\(|\\bisolation\\s*=\\s*(?:Isolation\\.)?(?!DEFAULT)[A-Z_]+"));
        calls.put(SessionFeature.CLIENT_INFO, Pattern.compile("\\.setClientInfo\\s*\\("));
        calls.put(SessionFeature.NOTIFICATIONS_CALL, Pattern.compile("\\.getNotifications\\s*\\("));
        return calls;
    }

    /**
     * @param constants where strings that other files may use as SQL are left
     * @param readOnlyCalls where calls of setReadOnly are left, which matter with readOnlyMode=always only
     */
    static List<Sighting> read(Path file, String source, Constants constants, List<Sighting> readOnlyCalls) {
        SourceText text = SourceText.of(source);
        String code = text.code();
        List<Sighting> found = new ArrayList<>();
        constants.uses(code);
        for (Literal literal : text.literals()) {
            read(file, text, literal, constants, found);
            if (literal.text().equalsIgnoreCase("always")
                    && READ_ONLY_MODE
                            .matcher(source.substring(Math.max(0, literal.begin() - 80), literal.begin()))
                            .find()) {
                found.add(Sighting.of(
                        SessionFeature.READ_ONLY, file, text.line(literal.begin()), line(source, literal.begin())));
            }
        }
        Matcher readOnly = READ_ONLY_CALL.matcher(code);
        while (readOnly.find()) {
            readOnlyCalls.add(Sighting.of(
                    SessionFeature.READ_ONLY, file, text.line(readOnly.start()), line(source, readOnly.start())));
        }
        CALLS.forEach((feature, call) -> {
            Matcher matcher = call.matcher(code);
            while (matcher.find()) {
                found.add(Sighting.of(feature, file, text.line(matcher.start()), line(source, matcher.start())));
            }
        });
        swallowed(file, source, text, found);
        return found;
    }

    private static void read(Path file, SourceText text, Literal literal, Constants constants, List<Sighting> found) {
        String sql = StringPlace.withoutFormats(literal.text());
        int line = text.line(literal.begin());
        StringPlace place = StringPlace.of(text.code(), literal.begin(), literal.end());
        String complete = place.isProse() ? null : SqlShape.sql(sql, place.isSqlExpected());
        if (complete != null) {
            found.addAll(SqlReading.read(file, complete, line));
            return;
        }
        String name = place.declared();
        if (name != null) {
            constants.declare(file, text.code(), name, sql, line);
        }
        found.addAll(SettingReading.url(file, line, literal.text()));
    }

    /** An error of SQL that is caught and left alone, and a commit that comes after it in the same method. */
    private static void swallowed(Path file, String source, SourceText text, List<Sighting> found) {
        String code = text.code();
        Matcher caught = CATCH.matcher(code);
        while (caught.find()) {
            if (caught.group(1).matches("(?s).*\\b(throw|rollback\\w*|setRollbackOnly|return|releaseSavepoint)\\b.*")) {
                continue;
            }
            int end = endOfMethod(code, caught.end());
            Matcher commit = COMMIT.matcher(code);
            if (commit.find(caught.end()) && commit.start() < end) {
                found.add(Sighting.of(
                        SessionFeature.COMMIT_OF_FAILED_TRANSACTION,
                        file,
                        text.line(commit.start()),
                        line(source, commit.start())));
            }
        }
    }

    /** Where a method's braces end: its member's depth is one deeper than the class's. */
    private static int endOfMethod(String code, int from) {
        int depth = 0;
        for (int i = 0; i < code.length(); i++) {
            depth += code.charAt(i) == '{' ? 1 : code.charAt(i) == '}' ? -1 : 0;
            if (i > from && depth <= 1) {
                return i;
            }
        }
        return code.length();
    }

    private static String line(String source, int place) {
        int begin = source.lastIndexOf('\n', place) + 1;
        int end = source.indexOf('\n', place);
        return source.substring(begin, end < 0 ? source.length() : end);
    }
}
