package com.scrapersky.session.testkit;

import com.scrapersky.session.testkit.internal.binaries.PoolerBinaries;
import com.scrapersky.session.testkit.internal.binaries.PoolerProgram;
import com.scrapersky.session.testkit.internal.process.LabDirectory;
import com.scrapersky.session.testkit.internal.process.LabProcess;
import com.scrapersky.session.testkit.internal.process.LoopbackPorts;
import com.scrapersky.session.testkit.internal.process.PortedProcess;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A real Odyssey 1.5 in transaction mode in front of a {@link PostgresLab}, on a free port of the loopback address.
 *
 * <p>Unless told otherwise, its settings are Odyssey's own defaults, but for addresses, authentication and the size of
 * the pool. By these it is a mild pooler (observed on 1.5.2): it resets a backend after every transaction ({@code
 * pool_discard}), sets a client's parameters anew on every backend ({@code maintain_params}), and carries named statements
 * over ({@code pool_reserve_prepared_statement}). {@link Builder#discard} and {@link Builder#reservePreparedStatements}
 * take that away. What it never answers while it carries named statements is told in {@code docs/testkit.md}.
 *
 * <p>It runs without root's rights, and is gone when the JVM is.
 *
 * <pre>{@code
 * try (OdysseyLab pooler = OdysseyLab.builder(postgres).discard(false).poolSize(2).start()) {
 *     DataSource subject = new HikariDataSource(config(pooler.jdbcUrl()));
 * }
 * }</pre>
 *
 * <p>Safe to use from several threads; what stops or starts the process is meant for one thread at a time. A program
 * that cannot be found is an {@link IllegalStateException} at {@link Builder#start()} that names the ways to get it.
 */
public final class OdysseyLab implements PoolerLab {

    // What pool_discard runs, and what it runs where prepared statements have to survive (Odyssey, sources/reset.c).
    private static final String DISCARD = "DISCARD ALL";
    private static final String SMART_DISCARD = "SET SESSION AUTHORIZATION DEFAULT;RESET ALL;CLOSE ALL;UNLISTEN *;"
            + "SELECT pg_advisory_unlock_all();DISCARD PLANS;DISCARD SEQUENCES;DISCARD TEMP;";

    private final PostgresLab postgres;
    private final int poolSize;
    private final boolean reservePreparedStatements;
    private final boolean discard;
    private final LabDirectory directory;
    private final PortedProcess process;

    private OdysseyLab(Builder builder) {
        postgres = builder.postgres;
        poolSize = builder.poolSize;
        reservePreparedStatements = builder.reservePreparedStatements;
        discard = builder.discard;
        PoolerProgram program = PoolerBinaries.ODYSSEY_1_5.program();
        directory = LabDirectory.create("odyssey");
        try {
            process = PortedProcess.start(
                    port -> launch(program, configuration(port, builder)),
                    LoopbackPorts::isListening,
                    "already in use");
        } catch (RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    /** Four backends and Odyssey's defaults, unless told otherwise. */
    public static Builder builder(PostgresLab postgres) {
        return new Builder(postgres);
    }

    @Override
    public String name() {
        return "Odyssey 1.5" + (reservePreparedStatements ? "" : " without prepared statements")
                + (discard ? "" : " without discard");
    }

    @Override
    public PoolMode poolMode() {
        return PoolMode.TRANSACTION;
    }

    @Override
    public int poolSize() {
        return poolSize;
    }

    @Override
    public boolean carriesNamedStatements() {
        return reservePreparedStatements;
    }

    @Override
    public List<String> resetStatements() {
        return discard ? List.of(DISCARD, SMART_DISCARD) : List.of();
    }

    @Override
    public PostgresLab postgres() {
        return postgres;
    }

    @Override
    public String host() {
        return LoopbackPorts.HOST;
    }

    @Override
    public int port() {
        return process.port();
    }

    @Override
    public String user() {
        return postgres.user();
    }

    @Override
    public String password() {
        return postgres.password();
    }

    @Override
    public String database() {
        return postgres.database();
    }

    /** Whether the process is there; also while it is frozen. */
    public boolean isRunning() {
        return process.isRunning();
    }

    /** Stops the process where it is, so that it answers nothing while its connections stay open. */
    public void freeze() {
        process.freeze();
    }

    /** Ends {@link #freeze()}. */
    public void thaw() {
        process.thaw();
    }

    /** Ends the process with SIGKILL: every client sees its connection closed without a word. */
    public void crash() {
        process.crash();
    }

    /** Starts Odyssey again on the same port, after {@link #crash()} if it runs. */
    public void restart() {
        process.restart();
    }

    @Override
    public void close() {
        RunningPoolers.closing(this);
        process.close();
        directory.close();
    }

    @Override
    public String toString() {
        return name() + " at " + host() + ":" + port();
    }

    private LabProcess launch(PoolerProgram program, String configuration) {
        Path log = directory.path().resolve("odyssey.log");
        return program.start(name(), directory.write("odyssey.conf", configuration), log);
    }

    private String configuration(int port, Builder builder) {
        Map<String, String> users = new LinkedHashMap<>(builder.users);
        users.put(user(), password());
        StringBuilder rules = new StringBuilder();
        users.forEach((name, password) -> rules.append("  user ")
                .append(quoted(name))
                .append(" {\n")
                .append(rule(password, builder))
                .append("  }\n"));
        return """
                daemonize no
                log_to_stdout yes
                log_format "%%p %%t %%l (%%c) %%m\\n"
                log_session no
                log_stats no
                locks_dir %s
                listen { host "%s" port %d tls "disable" }
                storage "postgres" { type "remote" host "%s" port %d tls "disable" }
                database default {
                %s}
                """.formatted(
                        quoted(directory.path().toString()), host(), port, postgres.host(), postgres.port(), rules);
    }

    private String rule(String password, Builder builder) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("authentication", quoted(builder.passwordAuthentication ? "scram-sha-256" : "none"));
        settings.put("password", quoted(password));
        settings.put("storage", quoted("postgres"));
        settings.put("storage_password", quoted(password));
        settings.put("pool", quoted("transaction"));
        settings.put("pool_size", Integer.toString(poolSize));
        settings.put("pool_discard", discard ? "yes" : "no");
        settings.put("pool_reserve_prepared_statement", reservePreparedStatements ? "yes" : "no");
        settings.putAll(builder.settings);
        StringBuilder text = new StringBuilder();
        settings.forEach((name, value) ->
                text.append("    ").append(name).append(' ').append(value).append('\n'));
        return text.toString();
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    /** What an {@link OdysseyLab} is started with. Not thread-safe. */
    public static final class Builder {

        private final PostgresLab postgres;
        private final Map<String, String> settings = new LinkedHashMap<>();
        private final Map<String, String> users = new LinkedHashMap<>();
        private int poolSize = 4;
        private boolean reservePreparedStatements = true;
        private boolean discard = true;
        private boolean passwordAuthentication = true;

        private Builder(PostgresLab postgres) {
            this.postgres = postgres;
        }

        /** {@code pool_size} of each user and database, at least 1. */
        public Builder poolSize(int backends) {
            if (backends < 1) {
                throw new IllegalArgumentException("A pool has at least one backend, not " + backends);
            }
            poolSize = backends;
            return this;
        }

        /** {@code pool_reserve_prepared_statement}: whether named statements are carried over to any backend. */
        public Builder reservePreparedStatements(boolean carried) {
            reservePreparedStatements = carried;
            return this;
        }

        /** {@code pool_discard}: whether a backend is reset after every transaction. */
        public Builder discard(boolean afterEachTransaction) {
            discard = afterEachTransaction;
            return this;
        }

        /** Whether clients log in with SCRAM-SHA-256 (the default), or as they say they are ({@code none}). */
        public Builder passwordAuthentication(boolean required) {
            passwordAuthentication = required;
            return this;
        }

        /** Lets in another role than the superuser; unlike PgBouncer it does not look roles up in the database here. */
        public Builder user(String name, String password) {
            users.put(name, password);
            return this;
        }

        /** A setting of each user's rule, with its value as Odyssey's configuration file has it; the last value counts. */
        public Builder setting(String name, String value) {
            settings.put(name, value);
            return this;
        }

        /** Returns once it listens; the caller closes it. */
        public OdysseyLab start() {
            return RunningPoolers.started(new OdysseyLab(this));
        }
    }
}
