package com.scrapersky.session.doctor.internal.command;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Where a command reads and writes.
 *
 * @param terminal whether people look at it
 * @param askPassword asks without echo; empty where nobody can be asked
 */
public record Console(
        InputStream in,
        PrintStream out,
        PrintStream err,
        Map<String, String> environment,
        boolean terminal,
        Function<String, Optional<String>> askPassword) {

    /** The width of texts where nobody tells the terminal's. */
    static final int USUAL_COLUMNS = 110;

    // From JDK 22 on there is one without a terminal, too; asking it reads a line, which is as good.
    @SuppressWarnings("SystemConsoleNull")
    public static Console ofThisProcess() {
        java.io.Console console = System.console();
        return new Console(
                System.in,
                new PrintStream(System.out, true, StandardCharsets.UTF_8),
                new PrintStream(System.err, true, StandardCharsets.UTF_8),
                System.getenv(),
                console != null,
                prompt -> {
                    char[] typed = console == null ? null : console.readPassword("%s", prompt);
                    return typed == null ? Optional.empty() : Optional.of(new String(typed));
                });
    }

    /** How wide a line may be: {@code COLUMNS}, if it is a number. */
    int columns() {
        String told = variable("COLUMNS");
        return told.matches("[1-9][0-9]{1,4}") ? Math.max(60, Integer.parseInt(told)) : USUAL_COLUMNS;
    }

    String variable(String name) {
        return environment.getOrDefault(name, "");
    }

    /** The first line of the standard input. */
    String line() {
        try {
            String line = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).readLine();
            return line == null ? "" : line.strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
