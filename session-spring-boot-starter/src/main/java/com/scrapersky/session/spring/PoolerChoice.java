package com.scrapersky.session.spring;

import com.scrapersky.session.PoolerProfile;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What {@code sky.session.pooler} can say. */
enum PoolerChoice {
    /** Found out by evidence. */
    AUTO(null),
    /** No pooler. */
    DIRECT(PoolerProfile::direct),
    /** Supavisor, port 6543. */
    SUPAVISOR_TRANSACTION(PoolerProfile::supavisorTransaction),
    /** Supavisor, port 5432. */
    SUPAVISOR_SESSION(PoolerProfile::supavisorSession),
    /** PgBouncer in transaction mode. */
    PGBOUNCER_TRANSACTION(PoolerProfile::pgBouncerTransaction),
    /** Neon's pooled endpoint. */
    NEON_POOLED(PoolerProfile::neonPooled),
    /** Amazon's RDS Proxy. */
    RDS_PROXY(PoolerProfile::rdsProxy);

    private final @Nullable Supplier<PoolerProfile> profile;

    PoolerChoice(@Nullable Supplier<PoolerProfile> profile) {
        this.profile = profile;
    }

    /** The preset, or null where it is to be found out. */
    @Nullable
    PoolerProfile profile() {
        return profile == null ? null : profile.get();
    }
}
