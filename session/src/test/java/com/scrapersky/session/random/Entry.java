package com.scrapersky.session.random;

/**
 * What one step gave.
 *
 * @param seen what a program can go by; this is compared
 * @param why the message of an exception, for whoever reads it
 */
record Entry(String seen, String why) {

    private static final String REFUSED = "REFUSED";

    /** A step that was refused, or left out because it was refused on the other side. */
    static Entry refused(String why) {
        return new Entry(REFUSED, why);
    }

    /** The same while the transaction had failed. */
    static Entry refusedInFailedTransaction() {
        return new Entry(REFUSED + " in a failed transaction", "");
    }

    static Entry of(String seen) {
        return new Entry(seen, "");
    }

    boolean isRefused() {
        return seen.startsWith(REFUSED);
    }

    boolean isRefusedInFailedTransaction() {
        return equals(refusedInFailedTransaction());
    }

    boolean isError() {
        return seen.contains("fails with") || seen.contains("throws ");
    }

    @Override
    public String toString() {
        return why.isEmpty() ? seen : seen + "   // " + why.replace("\n", " ");
    }
}
