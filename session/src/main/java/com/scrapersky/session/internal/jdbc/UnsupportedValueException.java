package com.scrapersky.session.internal.jdbc;

/** A Java value that has no PostgreSQL type; the message names the class, never the value. */
public final class UnsupportedValueException extends Exception {

    private static final long serialVersionUID = 1L;

    UnsupportedValueException(String message) {
        super(message);
    }
}
