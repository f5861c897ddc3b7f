package com.scrapersky.session.random;

import com.scrapersky.session.testkit.PostgresLab;
import java.util.TimeZone;

/**
 * Two servers of one kind, so that the sides do not meet: one for direct connections, one behind the poolers. They live as
 * long as the JVM. Logging in without a password keeps a new connection for each borrowing cheap.
 *
 * <p>The servers' time zone is the one that pgjdbc asks for when it connects: Supavisor drops that, which is a matter of the
 * login and would be seen in every program.
 */
final class Labs {

    static final PostgresLab DIRECT = start();
    static final PostgresLab POOLED = start();

    private Labs() {}

    private static PostgresLab start() {
        return PostgresLab.builder()
                .passwordAuthentication(false)
                .setting("timezone", TimeZone.getDefault().getID())
                .start();
    }
}
