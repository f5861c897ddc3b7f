package com.scrapersky.profiles.http;

/** The tenant has no profile of the id that was asked for. */
final class ProfileNotFoundException extends RuntimeException {

    private static final long serialVersionUID = 1L;
}
