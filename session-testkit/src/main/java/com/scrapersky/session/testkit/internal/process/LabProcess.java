package com.scrapersky.session.testkit.internal.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A server process of a lab, run as the {@link Unprivileged} user, and never left behind: a {@link Watchdog} ends it
 * when the JVM does. Safe to use from several threads.
 */
public final class LabProcess implements AutoCloseable {

    private static final Duration STOP_LIMIT = Duration.ofSeconds(10);
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration NOTICE_LIMIT = Duration.ofSeconds(5);
    private static final Duration POLL = Duration.ofMillis(5);
    private static final int LOG_TAIL = 4_000;

    // A process that nothing refers to would lose the pipe to its watchdog to the garbage collector, and be stopped.
    private static final Set<LabProcess> RUNNING = ConcurrentHashMap.newKeySet();

    private final String name;
    private final Process process;
    private final Path directory;
    private final Path log;
    private final Signals signals;
    private final Watchdog watchdog;

    private LabProcess(String name, Process process, Path directory, Path log, Signals signals, Watchdog watchdog) {
        this.name = name;
        this.process = process;
        this.directory = directory;
        this.log = log;
        this.signals = signals;
        this.watchdog = watchdog;
    }

    /** How a signal gets to the server: this command, the signal's name, the server's. */
    record Signals(List<String> command, String target) {

        private static final List<String> BY_ID = List.of("sh", "-c", "kill -s \"$1\" \"$2\"", "sh");

        static Signals to(long pid) {
            return new Signals(BY_ID, Long.toString(pid));
        }

        List<String> send(String signal) {
            List<String> line = new ArrayList<>(command);
            line.addAll(List.of(signal, target));
            return line;
        }
    }

    /**
     * Starts a server.
     *
     * @param directory its working directory, deleted when the JVM dies
     * @param log where its output goes, appended
     * @param deathSignal the signal that ends it and its children at once
     */
    public static LabProcess start(String name, List<String> command, Path directory, Path log, String deathSignal) {
        return start(name, Unprivileged.user().command(command), directory, log, deathSignal, null);
    }

    /**
     * Starts the client of a container engine, which ends when the server in the container does.
     *
     * @param command runs as the user of this JVM: the engine knows that one
     * @param signal sends a signal to a container, both of which come behind it
     */
    public static LabProcess startContainer(
            String name, List<String> command, Path directory, Path log, List<String> signal, String container) {
        return start(name, command, directory, log, "KILL", new Signals(signal, container));
    }

    private static LabProcess start(
            String name,
            List<String> command,
            Path directory,
            Path log,
            String deathSignal,
            @Nullable Signals otherThanById) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(Redirect.appendTo(log.toFile()));
        // PGDATA, PGPORT and the like of the developer's shell are not meant for this server.
        builder.environment().keySet().removeIf(variable -> variable.startsWith("PG"));
        builder.environment().put("LC_ALL", "C");
        try {
            Process process = builder.start();
            process.getOutputStream().close();
            Signals signals = otherThanById == null ? Signals.to(process.pid()) : otherThanById;
            Watchdog watchdog = Watchdog.over(process.pid(), directory, signals.send(deathSignal));
            LabProcess started = new LabProcess(name, process, directory, log, signals, watchdog);
            RUNNING.add(started);
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot start " + name, e);
        }
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Waits until the server answers; says what its log says when it ends instead. */
    public void awaitReady(BooleanSupplier ready) {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (!ready.getAsBoolean()) {
            if (exitsWithin(POLL)) {
                throw new IllegalStateException(
                        name + " ended with exit code " + process.exitValue() + " instead of starting:\n" + logTail());
            }
            if (System.nanoTime() > deadline) {
                String tail = logTail();
                close();
                throw new IllegalStateException(name + " was not ready within " + START_LIMIT + ":\n" + tail);
            }
        }
    }

    /** Sends a signal by its name without SIG. */
    public void signal(String signal) {
        Command.Result result = Command.run(signals.send(signal));
        // A process that has just ended is gone for the kernel a moment before it is for the JVM.
        if (!result.succeeded() && !exitsWithin(NOTICE_LIMIT)) {
            throw new IllegalStateException("Cannot send " + signal + " to " + name + " (process " + pid() + "): "
                    + result.output().strip());
        }
    }

    /** Stops it where it is, with all of its threads, before this returns. */
    public void freeze() {
        signal("STOP");
        long deadline = System.nanoTime() + NOTICE_LIMIT.toNanos();
        // The kernel stops the threads one by one, behind the signal: one that runs on another processor may still
        // answer.
        while (!areThreadsStopped() && !exitsWithin(Duration.ofMillis(1))) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException(name + " was not stopped within " + NOTICE_LIMIT + " of its signal");
            }
        }
    }

    /** Also where the system does not tell, or the server is a container's, of which the process here is the client only. */
    private boolean areThreadsStopped() {
        Path threads = Path.of("/proc", Long.toString(pid()), "task");
        if (!signals.equals(Signals.to(pid())) || !Files.isDirectory(threads)) {
            return true;
        }
        try (Stream<Path> all = Files.list(threads)) {
            return all.allMatch(LabProcess::isStopped);
        } catch (IOException | UncheckedIOException ended) {
            return !isAlive();
        }
    }

    /** By the letter behind the name, which is in parentheses (proc(5)); a thread that has ended says nothing any more. */
    private static boolean isStopped(Path thread) {
        try {
            String status = Files.readString(thread.resolve("stat"));
            return status.startsWith("T", status.lastIndexOf(')') + 2);
        } catch (IOException ended) {
            return true;
        }
    }

    /** Sends the signal and waits for the end; kills what has not ended after some seconds. */
    public void end(String signal) {
        if (isAlive()) {
            signal(signal);
            // A process that a test has frozen with SIGSTOP would not see the signal.
            signal("CONT");
        }
        if (!exitsWithin(STOP_LIMIT)) {
            process.destroyForcibly();
            exitsWithin(STOP_LIMIT);
        }
        watchdog.close();
        RUNNING.remove(this);
    }

    @Override
    public void close() {
        end("KILL");
    }

    /** The end of what the server wrote. */
    public String logTail() {
        try {
            String text = new String(Files.readAllBytes(log), StandardCharsets.UTF_8).strip();
            return text.length() <= LOG_TAIL ? text : "…" + text.substring(text.length() - LOG_TAIL);
        } catch (IOException e) {
            return "(its log " + log + " cannot be read: " + e.getMessage() + ")";
        }
    }

    private boolean exitsWithin(Duration limit) {
        try {
            return process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for " + name, e);
        }
    }

    @Override
    public String toString() {
        return name + " (process " + pid() + " in " + directory + ")";
    }
}
