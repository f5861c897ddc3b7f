package com.scrapersky.profiles.http;

/** Somebody has changed the profile since the version that the request is for. */
final class ProfileChangedException extends RuntimeException {

    private static final long serialVersionUID = 1L;
}
