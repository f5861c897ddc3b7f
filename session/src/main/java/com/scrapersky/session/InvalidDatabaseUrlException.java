package com.scrapersky.session;

/**
 * A database URL, or the environment that should hold one, cannot be understood. Nothing was sent; the message names the
 * part that is wrong and never holds a password. The remedy is a change of configuration.
 */
public final class InvalidDatabaseUrlException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    InvalidDatabaseUrlException(Facts facts) {
        super(facts);
    }
}
