package com.scrapersky.session.testkit;

/**
 * The poolers that {@link PoolerTest} knows, each in transaction mode. Another pooler, or another preset of one, is one
 * more constant: how it is started in front of the PostgreSQL that all of them share.
 */
public enum Pooler {
    /** Carries no named statements, resets nothing. Gives every transaction another backend in turn. */
    PGBOUNCER_1_18 {
        @Override
        public PoolerLab start(PostgresLab postgres, int poolSize) {
            return pgBouncer(PgBouncerVersion.V1_18, postgres, poolSize);
        }
    },

    /**
     * Carries named statements, and the settings that the server reports to clients. Gives every transaction another backend
     * in turn.
     */
    PGBOUNCER_1_26 {
        @Override
        public PoolerLab start(PostgresLab postgres, int poolSize) {
            return pgBouncer(PgBouncerVersion.V1_26, postgres, poolSize);
        }
    },

    /** Odyssey 1.5 with its defaults: carries named statements, resets a backend after every transaction. */
    ODYSSEY {
        @Override
        public PoolerLab start(PostgresLab postgres, int poolSize) {
            return OdysseyLab.builder(postgres).poolSize(poolSize).start();
        }
    },

    /** Odyssey 1.5 with {@code pool_discard no} and {@code pool_reserve_prepared_statement no}: it does neither. */
    ODYSSEY_BARE {
        @Override
        public PoolerLab start(PostgresLab postgres, int poolSize) {
            return OdysseyLab.builder(postgres)
                    .reservePreparedStatements(false)
                    .discard(false)
                    .poolSize(poolSize)
                    .start();
        }
    },

    /** {@link TransactionPooler} with the manners of PgBouncer 1.18: nothing to install, another backend for every transaction. */
    HOSTILE_PGBOUNCER_1_18 {
        @Override
        public PoolerLab start(PostgresLab postgres, int poolSize) {
            return hostile(Manners.pgBouncer118(), postgres, poolSize);
        }
    },

    /** {@link TransactionPooler} with the manners of PgBouncer 1.26. */
    HOSTILE_PGBOUNCER_1_26 {
        @Override
        public PoolerLab start(PostgresLab postgres, int poolSize) {
            return hostile(Manners.pgBouncer126(), postgres, poolSize);
        }
    },

    /** {@link TransactionPooler} with the manners of Supavisor, which has one backend more than its pool size. */
    HOSTILE_SUPAVISOR {
        @Override
        public PoolerLab start(PostgresLab postgres, int poolSize) {
            return hostile(Manners.supavisor(), postgres, poolSize);
        }
    };

    /** Starts one in front of that PostgreSQL; the caller closes it. */
    public abstract PoolerLab start(PostgresLab postgres, int poolSize);

    private static PoolerLab hostile(Manners manners, PostgresLab postgres, int poolSize) {
        return TransactionPooler.builder(postgres)
                .preset(manners)
                .poolSize(poolSize)
                // With its default order the backends cannot be held, which the leak probe has to.
                .handOver(HandOver.LONGEST_IDLE)
                .start();
    }

    private static PoolerLab pgBouncer(PgBouncerVersion version, PostgresLab postgres, int poolSize) {
        return PgBouncerLab.builder(postgres)
                .version(version)
                .poolSize(poolSize)
                .roundRobin()
                .start();
    }
}
