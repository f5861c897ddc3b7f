package com.scrapersky.session.doctor.internal.scan;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the code around a string says about it: SQL, prose for people, or the value of a constant. */
final class StringPlace {

    /** What is done to a text on its way to who takes it. */
    private static final String FORMAT =
            "\\(*(?:(?:String|MessageFormat)\\s*\\.\\s*format\\s*\\(\\s*(?:Locale[\\w.]*\\s*,\\s*)?)?";

    /** What takes SQL, or is named for it. */
    private static final String TAKER =
            "(?:\\b(?:execute\\w*|prepareStatement|prepareCall|addBatch|nativeSQL|sql|query\\w*|queryFor\\w+|update|batchUpdate|"
                    + "create\\w*Query|createQuery|createUpdate|createCall|createScript|select|resultQuery|fetch\\w*|"
                    + "setConnectionInitSql|Query|Select|Update|Insert|Delete|SqlUpdate|SqlQuery|Sql)"
                    + "\\s*\\(\\s*(?:value\\s*=\\s*)?%s|\\b\\w*(?:sql|SQL|Sql|query|QUERY|Query)\\w*(?:\\s*:\\s*String)?\\s*=\\s*)";

    private static final Pattern SQL_EXPECTED =
            Pattern.compile(TAKER.formatted("(?:\\w+\\s*,\\s*)*(?:value\\s*=\\s*)?") + FORMAT + "$");

    /** Up to where the first argument begins. */
    static final Pattern SQL_TAKEN = Pattern.compile(TAKER.formatted("") + FORMAT);

    private static final Pattern DECLARED = Pattern.compile("\\b(\\w+)(?:\\s*:\\s*String)?\\s*=\\s*" + FORMAT + "$");

    private static final Pattern FORMATTING = Pattern.compile(
            "\\b(?:format|concat|append|valueOf|StringBu(?:ilder|ffer)|trim|strip\\w*)\\s*$|^\\s*$|[=(,+?:]\\s*$");

    /** What takes texts for people, and what only looks at a text. */
    private static final Pattern FOR_PEOPLE = Pattern.compile(
            "(?:\\.\\s*(?:trace|debug|info|warn|error|fatal|severe|warning|fine\\w*|log|print\\w*|addArgument|setMessage|"
                    + "equals\\w*|contentEquals|compareTo\\w*|startsWith|endsWith|contains\\w*|indexOf|lastIndexOf|matches|split|"
                    + "replace\\w*|removePrefix|removeSuffix|compile|as|describedAs|hasMessage\\w*)"
                    + "|\\b(?:print|println|printf|fail|error|"
                    + "require\\w*|check\\w*|DisplayName|Description|\\w*(?:Exception|Error)))"
                    + "\\s*$");

    /** Kotlin: {@code log.debug { "…" }}. */
    private static final Pattern LAMBDA_FOR_PEOPLE =
            Pattern.compile("\\b(?:trace|debug|info|warn|error|require|check)\\s*(?:\\([^()]*\\)\\s*)?$");

    private static final Pattern COMPARED = Pattern.compile("(?:[=!]=|\\bcase)\\s*$");
    private static final Pattern LOOKING = Pattern.compile(
            "\\s*\\.\\s*(?:equals\\w*|contentEquals|compareTo\\w*|startsWith|endsWith|contains\\w*)\\s*\\(");

    /** {@code %s}, {@code %1$s}, {@code {0}}: what a format puts a value in place of. */
    private static final Pattern VALUE_OF_FORMAT = Pattern.compile("%(?:\\d+\\$)?-?\\d*[sSdx]|\\{\\d+}");

    private static final int LOOK_BACK = 400;

    private final boolean sqlExpected;
    private final boolean prose;
    private final @Nullable String declared;

    private StringPlace(boolean sqlExpected, boolean prose, @Nullable String declared) {
        this.sqlExpected = sqlExpected;
        this.prose = prose;
        this.declared = declared;
    }

    /**
     * @param code a file's code, with blanks for its strings
     * @param begin where the string begins in it
     * @param end where it ends, with all that is added to it
     */
    static StringPlace of(String code, int begin, int end) {
        String before = code.substring(Math.max(0, begin - LOOK_BACK), begin);
        boolean expected = SQL_EXPECTED.matcher(before).find();
        Matcher name = DECLARED.matcher(before);
        return new StringPlace(
                expected,
                !expected && (isForPeople(before) || isLookedAt(before, code, end)),
                name.find() ? name.group(1) : null);
    }

    /** A text as it is with its values, of which each is a question mark. */
    static String withoutFormats(String text) {
        return VALUE_OF_FORMAT.matcher(text).replaceAll("?");
    }

    boolean isSqlExpected() {
        return sqlExpected;
    }

    /** Whether it is written for a log, an exception or a test's output, or compared with. */
    boolean isProse() {
        return prose;
    }

    /** The variable or constant whose value begins here, or null. */
    @Nullable
    String declared() {
        return declared;
    }

    private static boolean isLookedAt(String before, String code, int end) {
        return COMPARED.matcher(before).find()
                || LOOKING.matcher(code).region(end, code.length()).lookingAt();
    }

    /** Goes outwards from call to call, as long as they only put a text together. */
    private static boolean isForPeople(String before) {
        int depth = 0;
        for (int i = before.length() - 1; i >= 0; i--) {
            char character = before.charAt(i);
            if (character == ')' || character == '}') {
                depth++;
            } else if (character == ';' && depth == 0) {
                return false;
            } else if (character == '{' && depth-- == 0) {
                return LAMBDA_FOR_PEOPLE.matcher(before.substring(0, i)).find();
            } else if (character == '(' && depth-- == 0) {
                String call = before.substring(0, i);
                if (FOR_PEOPLE.matcher(call).find()) {
                    return true;
                } else if (!FORMATTING.matcher(call).find()) {
                    return false;
                }
                depth = 0;
            }
        }
        return false;
    }
}
