package com.scrapersky.profiles.http;

import com.scrapersky.profiles.FieldError;
import com.scrapersky.profiles.InvalidInputException;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;

/** Reads the ids in paths. */
final class Ids {

    // UUID.fromString also takes "1-2-3-4-5".
    private static final Pattern FORM = Pattern.compile("(?i)[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}");

    private Ids() {}

    /** @throws InvalidInputException if it is none */
    static UUID of(String text) {
        if (!FORM.matcher(text).matches()) {
            throw new InvalidInputException(List.of(new FieldError("id", "must be a UUID")));
        }
        return UUID.fromString(text);
    }
}
