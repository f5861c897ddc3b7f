package com.scrapersky.session.testkit;

import com.scrapersky.session.testkit.internal.admin.AdminConsole;
import com.scrapersky.session.testkit.internal.binaries.PoolerProgram;
import com.scrapersky.session.testkit.internal.process.LabDirectory;
import com.scrapersky.session.testkit.internal.process.LabProcess;
import com.scrapersky.session.testkit.internal.process.LoopbackPorts;
import com.scrapersky.session.testkit.internal.process.PortedProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A real PgBouncer in front of a {@link PostgresLab}, on a free port of the loopback address.
 *
 * <p>Its settings are PgBouncer's own defaults, but for addresses, authentication and the size of the pool. Any role
 * that can log in to the database can log in through it. It runs without root's rights, and is gone when the JVM is.
 *
 * <pre>{@code
 * try (PgBouncerLab pooler = PgBouncerLab.builder(postgres)
 *         .version(PgBouncerVersion.V1_18)
 *         .poolSize(2)
 *         .start()) {
 *     pooler.pause();
 * }
 * }</pre>
 *
 * <p>Safe to use from several threads; what stops or starts the process is meant for one thread at a time. A program
 * that cannot be found is an {@link IllegalStateException} at {@link Builder#start()} that names the ways to get it.
 */
public final class PgBouncerLab implements PoolerLab {

    private static final String ADMIN = "sky_admin";
    private static final String ADMIN_DATABASE = "pgbouncer";
    private static final Duration ADMIN_LIMIT = Duration.ofSeconds(60);

    private final PostgresLab postgres;
    private final PgBouncerVersion version;
    private final PoolMode poolMode;
    private final int poolSize;
    private final boolean carriesNamedStatements;
    private final LabDirectory directory;
    private final PortedProcess process;

    private PgBouncerLab(Builder builder) {
        postgres = builder.postgres;
        version = builder.version;
        poolMode = builder.poolMode;
        poolSize = builder.poolSize;
        carriesNamedStatements = version == PgBouncerVersion.V1_26
                && !builder.settings.getOrDefault("max_prepared_statements", "").equals("0");
        PoolerProgram program = version.binaries().program();
        directory = LabDirectory.create("pgbouncer");
        try {
            directory.write(
                    "users.txt",
                    quoted(postgres.user()) + " " + quoted(postgres.password()) + "\n" + quoted(ADMIN) + " \"\"\n");
            directory.write(
                    "hba.conf",
                    "host " + ADMIN_DATABASE + " " + ADMIN + " 127.0.0.1/32 trust\n"
                            + "host all all 127.0.0.1/32 "
                            + (builder.passwordAuthentication ? "scram-sha-256" : "trust")
                            + "\n");
            process = PortedProcess.start(
                    port -> launch(program, configuration(port, builder)), this::isReady, "Address already in use");
        } catch (RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    /** Version 1.26 in transaction mode with four backends, unless told otherwise. */
    public static Builder builder(PostgresLab postgres) {
        return new Builder(postgres);
    }

    @Override
    public String name() {
        return "PgBouncer " + version.number() + (poolMode == PoolMode.SESSION ? " in session mode" : "");
    }

    public PgBouncerVersion version() {
        return version;
    }

    @Override
    public PoolMode poolMode() {
        return poolMode;
    }

    @Override
    public int poolSize() {
        return poolSize;
    }

    @Override
    public boolean carriesNamedStatements() {
        return carriesNamedStatements;
    }

    /** In session mode {@code server_reset_query}; in transaction mode PgBouncer does not run it. */
    @Override
    public List<String> resetStatements() {
        return poolMode == PoolMode.SESSION ? List.of("DISCARD ALL") : List.of();
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

    /**
     * Runs a command of the admin console, such as {@code SHOW POOLS}, on a connection of its own.
     *
     * @return its rows by column name; none for a command without a result
     * @throws IllegalStateException if PgBouncer refuses it, or has not answered after a minute
     */
    public List<Map<String, @Nullable String>> admin(String command) {
        try (AdminConsole console = AdminConsole.connect(host(), port(), ADMIN, ADMIN_DATABASE, ADMIN_LIMIT)) {
            return console.run(command);
        } catch (IOException e) {
            throw new IllegalStateException(name() + " did not carry out " + command + ": " + e.getMessage(), e);
        }
    }

    /** Waits until no backend is in use, closes them all, and lets clients wait from then on. */
    public void pause() {
        admin("PAUSE");
    }

    /** Ends {@link #pause()}. */
    public void resume() {
        admin("RESUME");
    }

    /** Lets every backend be closed when its client has done with it; the next transaction gets a new one. */
    public void reconnect() {
        admin("RECONNECT");
    }

    /** Drops every client and backend of {@link #database()} at once; new clients are served. */
    public void killClients() {
        admin("KILL " + database());
        // KILL leaves the database paused, and the plain RESUME is for the plain PAUSE only.
        admin("RESUME " + database());
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

    /** Starts PgBouncer again on the same port, after {@link #crash()} if it runs. */
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
        return program.start(name(), directory.write("pgbouncer.ini", configuration), file("pgbouncer.log"));
    }

    private boolean isReady(int port) {
        try (AdminConsole console = AdminConsole.connect(host(), port, ADMIN, ADMIN_DATABASE, ADMIN_LIMIT)) {
            return !console.run("SHOW VERSION").isEmpty();
        } catch (IOException notYet) {
            // Refused until it listens; LabProcess gives up in the end.
            return false;
        }
    }

    private Path file(String name) {
        return directory.path().resolve(name);
    }

    private String configuration(int port, Builder builder) {
        String target = "host=" + postgres.host() + " port=" + postgres.port();
        StringBuilder text = new StringBuilder("[databases]\n")
                .append(database() + " = " + target + "\n")
                .append("* = " + target + "\n")
                .append("[pgbouncer]\n");
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("listen_addr", host());
        settings.put("listen_port", Integer.toString(port));
        settings.put("unix_socket_dir", "");
        settings.put("auth_type", "hba");
        settings.put("auth_hba_file", file("hba.conf").toString());
        settings.put("auth_file", file("users.txt").toString());
        // Roles that a test creates are looked up in the database.
        settings.put("auth_user", postgres.user());
        settings.put("admin_users", ADMIN);
        settings.put("pool_mode", poolMode == PoolMode.SESSION ? "session" : "transaction");
        settings.put("default_pool_size", Integer.toString(poolSize));
        settings.putAll(builder.settings);
        settings.forEach(
                (name, value) -> text.append(name).append(" = ").append(value).append('\n'));
        return text.toString();
    }

    private static String quoted(String text) {
        return '"' + text.replace("\"", "\"\"") + '"';
    }

    /** What a {@link PgBouncerLab} is started with. Not thread-safe. */
    public static final class Builder {

        private final PostgresLab postgres;
        private final Map<String, String> settings = new LinkedHashMap<>();
        private PgBouncerVersion version = PgBouncerVersion.V1_26;
        private PoolMode poolMode = PoolMode.TRANSACTION;
        private int poolSize = 4;
        private boolean passwordAuthentication = true;

        private Builder(PostgresLab postgres) {
            this.postgres = postgres;
        }

        /** Default: {@link PgBouncerVersion#V1_26}. */
        public Builder version(PgBouncerVersion wanted) {
            version = wanted;
            return this;
        }

        /** {@code pool_mode}; default: {@link PoolMode#TRANSACTION}. */
        public Builder poolMode(PoolMode mode) {
            poolMode = mode;
            return this;
        }

        /** {@code default_pool_size}, at least 1. */
        public Builder poolSize(int backends) {
            if (backends < 1) {
                throw new IllegalArgumentException("A pool has at least one backend, not " + backends);
            }
            poolSize = backends;
            return this;
        }

        /** Whether clients log in with SCRAM-SHA-256 (the default), or as they say they are ({@code trust}). */
        public Builder passwordAuthentication(boolean required) {
            passwordAuthentication = required;
            return this;
        }

        /** A setting of {@code pgbouncer.ini}, section {@code pgbouncer}; the last value given for a name counts. */
        public Builder setting(String name, String value) {
            settings.put(name, value);
            return this;
        }

        /**
         * Gives each transaction another backend than the one before, where there is a choice; by its default the one used last
         * comes next. To this end backends that have rested are not checked, either: after {@code server_check_delay} (30 s) PgBouncer
         * lays all of them aside, checks one for the next client, and gives out that one alone from then on ({@code janitor.c},
         * {@code objects.c}; seen on 1.18 and 1.26).
         */
        public Builder roundRobin() {
            return setting("server_round_robin", "1").setting("server_check_query", "");
        }

        /** Returns once it answers; the caller closes it. */
        public PgBouncerLab start() {
            return RunningPoolers.started(new PgBouncerLab(this));
        }
    }
}
