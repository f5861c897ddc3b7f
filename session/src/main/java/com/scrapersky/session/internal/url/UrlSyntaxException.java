package com.scrapersky.session.internal.url;

import org.jspecify.annotations.Nullable;

/**
 * A connection string cannot be understood.
 *
 * <p>The message is made of this library's own words and names only, never of the text that was parsed: in a malformed
 * string a piece of the password can stand in any place, so no place is safe to quote. For the same reason there is no
 * cause.
 */
public final class UrlSyntaxException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final @Nullable String advice;

    UrlSyntaxException(String message, @Nullable String advice) {
        super(message);
        this.advice = advice;
    }

    /** What to change. */
    public @Nullable String advice() {
        return advice;
    }

    /** The same mistake, with a word in front that says where the text came from. */
    UrlSyntaxException from(String source) {
        return new UrlSyntaxException(source + ": " + getMessage(), advice);
    }
}
