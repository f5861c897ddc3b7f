package com.scrapersky.profiles;

import java.util.Optional;

/**
 * What profiles are searched for.
 *
 * @param text from 1 to {@link #LONGEST} characters
 */
public record SearchText(String text) {

    /** In characters. */
    public static final int LONGEST = 200;

    /** @throws IllegalArgumentException for what {@link #parse} does not take */
    public SearchText {
        if (!isOne(text)) {
            throw new IllegalArgumentException("a text that is not to be searched for");
        }
    }

    /** The text, or empty where it is too long, or none. */
    public static Optional<SearchText> parse(String text) {
        return isOne(text) ? Optional.of(new SearchText(text)) : Optional.empty();
    }

    /** PostgreSQL has no text with U+0000 in it. */
    private static boolean isOne(String text) {
        return !text.isEmpty() && text.codePointCount(0, text.length()) <= LONGEST && text.indexOf('\0') < 0;
    }
}
