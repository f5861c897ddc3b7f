package com.scrapersky.session.testkit.internal.binaries;

import com.scrapersky.session.testkit.internal.process.Command;
import com.scrapersky.session.testkit.internal.process.LabDirectory;
import com.scrapersky.session.testkit.internal.process.Unprivileged;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Directories that are filled once and then only read. A directory is filled under another name and moved into place,
 * and a lock file keeps two JVMs from filling the same one.
 */
final class BinaryCache {

    /** Fills an empty directory. */
    interface Filler {
        void fill(Path directory) throws IOException;
    }

    // File locks belong to the JVM: between its threads they protect nothing.
    private static final ReentrantLock THIS_JVM = new ReentrantLock();

    private final Path base;

    private BinaryCache(Path base) {
        this.base = base;
    }

    /** The user's cache, {@code $XDG_CACHE_HOME/sky-session} or {@code ~/.cache/sky-session}. */
    static BinaryCache ofUser() {
        String configured = System.getenv("XDG_CACHE_HOME");
        Path cache = configured != null && Path.of(configured).isAbsolute()
                ? Path.of(configured)
                : Path.of(System.getProperty("user.home"), ".cache");
        try {
            return new BinaryCache(Files.createDirectories(cache.resolve("sky-session")));
        } catch (IOException e) {
            // A user without a home directory, as in many containers.
            return temporary();
        }
    }

    /** A cache that the servers' user can read: the user's own, or one in the temporary directory. */
    static BinaryCache runnable() {
        BinaryCache own = ofUser();
        return Unprivileged.user().canEnter(own.base) ? own : temporary();
    }

    private static BinaryCache temporary() {
        Path base = Path.of(System.getProperty("java.io.tmpdir"), "sky-session-" + Unprivileged.jvmUserId())
                .toAbsolutePath();
        try {
            if (!Files.exists(base, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectory(base);
                Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
            requireOwn(base);
            return new BinaryCache(base);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot use " + base + " as a cache", e);
        }
    }

    // The name can be guessed: whoever made the directory first could otherwise choose what we run.
    private static void requireOwn(Path base) throws IOException {
        String owner =
                Files.getAttribute(base, "unix:uid", LinkOption.NOFOLLOW_LINKS).toString();
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(base, LinkOption.NOFOLLOW_LINKS);
        if (!Files.isDirectory(base, LinkOption.NOFOLLOW_LINKS)
                || !owner.equals(Unprivileged.jvmUserId())
                || permissions.contains(PosixFilePermission.GROUP_WRITE)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new IllegalStateException(base + " is not a directory that only this user can write to."
                    + " Delete it, or set the system property java.io.tmpdir to another directory.");
        }
    }

    /** The directory of that name, filled now if this is the first time. */
    Path obtain(String name, Filler filler) {
        Path target = base.resolve(name);
        if (Files.isDirectory(target)) {
            return target;
        }
        THIS_JVM.lock();
        try (FileChannel file =
                        FileChannel.open(base.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = file.lock()) {
            if (lock.isValid() && !Files.isDirectory(target)) {
                fill(target, filler);
            }
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot fill " + target, e);
        } finally {
            THIS_JVM.unlock();
        }
    }

    private void fill(Path target, Filler filler) throws IOException {
        Path unfinished = Files.createTempDirectory(
                base,
                ".unfinished-",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        try {
            // The umask may have taken some of them away.
            Files.setPosixFilePermissions(unfinished, PosixFilePermissions.fromString("rwxr-xr-x"));
            filler.fill(unfinished);
            Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            if (Files.exists(unfinished)) {
                LabDirectory.delete(unfinished);
            }
        }
    }

    /** The directory of that name in another cache, copied to this one unless it is the same. */
    Path copyOf(String name, Path directory) {
        if (directory.startsWith(base)) {
            return directory;
        }
        return obtain(
                name,
                target -> Command.require(List.of("cp", "-R", directory + "/.", target.toString()), target, Map.of()));
    }
}
