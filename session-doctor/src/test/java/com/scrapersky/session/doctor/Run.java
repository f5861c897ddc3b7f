package com.scrapersky.session.doctor;

import com.scrapersky.session.doctor.internal.command.Console;
import com.scrapersky.session.doctor.internal.command.RootCommand;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** One call of the command, as from a shell without a terminal. Its lines are not broken, so that numbers may be of any length. */
record Run(int exitCode, String out, String err) {

    private static final Function<String, Optional<String>> NOBODY_TO_ASK = prompt -> Optional.empty();

    static Run of(String... arguments) {
        return with(Map.of(), "", arguments);
    }

    static Run with(Map<String, String> environment, String input, String... arguments) {
        return call(environment, input, false, InstantSource.system(), NOBODY_TO_ASK, arguments);
    }

    /** Where somebody sits at a terminal and types the password when asked. */
    static Run onATerminal(
            Map<String, String> environment, Function<String, Optional<String>> askPassword, String... arguments) {
        return call(environment, "", true, InstantSource.system(), askPassword, arguments);
    }

    /** On a machine with this clock. */
    static Run at(InstantSource clock, String... arguments) {
        return call(Map.of(), "", false, clock, NOBODY_TO_ASK, arguments);
    }

    private static Run call(
            Map<String, String> environment,
            String input,
            boolean terminal,
            InstantSource clock,
            Function<String, Optional<String>> askPassword,
            String... arguments) {
        Map<String, String> variables = new HashMap<>(Map.of("COLUMNS", "9999"));
        variables.putAll(environment);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console = new Console(
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                variables,
                terminal,
                clock,
                askPassword);
        int exitCode = RootCommand.run(console, arguments);
        return new Run(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
