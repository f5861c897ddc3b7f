package com.scrapersky.session.functional;

import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.testkit.HandOver;
import com.scrapersky.session.testkit.OdysseyLab;
import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PgBouncerVersion;
import com.scrapersky.session.testkit.PoolMode;
import com.scrapersky.session.testkit.PoolerLab;
import com.scrapersky.session.testkit.PostgresEndpoint;
import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.TransactionPooler;
import com.scrapersky.session.testkit.reliability.ChangingRoute;
import java.util.function.Supplier;

/** The ways to the one PostgreSQL that these tests share. Each is started when it is first wanted, and ends with the JVM. */
public enum Route {
    DIRECT(Shared.POSTGRES),
    PGBOUNCER_1_18(lazily(() -> bouncer(PgBouncerVersion.V1_18))),
    PGBOUNCER_1_26(lazily(() -> bouncer(PgBouncerVersion.V1_26))),
    ODYSSEY(lazily(() -> odyssey(false))),
    ODYSSEY_RESERVED(lazily(() -> odyssey(true))),
    LIKE_PGBOUNCER_1_18(
            lazily(() -> hostile(TransactionPooler.pgBouncer118(postgres().url()), Route.BACKENDS))),
    LIKE_PGBOUNCER_1_26(
            lazily(() -> hostile(TransactionPooler.pgBouncer126(postgres().url()), Route.BACKENDS))),
    LIKE_SUPAVISOR(lazily(() -> hostile(TransactionPooler.supavisor(postgres().url()), Route.BACKENDS - 1)));

    /** Small enough that transactions meet each other's backends. */
    static final int BACKENDS = 3;

    private final Supplier<? extends PostgresEndpoint> endpoint;
    private final Supplier<PostgresEndpoint> changing;

    Route(Supplier<? extends PostgresEndpoint> endpoint) {
        this.endpoint = endpoint;
        this.changing = lazily(
                () -> endpoint.get() instanceof OdysseyLab odyssey ? new ChangingRoute(odyssey) : endpoint.get());
    }

    public PostgresEndpoint endpoint() {
        return endpoint.get();
    }

    public PoolerLab pooler() {
        return (PoolerLab) endpoint.get();
    }

    /**
     * The way there on which no two transactions in a row run on the same backend: most of these poolers see to that by
     * themselves, Odyssey does not.
     */
    PostgresEndpoint changing() {
        return changing.get();
    }

    public static PostgresLab postgres() {
        return Shared.POSTGRES.get();
    }

    boolean isDirect() {
        return this == DIRECT;
    }

    /** Whether a statement that is prepared under a name is found on whichever backend. */
    boolean carriesNamedStatements() {
        return !isDirect() && pooler().carriesNamedStatements();
    }

    boolean isSupavisor() {
        return this == LIKE_SUPAVISOR;
    }

    /** A factory with nothing but the URL, with another backend for each transaction. */
    public DatabaseSessionFactory open() {
        return DatabaseSessionFactory.open(changing().url());
    }

    private static PgBouncerLab bouncer(PgBouncerVersion version) {
        return PgBouncerLab.builder(postgres())
                .version(version)
                .poolMode(PoolMode.TRANSACTION)
                .poolSize(BACKENDS)
                .roundRobin()
                .start();
    }

    /**
     * Without what Odyssey does for its clients by default: it would reset backends. With reserved statements it prepares
     * unnamed ones, too, under names of its own.
     */
    private static OdysseyLab odyssey(boolean reserved) {
        return OdysseyLab.builder(postgres())
                .poolSize(BACKENDS)
                .discard(false)
                .reservePreparedStatements(reserved)
                .start();
    }

    /** Supavisor runs one transaction more than its pool size says. In this JVM, and another backend each time where there is a choice. */
    private static TransactionPooler hostile(TransactionPooler.Builder pooler, int poolSize) {
        return pooler.poolSize(poolSize).handOver(HandOver.LONGEST_IDLE).start();
    }

    private static <T> Supplier<T> lazily(Supplier<T> start) {
        return new Supplier<>() {
            private T value;

            @Override
            public synchronized T get() {
                if (value == null) {
                    value = start.get();
                }
                return value;
            }
        };
    }

    private static final class Shared {
        static final Supplier<PostgresLab> POSTGRES = lazily(() -> PostgresLab.builder()
                .setting("max_prepared_transactions", "5")
                // A wait for a lock that somebody left fails by its name.
                .setting("lock_timeout", "5s")
                // A deadlock is found after that time, and not after a second.
                .setting("deadlock_timeout", "100ms")
                .start());
    }
}
