package com.scrapersky.session.internal.sql;

/** A SQL text that cannot be sent as it is; the message says which part and why. */
public final class SqlTextException extends Exception {

    private static final long serialVersionUID = 1L;

    SqlTextException(String message) {
        super(message);
    }
}
