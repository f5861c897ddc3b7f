package com.scrapersky.session.testkit;

import com.scrapersky.session.testkit.internal.binaries.PostgresBinaries;
import com.scrapersky.session.testkit.internal.process.Command;
import com.scrapersky.session.testkit.internal.process.LabDirectory;
import com.scrapersky.session.testkit.internal.process.LabProcess;
import com.scrapersky.session.testkit.internal.process.LoopbackPorts;
import com.scrapersky.session.testkit.internal.process.Unprivileged;
import com.scrapersky.session.testkit.internal.tls.SelfSigned;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A real PostgreSQL 18 of its own for a test, on a free port of the loopback address, with an empty database.
 *
 * <p>Starting takes a fraction of a second; the first start on a machine also unpacks PostgreSQL's programs. It runs
 * without root's rights also where the JVM has them, and without the guarantees that cost time on a disk
 * ({@code fsync=off}). The process and its directory are gone after {@link #close()}, and when the JVM ends in any way,
 * {@code kill -9} included.
 *
 * <pre>{@code
 * try (PostgresLab postgres = PostgresLab.start();
 *         PgBouncerLab pooler = PgBouncerLab.builder(postgres).start()) {
 *     postgres.execute("create table job (id bigint primary key)");
 *     DataSource subject = new HikariDataSource(config(pooler.jdbcUrl()));
 * }
 * }</pre>
 *
 * <p>Safe to use from several threads; {@link #stop()}, {@link #crash()}, {@link #restart()} and {@link #close()} are
 * meant for one thread at a time.
 */
public final class PostgresLab implements PostgresEndpoint, AutoCloseable {

    private static final int PORT_ATTEMPTS = 5;

    /** A primary, and a standby that answers questions. */
    private static final Set<String> STARTED = Set.of("ready", "standby");

    private final LabDirectory directory;
    private final String password;
    private final String certificate;
    private int port;
    private LabProcess process;

    private PostgresLab(Builder builder) {
        PostgresBinaries binaries = PostgresBinaries.get();
        password = binaries.password();
        directory = LabDirectory.create("postgres");
        try {
            binaries.copyDataDirectory(data());
            String method = builder.passwordAuthentication ? "scram-sha-256" : "trust";
            SelfSigned tls = builder.tls;
            certificate = tls == null ? "" : tls.pem();
            String connections = tls == null ? "host" : "hostssl";
            write("pg_hba.conf", connections + " all,replication all 127.0.0.1/32 " + method + "\n");
            StringBuilder settings = new StringBuilder();
            settings(builder, tls)
                    .forEach((name, value) -> settings.append(name)
                            .append(" = '")
                            .append(value.replace("'", "''"))
                            .append("'\n"));
            write("postgresql.auto.conf", settings.toString());
            if (builder.standby) {
                create("standby.signal");
            }
            process = startOnFreePort();
        } catch (RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    /** A copy of a server that runs, which follows it. */
    private PostgresLab(PostgresLab primary) {
        password = primary.password;
        certificate = primary.certificate;
        directory = LabDirectory.create("postgres");
        try (Connection connection = primary.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("select pg_backup_start('standby', true)");
            copyFrom(primary);
            try (ResultSet label = statement.executeQuery("select labelfile from pg_backup_stop(false)")) {
                label.next();
                create("backup_label", label.getString(1));
            }
            create("standby.signal", "");
            Path settings = data().resolve("postgresql.auto.conf");
            Files.writeString(
                    settings,
                    Files.readString(settings)
                            + "primary_conninfo = 'host=" + primary.host() + " port=" + primary.port() + " user="
                            + primary.user() + " password=" + password + "'\n");
            process = startOnFreePort();
        } catch (SQLException | IOException e) {
            directory.close();
            throw new IllegalStateException("No standby of " + primary + ": " + e.getMessage(), e);
        } catch (RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    private void copyFrom(PostgresLab primary) throws IOException {
        Command.require(
                Unprivileged.user().command(List.of("cp", "-R", primary.data().toString(), data().toString())),
                Path.of("/"),
                Map.of());
        for (String ofTheProcess : List.of("postmaster.pid", "postmaster.opts")) {
            Files.deleteIfExists(data().resolve(ofTheProcess));
        }
    }

    private void create(String name, String text) throws IOException {
        Path file = data().resolve(name);
        Files.writeString(file, text);
        Unprivileged.user().own(file);
    }

    private Map<String, String> settings(Builder builder, @Nullable SelfSigned tls) {
        Map<String, String> settings = new LinkedHashMap<>();
        if (tls != null) {
            settings.put("ssl", "on");
            settings.put(
                    "ssl_cert_file", directory.write("server.crt", tls.pem()).toString());
            settings.put(
                    "ssl_key_file",
                    directory.write("server.key", tls.privateKey()).toString());
        }
        settings.putAll(builder.settings);
        return settings;
    }

    /** A PostgreSQL with the settings of {@link #builder()} as they are. */
    public static PostgresLab start() {
        return builder().start();
    }

    public static Builder builder() {
        return new Builder();
    }

    @Override
    public String host() {
        return LoopbackPorts.HOST;
    }

    @Override
    public int port() {
        return port;
    }

    /** The superuser. */
    @Override
    public String user() {
        return PostgresBinaries.SUPERUSER;
    }

    @Override
    public String password() {
        return password;
    }

    @Override
    public String database() {
        return "postgres";
    }

    /** The certificate for clients that check it ({@code sslrootcert}), as PEM; empty without {@link Builder#tls}. */
    public String certificate() {
        return certificate;
    }

    /** Executes each text as the superuser, in autocommit, on one direct connection that is then closed. */
    public void execute(String... statements) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot prepare the database: " + e.getMessage(), e);
        }
    }

    /** Creates an empty database beside {@link #database()}. */
    public void createDatabase(String name) {
        execute("create database \"" + name.replace("\"", "\"\"") + "\"");
    }

    /**
     * Starts another server that follows this one by streaming replication, and answers what only reads. It has this one's data
     * of the moment, settings, roles and password. Closing it is up to the caller; this server goes on without it.
     */
    public PostgresLab standby() {
        return new PostgresLab(this);
    }

    /** Makes a {@linkplain #standby() standby} a server of its own, and returns when it takes changes. */
    public void promote() {
        execute("select pg_promote(true, 60)");
    }

    /**
     * Waits until a standby has everything that {@code primary} has written so far.
     *
     * @throws IllegalStateException if that takes longer than a minute
     */
    public void awaitCaughtUp(PostgresLab primary) {
        try (Connection ahead = primary.connect();
                Statement asking = ahead.createStatement();
                ResultSet written = asking.executeQuery("select pg_switch_wal()::text")) {
            written.next();
            execute(
                    "do $$ begin for i in 1..6000 loop if pg_last_wal_replay_lsn() >= '" + written.getString(1)
                            + "' then return; end if; perform pg_sleep(0.01); end loop; raise exception 'it stays behind'; end $$");
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot ask " + primary + ": " + e.getMessage(), e);
        }
    }

    public boolean isRunning() {
        return process.isAlive();
    }

    /** Stops the server as an administrator does: every connection gets 57P01 and is closed. */
    public void stop() {
        process.end("INT");
    }

    /** Stops the server at once, as after a crash: open transactions are lost, and the next start recovers. */
    public void crash() {
        process.end("QUIT");
    }

    /** Starts the server again on the same port with the same data, after stopping it if it runs. */
    public void restart() {
        if (isRunning()) {
            stop();
        }
        process = launch();
        process.awaitReady(this::isReady);
    }

    @Override
    public void close() {
        process.end("QUIT");
        directory.close();
    }

    @Override
    public String toString() {
        return "PostgreSQL at " + host() + ":" + port;
    }

    private LabProcess startOnFreePort() {
        for (int attempt = 1; ; attempt++) {
            port = LoopbackPorts.free();
            LabProcess started = launch();
            try {
                started.awaitReady(this::isReady);
                return started;
            } catch (IllegalStateException e) {
                started.close();
                if (attempt == PORT_ATTEMPTS || !started.logTail().contains("could not bind")) {
                    throw e;
                }
            }
        }
    }

    private LabProcess launch() {
        // A crashed server leaves the file behind, with the word that isReady looks for.
        deleteStatusFile();
        return LabProcess.start(
                "PostgreSQL",
                List.of(PostgresBinaries.get().server(), "-D", data().toString(), "-p", Integer.toString(port)),
                directory.path(),
                directory.path().resolve("postgres.log"),
                "QUIT");
    }

    private Path data() {
        return directory.path().resolve("data");
    }

    private Path statusFile() {
        return data().resolve("postmaster.pid");
    }

    // The eighth line of postmaster.pid is what pg_ctl waits for (PostgreSQL, utils/pidfile.h:
    // LOCK_FILE_LINE_PM_STATUS).
    private boolean isReady() {
        try {
            List<String> lines = Files.readAllLines(statusFile());
            return lines.size() >= 8 && STARTED.contains(lines.get(7).strip());
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the server's status", e);
        }
    }

    private void deleteStatusFile() {
        try {
            Files.deleteIfExists(statusFile());
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot delete " + statusFile(), e);
        }
    }

    // Over the file that is there: its owner is the user that the server runs as.
    private void write(String name, String lines) {
        Path file = data().resolve(name);
        try {
            Files.writeString(file, lines, StandardOpenOption.TRUNCATE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write " + file, e);
        }
    }

    private void create(String name) {
        Path file = data().resolve(name);
        try {
            Files.createFile(file);
            Files.setOwner(file, Files.getOwner(data()));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot create " + file, e);
        }
    }

    /** What a {@link PostgresLab} is started with. Not thread-safe. */
    public static final class Builder {

        private final Map<String, String> settings = new LinkedHashMap<>();
        private boolean passwordAuthentication = true;
        private boolean standby;
        private @Nullable SelfSigned tls;

        private Builder() {
            setting("listen_addresses", LoopbackPorts.HOST);
            // Sockets would need a path that is short and writable for two users, and no client here wants one.
            setting("unix_socket_directories", "");
            setting("fsync", "off");
            setting("synchronous_commit", "off");
            setting("full_page_writes", "off");
            setting("max_wal_size", "1GB");
            setting("shared_buffers", "32MB");
            // In the data directory it disappears with it, whatever happens to the server.
            setting("dynamic_shared_memory_type", "mmap");
            setting("max_connections", "100");
            setting("timezone", "UTC");
            setting("log_timezone", "UTC");
        }

        /** A setting of {@code postgresql.conf}; the last value given for a name counts. */
        public Builder setting(String name, String value) {
            settings.put(name, value);
            return this;
        }

        /** {@code max_connections}; 100 unless told otherwise. */
        public Builder maxConnections(int connections) {
            return setting("max_connections", Integer.toString(connections));
        }

        /** Whether clients log in with SCRAM-SHA-256 (the default), or anybody as any role ({@code trust}). */
        public Builder passwordAuthentication(boolean required) {
            passwordAuthentication = required;
            return this;
        }

        /** Lets nobody in without TLS; its {@link PostgresLab#certificate()} is for {@code localhost} and 127.0.0.1. */
        public Builder tls() {
            tls = SelfSigned.create();
            return this;
        }

        /** The same with a certificate for these host names and IPv4 addresses, as of a server that is elsewhere. */
        public Builder tls(String firstName, String... moreNames) {
            List<String> names = new ArrayList<>(List.of(firstName));
            names.addAll(List.of(moreNames));
            tls = SelfSigned.create(names.toArray(String[]::new));
            return this;
        }

        /** As {@link #tls()}, with a certificate that ran out yesterday. */
        public Builder expiredTls() {
            tls = SelfSigned.expired();
            return this;
        }

        /**
         * A hot standby that streams from another one from its first start on: read-only, until it is promoted. It takes
         * whatever the primary has done since then, so start it early. Both begin with the same data directory, so no copy
         * has to be made; {@code user} and {@code password} are the primary's.
         */
        public Builder standbyOf(PostgresLab primary) {
            standby = true;
            return setting(
                    "primary_conninfo",
                    "host=" + primary.host() + " port=" + primary.port() + " user=" + primary.user() + " password="
                            + primary.password());
        }

        public PostgresLab start() {
            return new PostgresLab(this);
        }
    }
}
