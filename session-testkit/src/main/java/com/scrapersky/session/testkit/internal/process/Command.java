package com.scrapersky.session.testkit.internal.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A command that runs to its end while the caller waits, with everything it wrote. */
public final class Command {

    /** What a finished command left: its exit code, and its standard output and error as one text. */
    public record Result(int exitCode, String output) {
        public boolean succeeded() {
            return exitCode == 0;
        }
    }

    private Command() {}

    /** Runs the command; a program that does not exist gives exit code 127, as in a shell. */
    public static Result run(List<String> command) {
        return run(command, Path.of("/"), Map.of());
    }

    public static Result run(List<String> command, Path directory, Map<String, String> environment) {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().put("LC_ALL", "C");
        builder.environment().putAll(environment);
        try {
            Process process = builder.start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Result(process.waitFor(), output);
        } catch (IOException e) {
            return new Result(127, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for " + command.get(0), e);
        }
    }

    /** Runs the command and returns its output; any exit code but 0 is an error that contains the output. */
    public static String require(List<String> command, Path directory, Map<String, String> environment) {
        Result result = run(command, directory, environment);
        if (!result.succeeded()) {
            throw new UncheckedIOException(new IOException("\"" + String.join(" ", command) + "\" ended with exit code "
                    + result.exitCode() + ": " + result.output().strip()));
        }
        return result.output();
    }
}
