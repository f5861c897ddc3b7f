package com.scrapersky.session.testkit.internal.binaries;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The clock of the day of another process, which is set while it runs: libfaketime out of Debian's package. What it measures
 * time with stays as it is, as on a machine whose clock is set.
 */
public final class SettableClock {

    private final Path library;
    private final Path file;

    /** @param file says what the clock shows, and is written here */
    public SettableClock(Path file) throws IOException {
        this.file = file;
        Path unpacked = BinaryCache.ofUser()
                .obtain(
                        "libfaketime-" + System.getProperty("os.arch"),
                        root -> DebianArchive.unpack("bookworm", "libfaketime", root));
        try (Stream<Path> files = Files.walk(unpacked)) {
            library = files.filter(found -> found.endsWith("libfaketimeMT.so.1"))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("Debian's package has no libfaketimeMT.so.1"));
        }
        set(Duration.ZERO);
    }

    /** What the process has to find in its environment. */
    public Map<String, String> environment() {
        return Map.of(
                "LD_PRELOAD", library.toString(),
                "FAKETIME_TIMESTAMP_FILE", file.toString(),
                "FAKETIME_NO_CACHE", "1",
                "FAKETIME_DONT_FAKE_MONOTONIC", "1",
                // Without this the library takes the deadlines of the JVM's waits for times of the day, and no wait
                // waits.
                "FAKETIME_FORCE_MONOTONIC_FIX", "0");
    }

    /** Sets it so far from the true time. */
    public void set(Duration ahead) {
        try {
            Path next = file.resolveSibling(file.getFileName() + ".next");
            Files.writeString(next, (ahead.isNegative() ? "" : "+") + ahead.toSeconds() + "\n");
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
