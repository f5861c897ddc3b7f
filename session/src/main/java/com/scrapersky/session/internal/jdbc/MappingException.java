package com.scrapersky.session.internal.jdbc;

/** A result that does not fit what the caller wants; the message names columns and types, never values. */
public final class MappingException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public MappingException(String message) {
        super(message);
    }

    MappingException(String message, Throwable cause) {
        super(message, cause);
    }
}
