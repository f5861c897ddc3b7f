package com.scrapersky.session.doctor.internal.command;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Where a command reads and writes.
 *
 * @param terminal whether people look at it
 * @param clock this machine's
 * @param askPassword asks without echo; empty where nobody can be asked
 */
public record Console(
        InputStream in,
        PrintStream out,
        PrintStream err,
        Map<String, String> environment,
        boolean terminal,
        InstantSource clock,
        Function<String, Optional<String>> askPassword) {

    /** The width of texts where nobody tells the terminal's. */
    static final int USUAL_COLUMNS = 110;

    // isTerminal tells where there is one; a password can be asked for only there.
    @SuppressWarnings("SystemConsoleNull")
    public static Console ofThisProcess() {
        java.io.Console console = System.console();
        return new Console(
                System.in,
                new PrintStream(System.out, true, StandardCharsets.UTF_8),
                new PrintStream(System.err, true, StandardCharsets.UTF_8),
                System.getenv(),
                console != null && isTerminal(console),
                InstantSource.system(),
                prompt -> {
                    char[] typed = console == null || !isTerminal(console) ? null : console.readPassword("%s", prompt);
                    return typed == null ? Optional.empty() : Optional.of(new String(typed));
                });
    }

    /** How wide a line may be: {@code COLUMNS}, if it is a number. */
    int columns() {
        String told = variable("COLUMNS");
        return told.matches("[1-9][0-9]{1,4}") ? Math.max(60, Integer.parseInt(told)) : USUAL_COLUMNS;
    }

    /** From JDK 22 on there may be a console without a terminal, and a method that says so. */
    private static boolean isTerminal(java.io.Console console) {
        try {
            return (Boolean) java.io.Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException older) {
            return true;
        } catch (ReflectiveOperationException unknown) {
            return false;
        }
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
