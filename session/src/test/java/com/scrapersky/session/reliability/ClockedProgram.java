package com.scrapersky.session.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.testkit.internal.binaries.SettableClock;
import com.scrapersky.session.testkit.reliability.Faults;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A {@link ClockProgram} in a process of its own, and its clock. For one thread. */
final class ClockedProgram implements AutoCloseable {

    private final Path errors;
    private final SettableClock clock;
    private final Process process;
    private final BufferedReader answers;
    private final BufferedWriter questions;

    ClockedProgram(Path directory, String url, String directUrl, long seed) throws IOException {
        errors = directory.resolve("errors");
        clock = new SettableClock(directory.resolve("clock"));
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ClockProgram.class.getName(),
                        url,
                        directUrl,
                        Long.toString(seed))
                .redirectError(errors.toFile());
        builder.environment().putAll(clock.environment());
        process = builder.start();
        answers = process.inputReader();
        questions = process.outputWriter();
    }

    /** Sets its clock, and sees that it goes by it. */
    void set(Duration ahead) throws IOException {
        clock.set(ahead);
        long shown = Long.parseLong(ask("time"));
        assertThat(Duration.ofMillis(shown - System.currentTimeMillis())
                        .minus(ahead)
                        .abs())
                .as("what its clock shows")
                .isLessThan(Duration.ofSeconds(20));
    }

    String ask(String question) throws IOException {
        questions.write(question + "\n");
        questions.flush();
        return next();
    }

    /** What it says next that is an answer: logs go to the same place. */
    String next() throws IOException {
        String line = answers.readLine();
        while (line != null && !line.matches("\\d+|worked|waits|was done|\\w+Exception|\\d+ \\{.*")) {
            line = answers.readLine();
        }
        if (line == null) {
            throw new AssertionError("the program ended: " + Files.readString(errors));
        }
        return line;
    }

    /**
     * Lets it wait for something, and sets the clock meanwhile.
     *
     * @return how long that took by the true clock, behind the name of its end
     */
    Waited waits(String forWhat, List<Duration> meanwhile) throws IOException {
        assertThat(ask(forWhat)).isEqualTo("waits");
        long began = System.nanoTime();
        for (Duration ahead : meanwhile) {
            Faults.whileItLasts(300);
            clock.set(ahead);
        }
        String end = next();
        return new Waited(end, Duration.ofNanos(System.nanoTime() - began));
    }

    record Waited(String end, Duration length) {}

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().orTimeout(30, TimeUnit.SECONDS).join();
    }
}
