package com.scrapersky.session;

/**
 * A statement cannot be sent as it is: parameters are missing or surplus, a value has no PostgreSQL type, or the text ends
 * inside a quote. Nothing was sent. The remedy is a change of the calling code.
 */
public final class InvalidStatementException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    InvalidStatementException(Facts facts) {
        super(facts);
    }
}
