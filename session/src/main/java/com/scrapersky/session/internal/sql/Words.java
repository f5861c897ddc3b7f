package com.scrapersky.session.internal.sql;

import java.util.Set;

/** The words of a text of any kind: runs of letters, digits and underscores. */
final class Words {

    private Words() {}

    /** Adds them in lower case. */
    static void addAll(String text, Set<String> words) {
        int at = 0;
        while (at < text.length()) {
            int end = at;
            while (end < text.length() && isPart(text.charAt(end))) {
                end++;
            }
            if (end > at) {
                words.add(SqlNames.lowerCase(text.substring(at, end)));
            }
            at = end + 1;
        }
    }

    private static boolean isPart(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '$' || c >= 128;
    }
}
