package com.scrapersky.session.internal.url;

import java.util.Map;
import java.util.Optional;

/** This library's answers in the form of {@link Libpq}'s. */
final class Ours {

    private Ours() {}

    /** Syntax and names. */
    static Optional<Map<String, String>> parse(String text) {
        try {
            return Optional.of(ConnectionString.given(text).rest());
        } catch (UrlSyntaxException refused) {
            return Optional.empty();
        }
    }

    /** The whole. */
    static Optional<ConnectionSettings> settings(String text) {
        try {
            return Optional.of(ConnectionString.parse(text));
        } catch (UrlSyntaxException refused) {
            return Optional.empty();
        }
    }
}
