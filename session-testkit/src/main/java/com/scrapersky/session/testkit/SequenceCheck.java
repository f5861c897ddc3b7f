package com.scrapersky.session.testkit;

/**
 * Which states of sequences ({@code currval}, {@code lastval}) a {@link LeakProbe} reports. Every insert into a table with an
 * identity column leaves such a state behind, and it harms nobody unless somebody reads it in a later transaction.
 */
public enum SequenceCheck {
    /** None. */
    OFF,

    /**
     * Of sequences that stand alone always; of those that identity and serial columns own, once a statement that the probe has
     * seen, or a function, view, trigger or default of the database, contains {@code currval} or {@code lastval}.
     */
    WHERE_READ,

    /** All. */
    ALL
}
