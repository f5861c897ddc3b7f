package com.scrapersky.profiles.jobs;

/** An idempotency key comes again with another content. */
public final class KeyReusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;
}
