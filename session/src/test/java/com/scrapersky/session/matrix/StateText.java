package com.scrapersky.session.matrix;

import com.scrapersky.session.SessionFeature;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A SQL text that does something to its session, and how a program sees whether it did.
 *
 * @param example which of the feature's examples it is, or null
 * @param given what the session has done before
 * @param text as it is sent
 * @param values for its placeholders
 * @param inCode the same as a statement of PL/pgSQL, or null where the server allows it in no function
 * @param looks questions about the session
 */
record StateText(
        SessionFeature feature,
        @Nullable String example,
        List<String> given,
        String text,
        List<Object> values,
        @Nullable String inCode,
        List<String> looks) {

    static StateText of(SessionFeature feature, String text, String... looks) {
        return new StateText(feature, null, List.of(), text, List.of(), inCode(text), List.of(looks));
    }

    private static String inCode(String text) {
        return text.regionMatches(true, 0, "select ", 0, 7) ? "perform " + text.substring(7) : text;
    }

    /** Its text is an example of the feature's. */
    StateText asExample() {
        return exampleOf(text);
    }

    StateText exampleOf(String of) {
        return new StateText(feature, of, given, text, values, inCode, looks);
    }

    StateText given(String... statements) {
        return new StateText(feature, example, List.of(statements), text, values, inCode, looks);
    }

    StateText values(String code, Object... bound) {
        return new StateText(feature, example, given, text, List.of(bound), code, looks);
    }

    StateText inNoFunction() {
        return new StateText(feature, example, given, text, values, null, looks);
    }
}
