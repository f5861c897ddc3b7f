package com.scrapersky.profiles.development;

import com.scrapersky.profiles.Logins;
import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PgBouncerVersion;
import com.scrapersky.session.testkit.PostgresEndpoint;
import com.scrapersky.session.testkit.PostgresLab;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A PostgreSQL of its own, behind PgBouncer in transaction mode where one can be had. Not thread-safe. */
final class DevelopmentDatabase implements AutoCloseable {

    /** The login, the password and the database of a program of the user's; reached on this machine only. */
    private static final String PROGRAM = "program";

    private static final List<PgBouncerVersion> VERSIONS = List.of(PgBouncerVersion.V1_26, PgBouncerVersion.V1_18);

    private final PostgresLab postgres;
    private final @Nullable PgBouncerLab pooler;

    private DevelopmentDatabase(PostgresLab postgres, @Nullable PgBouncerLab pooler) {
        this.postgres = postgres;
        this.pooler = pooler;
    }

    static DevelopmentDatabase start(PrintStream out) {
        out.println("Starting PostgreSQL, and PgBouncer in transaction mode (the first time, both are fetched) ...");
        PostgresLab postgres = PostgresLab.start();
        try {
            Logins.create(postgres);
            // The login of the service may do nothing but become the role of a request.
            postgres.execute(
                    "create role " + PROGRAM + " login password '" + PROGRAM + "'",
                    "create database " + PROGRAM + " owner " + PROGRAM);
            return new DevelopmentDatabase(postgres, pooler(postgres, out).orElse(null));
        } catch (RuntimeException failure) {
            postgres.close();
            throw failure;
        }
    }

    private static Optional<PgBouncerLab> pooler(PostgresLab postgres, PrintStream out) {
        StringBuilder problems = new StringBuilder();
        for (PgBouncerVersion version : VERSIONS) {
            try {
                return Optional.of(
                        PgBouncerLab.builder(postgres).version(version).start());
            } catch (IllegalStateException unavailable) {
                problems.append("  ").append(unavailable.getMessage()).append('\n');
            }
        }
        out.println("NO POOLER: no PgBouncer could be had, so the service talks to PostgreSQL directly.\n" + problems);
        return Optional.empty();
    }

    /** Where the service finds it. */
    String url() {
        return pooler == null ? postgres.url() : Logins.url(pooler);
    }

    String directUrl() {
        return postgres.url();
    }

    /** A database beside it that belongs to its login, for a program of the user's. */
    String urlForPrograms() {
        PostgresEndpoint front = pooler == null ? postgres : pooler;
        return "postgres://" + PROGRAM + ":" + PROGRAM + "@" + front.host() + ":" + front.port() + "/" + PROGRAM;
    }

    /** The stations of a row, in words. */
    String way() {
        return pooler == null ? postgres + ", directly" : pooler + ", transaction mode; behind it " + postgres;
    }

    @Override
    public void close() {
        if (pooler != null) {
            pooler.close();
        }
        postgres.close();
    }
}
