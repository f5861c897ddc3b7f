package com.scrapersky.session.internal.guard;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What may be the name of a custom setting: words with a dot between them. The server lists no custom settings, so they are
 * looked for by the names that a program gives in its texts and parameters.
 */
final class SettingNames {

    private static final Pattern IN_QUOTES = Pattern.compile("'([A-Za-z_][\\w$]*(?:\\.[A-Za-z_][\\w$]*)+)'");
    private static final Pattern WHOLE = Pattern.compile("[A-Za-z_][\\w$]*(?:\\.[A-Za-z_][\\w$]*)+");

    /** Longer ones are truncated by the server. */
    private static final int LONGEST = 63 * 2 + 1;

    private SettingNames() {}

    static Set<String> inQuotes(String sql) {
        Set<String> names = new LinkedHashSet<>();
        Matcher quoted = IN_QUOTES.matcher(sql);
        while (quoted.find()) {
            names.add(quoted.group(1));
        }
        return names;
    }

    static boolean isOne(String value) {
        return value.length() <= LONGEST && WHOLE.matcher(value).matches();
    }
}
