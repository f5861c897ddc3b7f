package com.scrapersky.session.random;

import com.scrapersky.session.testkit.HandOver;
import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PgBouncerVersion;
import com.scrapersky.session.testkit.PoolerLab;
import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.TransactionPooler;

/**
 * The poolers between the programs and the server. Each has as many backends as there are clients, so that a program that
 * runs in turn never waits for one; and gives a client another one each time, where there is a choice.
 */
enum PoolerKind {
    LIKE_SUPAVISOR {
        @Override
        PoolerLab start(PostgresLab postgres) {
            // It runs one transaction more than its pool size says.
            return hostile(TransactionPooler.supavisor(postgres.url()), CLIENTS - 1);
        }
    },
    LIKE_PGBOUNCER_1_26 {
        @Override
        PoolerLab start(PostgresLab postgres) {
            return hostile(TransactionPooler.pgBouncer126(postgres.url()), CLIENTS);
        }
    },
    PGBOUNCER_1_18 {
        @Override
        PoolerLab start(PostgresLab postgres) {
            return bouncer(postgres, PgBouncerVersion.V1_18);
        }
    },
    PGBOUNCER_1_26 {
        @Override
        PoolerLab start(PostgresLab postgres) {
            return bouncer(postgres, PgBouncerVersion.V1_26);
        }
    };

    static final int CLIENTS = Program.CLIENTS.size();

    /** A new pooler, which the caller closes. */
    abstract PoolerLab start(PostgresLab postgres);

    private static PoolerLab hostile(TransactionPooler.Builder builder, int poolSize) {
        return builder.poolSize(poolSize)
                .handOver(HandOver.LONGEST_IDLE)
                .trustClients()
                .start();
    }

    private static PoolerLab bouncer(PostgresLab postgres, PgBouncerVersion version) {
        return PgBouncerLab.builder(postgres)
                .version(version)
                .poolSize(CLIENTS)
                .passwordAuthentication(false)
                .roundRobin()
                .start();
    }
}
