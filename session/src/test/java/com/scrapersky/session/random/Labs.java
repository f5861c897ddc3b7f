package com.scrapersky.session.random;

import com.scrapersky.session.testkit.PostgresLab;

/**
 * Two servers of one kind, so that the sides do not meet: one for direct connections, one behind the poolers. They live as
 * long as the JVM. Logging in without a password keeps a new connection for each borrowing cheap.
 */
final class Labs {

    static final PostgresLab DIRECT = start();
    static final PostgresLab POOLED = start();

    private Labs() {}

    private static PostgresLab start() {
        return PostgresLab.builder().passwordAuthentication(false).start();
    }
}
