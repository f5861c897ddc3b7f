package com.scrapersky.profiles.http;

import java.time.Duration;

/** A tenant asks for something expensive too often. */
final class TooManyRequestsException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Duration retryAfter;

    TooManyRequestsException(Duration retryAfter) {
        super("asked too often");
        this.retryAfter = retryAfter;
    }

    /** At least a second. */
    Duration retryAfter() {
        return retryAfter;
    }
}
