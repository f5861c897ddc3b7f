package com.scrapersky.profiles;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The service in a JVM of its own, with no other environment than what is given.
 *
 * @param log what it has said until it served; all of it is in {@code target/NAME.log}
 */
public record ServiceProcess(Process process, int port, List<String> log) implements AutoCloseable {

    private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");

    /** For a run that is over before the second compiler has paid. */
    public static final String QUICK_START = "-XX:TieredStopAtLevel=1";

    /**
     * Returns once it serves.
     *
     * @param options of the JVM
     * @param settings of Spring Boot, as arguments
     */
    public static ServiceProcess start(
            Class<?> main, String name, List<String> options, List<String> settings, Map<String, String> environment)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(settings);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.environment().put("PORT", "0");
        Writer file = Files.newBufferedWriter(Path.of("target", name + ".log"));
        Process process = builder.start();
        List<String> log = new ArrayList<>();
        BufferedReader output = process.inputReader();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            log.add(line);
            file.write(line + "\n");
            Matcher started = PORT.matcher(line);
            if (started.find()) {
                drain(output, file);
                return new ServiceProcess(process, Integer.parseInt(started.group(1)), log);
            }
        }
        file.close();
        throw new AssertionError("it ended before it served anything:\n" + String.join("\n", log));
    }

    /** So that it never waits for somebody who reads what it says. */
    private static void drain(BufferedReader output, Writer file) {
        Thread reader = new Thread(
                () -> {
                    try (file) {
                        output.transferTo(file);
                    } catch (IOException ended) {
                        // With the process.
                    }
                },
                "output of the service");
        reader.setDaemon(true);
        reader.start();
    }

    /** Ends it as an operator does. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(40, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("the service did not stop");
            }
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
