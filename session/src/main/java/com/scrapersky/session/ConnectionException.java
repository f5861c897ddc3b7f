package com.scrapersky.session;

/**
 * No connection could be had, or it was lost. {@link #neverSent()} tells the two apart: when it is true nothing was
 * executed; when it is false the outcome of the statement that was running is unknown, but the transaction around it was
 * not committed (a lost answer to COMMIT itself is a {@link TransactionOutcomeUnknownException}).
 */
public final class ConnectionException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    ConnectionException(Facts facts) {
        super(facts);
    }
}
