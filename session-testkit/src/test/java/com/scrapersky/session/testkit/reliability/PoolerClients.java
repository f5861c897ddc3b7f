package com.scrapersky.session.testkit.reliability;

import com.scrapersky.session.testkit.PgBouncerLab;
import java.util.concurrent.TimeUnit;

/** Whom a PgBouncer has as clients. */
public final class PoolerClients {

    /** What was closed a moment ago is still on its way through the network; no longer than this on a busy machine. */
    private static final long ON_ITS_WAY_NANOS = TimeUnit.SECONDS.toNanos(10);

    private PoolerClients() {}

    /** How many clients of that name remain, as soon as there are no more than allowed, or after ten seconds. */
    public static long remaining(PgBouncerLab pooler, String applicationName, long allowed) {
        long began = System.nanoTime();
        long clients = count(pooler, applicationName);
        while (clients > allowed && System.nanoTime() - began < ON_ITS_WAY_NANOS) {
            Faults.whileItLasts(20);
            clients = count(pooler, applicationName);
        }
        return clients;
    }

    private static long count(PgBouncerLab pooler, String applicationName) {
        return pooler.admin("SHOW CLIENTS").stream()
                .filter(client -> applicationName.equals(client.get("application_name")))
                .count();
    }
}
