package com.scrapersky.profiles.jobs;

/** An import has more rows than one may have. Nothing of it is kept. */
public final class ImportTooLargeException extends RuntimeException {

    private static final long serialVersionUID = 1L;
}
