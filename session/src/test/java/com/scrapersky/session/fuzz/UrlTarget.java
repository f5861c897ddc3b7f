package com.scrapersky.session.fuzz;

import com.scrapersky.session.DatabaseUrl;
import com.scrapersky.session.InvalidDatabaseUrlException;
import java.nio.charset.StandardCharsets;

/** A connection string is read or refused, and shows no password either way. */
public final class UrlTarget {

    private static final String FIRST = "Xq7MARKERa";
    private static final String SECOND = "Zw9MARKERb";

    private UrlTarget() {}

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        String password = FIRST + text + SECOND;
        // One of them for each input: what differs between the inputs is what counts.
        switch (input.length % 4) {
            case 0 -> read("postgresql://user:" + password + "@host:5432/database?sslmode=require");
            case 1 -> read("jdbc:postgresql://host/database?user=user&password=" + password);
            default -> read(text);
        }
    }

    private static void read(String text) {
        String shown;
        try {
            DatabaseUrl url = DatabaseUrl.parse(text);
            shown = url + " " + url.translations() + " " + url.hosts();
            if (!url.toString().equals(DatabaseUrl.parse(text).toString())) {
                throw new AssertionError("read in two ways");
            }
        } catch (InvalidDatabaseUrlException refused) {
            shown = refused + " " + refused.getCause();
        }
        if (shown.contains("MARKER") && text.startsWith("postgresql://user:" + FIRST)) {
            throw new AssertionError("the password is shown: " + shown);
        }
    }
}
