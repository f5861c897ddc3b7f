package com.scrapersky.session.testkit.internal.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;

/**
 * Stops a server and deletes its directory when this JVM is gone, however it went.
 *
 * <p>A shell waits on a pipe whose other end only this JVM holds. The kernel closes that end at {@code kill -9} as
 * well, where no shutdown hook runs.
 */
final class Watchdog implements AutoCloseable {

    // The signals of a terminal's Ctrl-C reach the whole process group: the watchdog has to outlive the JVM.
    private static final String SCRIPT = """
            trap '' INT TERM HUP
            while read -r _; do :; done
            kill -s "$3" "$1"; kill -s CONT "$1"
            i=0; while kill -s 0 "$1" && [ $i -lt 50 ]; do i=$((i+1)); sleep 0.1; done
            kill -s KILL "$1"
            rm -rf "$2"
            """;

    private final Process shell;

    private Watchdog(Process shell) {
        this.shell = shell;
    }

    static Watchdog over(long pid, Path directory, String signal) {
        ProcessBuilder builder = new ProcessBuilder(
                        "sh", "-c", SCRIPT, "sh", Long.toString(pid), directory.toString(), signal)
                .directory(directory.getRoot().toFile())
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.DISCARD);
        try {
            return new Watchdog(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot start a shell that watches over process " + pid, e);
        }
    }

    @Override
    public void close() {
        shell.destroyForcibly();
    }
}
