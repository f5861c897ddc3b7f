package com.scrapersky.session.doctor.internal.report;

/** How far an examination came. */
public enum Outcome {
    /** To its end. */
    EXAMINED(0),
    /** The URL was read; nobody was asked. */
    READ_ONLY_THE_URL(0),
    /** Nobody answered, or no database was to be had from who did. */
    NOT_CONNECTED(3),
    /** The login was refused. */
    NOT_AUTHENTICATED(4);

    private final int exitCode;

    Outcome(int exitCode) {
        this.exitCode = exitCode;
    }

    /** Without regard to findings. */
    public int exitCode() {
        return exitCode;
    }
}
