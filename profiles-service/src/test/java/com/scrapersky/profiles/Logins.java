package com.scrapersky.profiles;

import com.scrapersky.session.testkit.HandOver;
import com.scrapersky.session.testkit.Manners;
import com.scrapersky.session.testkit.OdysseyLab;
import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PgBouncerVersion;
import com.scrapersky.session.testkit.PoolerLab;
import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.TransactionPooler;

/** A login that owns nothing, is below row-level security, and may become {@code authenticated} only; and poolers that know it. */
public final class Logins {

    public static final String NAME = "profiles_login";

    private static final String PASSWORD = "only-in-tests";

    private Logins() {}

    /** Makes the login, as the owner of a database would; a second time changes nothing. */
    public static synchronized void create(PostgresLab postgres) {
        postgres.execute(
                "do $$ begin if to_regrole('authenticated') is null then create role authenticated nologin noinherit;"
                        + " end if; end $$",
                "do $$ begin if to_regrole('" + NAME + "') is null then create role " + NAME
                        + " login noinherit nobypassrls password '" + PASSWORD + "'; end if; end $$",
                "grant authenticated to " + NAME);
    }

    /** The address of a pooler, or of anything that is reached through it, for the login. */
    public static String url(PoolerLab pooler) {
        int dot = pooler.user().indexOf('.');
        String tenant = dot < 0 ? "" : pooler.user().substring(dot);
        return "postgres://" + NAME + tenant + ":" + PASSWORD + "@" + pooler.host() + ":" + pooler.port() + "/"
                + pooler.database();
    }

    /** One of the testkit's poolers in transaction mode, with the login among its users. */
    public static PoolerLab start(com.scrapersky.session.testkit.Pooler pooler, PostgresLab postgres, int backends) {
        return switch (pooler) {
            case PGBOUNCER_1_18 -> bouncer(PgBouncerVersion.V1_18, postgres, backends);
            case PGBOUNCER_1_26 -> bouncer(PgBouncerVersion.V1_26, postgres, backends);
            case ODYSSEY ->
                OdysseyLab.builder(postgres)
                        .user(NAME, PASSWORD)
                        .poolSize(backends)
                        .start();
            case ODYSSEY_BARE ->
                OdysseyLab.builder(postgres)
                        .user(NAME, PASSWORD)
                        .reservePreparedStatements(false)
                        .discard(false)
                        .poolSize(backends)
                        .start();
            case HOSTILE_PGBOUNCER_1_18 -> hostile(Manners.pgBouncer118(), postgres, backends);
            case HOSTILE_PGBOUNCER_1_26 -> hostile(Manners.pgBouncer126(), postgres, backends);
            case HOSTILE_SUPAVISOR -> hostile(Manners.supavisor(), postgres, backends);
        };
    }

    private static PoolerLab bouncer(PgBouncerVersion version, PostgresLab postgres, int backends) {
        return PgBouncerLab.builder(postgres)
                .version(version)
                .poolSize(backends)
                .roundRobin()
                .start();
    }

    private static PoolerLab hostile(Manners manners, PostgresLab postgres, int backends) {
        return TransactionPooler.builder(postgres)
                .preset(manners)
                .user(NAME, PASSWORD)
                .poolSize(backends)
                .handOver(HandOver.LONGEST_IDLE)
                .start();
    }
}
