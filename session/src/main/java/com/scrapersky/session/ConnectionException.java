package com.scrapersky.session;

/**
 * No connection could be had, or it was lost. {@link #neverSent()} tells the two apart: when it is true nothing was
 * executed; when it is false the outcome of the statement that was running is unknown, but the transaction around it was
 * not committed (a lost answer to COMMIT itself is a {@link TransactionOutcomeUnknownException}).
 */
public final class ConnectionException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    /** Whether the program itself had no connection to give: to ask again at once makes that worse. */
    private final boolean crowded;

    ConnectionException(Facts facts) {
        this(facts, false);
    }

    ConnectionException(Facts facts, boolean crowded) {
        super(facts);
        this.crowded = crowded;
    }

    @Override
    boolean isCrowded() {
        return crowded;
    }
}
