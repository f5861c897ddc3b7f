package com.scrapersky.profiles.http;

/** The tenant has no job with this id. */
final class JobNotFoundException extends RuntimeException {

    private static final long serialVersionUID = 1L;
}
