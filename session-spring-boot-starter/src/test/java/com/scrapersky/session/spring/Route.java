package com.scrapersky.session.spring;

import com.scrapersky.session.testkit.Backends;
import com.scrapersky.session.testkit.HandOver;
import com.scrapersky.session.testkit.Manners;
import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PgBouncerVersion;
import com.scrapersky.session.testkit.PostgresEndpoint;
import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.TransactionPooler;
import java.util.ArrayList;
import java.util.List;

/** The ways to the one PostgreSQL that these tests share. Each is started when it is first wanted, and ends with the JVM. */
enum Route {
    DIRECT,
    PGBOUNCER_1_18,
    PGBOUNCER_1_26,
    LIKE_SUPAVISOR;

    private static final int BACKENDS = 3;
    private static final PostgresLab POSTGRES = PostgresLab.start();

    private PostgresEndpoint endpoint;

    static PostgresLab postgres() {
        return POSTGRES;
    }

    synchronized PostgresEndpoint endpoint() {
        if (endpoint == null) {
            endpoint = switch (this) {
                case DIRECT -> POSTGRES;
                case PGBOUNCER_1_18 -> bouncer(PgBouncerVersion.V1_18);
                case PGBOUNCER_1_26 -> bouncer(PgBouncerVersion.V1_26);
                case LIKE_SUPAVISOR ->
                    TransactionPooler.builder(POSTGRES)
                            .preset(Manners.supavisor())
                            .poolSize(BACKENDS - 1)
                            .handOver(HandOver.LONGEST_IDLE)
                            .start();
            };
        }
        return endpoint;
    }

    /** What an application's configuration says about its database, and nothing else. */
    String[] properties(String... more) {
        List<String> all = new ArrayList<>(List.of(
                "spring.datasource.url=" + url(""),
                "spring.datasource.username=" + endpoint().user(),
                "spring.datasource.password=" + endpoint().password()));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    String url(String parameters) {
        return "jdbc:postgresql://" + endpoint().host() + ":" + endpoint().port() + "/"
                + endpoint().database() + parameters;
    }

    private static PgBouncerLab bouncer(PgBouncerVersion version) {
        PgBouncerLab pooler = PgBouncerLab.builder(POSTGRES)
                .version(version)
                .poolSize(BACKENDS)
                .roundRobin()
                .start();
        // It opens a backend when one more is wanted at the same time, and goes round among those that it has.
        try (Backends all = Backends.of(pooler)) {
            all.pids();
        }
        return pooler;
    }
}
