package com.scrapersky.session.testkit.internal.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

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
            pid=$1 directory=$2; shift 2
            "$@"; kill -s CONT "$pid"
            i=0; while kill -s 0 "$pid" && [ $i -lt 50 ]; do i=$((i+1)); sleep 0.1; done
            kill -s KILL "$pid"
            rm -rf "$directory"
            """;

    private final Process shell;

    private Watchdog(Process shell) {
        this.shell = shell;
    }

    /** @param end what ends the server, if the process does not obey signals itself */
    static Watchdog over(long pid, Path directory, List<String> end) {
        List<String> command =
                new ArrayList<>(List.of("sh", "-c", SCRIPT, "sh", Long.toString(pid), directory.toString()));
        command.addAll(end);
        ProcessBuilder builder = new ProcessBuilder(command)
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
