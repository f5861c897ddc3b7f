package com.scrapersky.session.testkit.internal.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * A server's own directory, owned by the user that the server runs as: below the temporary directory, or below the one that the
 * system property {@code sky.testkit.directory} names. One in memory ({@code /dev/shm}) makes starting PostgreSQL much cheaper.
 */
public final class LabDirectory implements AutoCloseable {

    private final Path path;

    private LabDirectory(Path path) {
        this.path = path;
    }

    public static LabDirectory create(String name) {
        Unprivileged user = Unprivileged.user();
        try {
            String temporary = System.getProperty("java.io.tmpdir");
            Path base = Path.of(System.getProperty("sky.testkit.directory", temporary))
                    .toAbsolutePath();
            if (!user.canEnter(base)) {
                throw new IllegalStateException(
                        "The servers run as another user than root, and that user cannot enter " + base
                                + ". Set the system property sky.testkit.directory to a directory that every user can enter.");
            }
            Path path = Files.createTempDirectory(base, "sky-" + name + "-");
            user.own(path);
            return new LabDirectory(path);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot make a directory for " + name + " in the temporary directory", e);
        }
    }

    public Path path() {
        return path;
    }

    /** Writes a file that only the server's user and this JVM can read. */
    public Path write(String name, String content) {
        Path file = path.resolve(name);
        try {
            Files.deleteIfExists(file);
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, content);
            Unprivileged.user().own(file);
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write " + file, e);
        }
    }

    @Override
    public void close() {
        delete(path);
    }

    /** Deletes a directory with all that is in it, also while a dying server still removes files of its own. */
    public static void delete(Path directory) {
        try {
            Files.walkFileTree(directory, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.deleteIfExists(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException problem) throws IOException {
                    if (problem instanceof NoSuchFileException) {
                        return FileVisitResult.CONTINUE;
                    }
                    throw problem;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException problem)
                        throws IOException {
                    if (problem != null) {
                        throw problem;
                    }
                    Files.deleteIfExists(visited);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot delete " + directory, e);
        }
    }
}
