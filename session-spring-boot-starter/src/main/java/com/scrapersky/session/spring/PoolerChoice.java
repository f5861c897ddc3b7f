package com.scrapersky.session.spring;

import com.scrapersky.session.PoolerProfile;
import org.jspecify.annotations.Nullable;

/** What {@code sky.session.pooler} can say. */
enum PoolerChoice {
    /** Found out by evidence. */
    AUTO,
    /** No pooler. */
    DIRECT,
    /** Supavisor, port 6543. */
    SUPAVISOR_TRANSACTION,
    /** Supavisor, port 5432. */
    SUPAVISOR_SESSION,
    /** PgBouncer in transaction mode. */
    PGBOUNCER_TRANSACTION,
    /** Neon's pooled endpoint. */
    NEON_POOLED,
    /** Amazon's RDS Proxy. */
    RDS_PROXY;

    /** The preset, or null where it is to be found out. */
    @Nullable
    PoolerProfile profile() {
        return switch (this) {
            case AUTO -> null;
            case DIRECT -> PoolerProfile.direct();
            case SUPAVISOR_TRANSACTION -> PoolerProfile.supavisorTransaction();
            case SUPAVISOR_SESSION -> PoolerProfile.supavisorSession();
            case PGBOUNCER_TRANSACTION -> PoolerProfile.pgBouncerTransaction();
            case NEON_POOLED -> PoolerProfile.neonPooled();
            case RDS_PROXY -> PoolerProfile.rdsProxy();
        };
    }
}
