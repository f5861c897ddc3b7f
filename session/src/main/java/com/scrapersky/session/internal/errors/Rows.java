package com.scrapersky.session.internal.errors;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Writes down the rows of one speaker. */
final class Rows {

    private final Speaker speaker;
    private final List<KnownError> rows = new ArrayList<>();

    Rows(Speaker speaker) {
        this.speaker = speaker;
    }

    Rows add(String states, @Nullable String text, String example, Meaning meaning, String advice) {
        return add(states, text, example, meaning, Duration.ZERO, advice);
    }

    Rows add(String states, @Nullable String text, String example, Meaning meaning, Duration wait, String advice) {
        Pattern words = text == null ? null : Pattern.compile(text);
        rows.add(new KnownError(speaker, Pattern.compile(states), words, example, meaning, wait, advice));
        return this;
    }

    List<KnownError> all() {
        return List.copyOf(rows);
    }
}
