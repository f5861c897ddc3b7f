package com.scrapersky.session.internal.guard;

import com.scrapersky.session.internal.sql.SqlPart;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What goes to the server under one Sync in place of a caller's text: the settings the backend has to be told, the caller's
 * statements in their transaction-local form, and the questions about what they set.
 *
 * @param sql the text that is sent
 * @param bound the values of the parameters in front of the caller's own
 * @param steps one for each statement of the text, in its order
 * @param wrapped whether it begins and commits a transaction of its own
 * @param lasting whether the caller's statements are sent in their own form, because the transaction is cleaned at its end
 * @param tellsSettings whether the backend knows all settings of the session afterwards
 */
record Flight(
        String sql, List<String> bound, List<Step> steps, boolean wrapped, boolean tellsSettings, boolean lasting) {

    /** The driver puts a Sync behind each of these. */
    private static final int STEPS_UNDER_ONE_SYNC = 255;

    /** Whether the driver would put a Sync in its middle, where no transaction of its own holds it together. */
    boolean mayBeSplit() {
        boolean ownTransaction =
                wrapped || (!steps.isEmpty() && begins(steps.get(0).part()));
        return !ownTransaction && steps.size() > STEPS_UNDER_ONE_SYNC;
    }

    /** Whether the question that the transaction begins with is among it. */
    boolean asks() {
        return steps.stream().anyMatch(step -> step.purpose() == Purpose.FIRST_QUESTION);
    }

    /** Whether the backend is cleaned in it. */
    boolean cleans() {
        return steps.stream().anyMatch(step -> step.purpose() == Purpose.CAPTURE);
    }

    private static boolean begins(@Nullable SqlPart first) {
        return first != null && first.kind() == SqlPart.Kind.BEGIN;
    }

    enum Purpose {
        /** A statement of the caller, whose results are the caller's. */
        CALLER,
        /** Something in front or behind that gives nothing back. */
        SILENT,
        /** Tells the backend settings for the session, in a transaction behind which it is cleaned. */
        LASTING,
        /** The same for settings that it has until the end of the transaction; gives the names of those that it had. */
        LASTING_IF_TOLD,
        /** Asks the transaction for its number, or demands something of its backend, with the first statement. */
        FIRST_QUESTION,
        /** Asks for the values of the settings that the statement before it set. */
        READ_BACK,
        /** Asks which settings lasted beyond the transaction, as (name, value). */
        CAPTURE
    }

    /**
     * @param part the caller's statement that this one is, or belongs to
     * @param names the settings that are read back
     */
    record Step(Purpose purpose, @Nullable SqlPart part, List<String> names) {

        boolean isCallers() {
            return purpose == Purpose.CALLER;
        }
    }
}
