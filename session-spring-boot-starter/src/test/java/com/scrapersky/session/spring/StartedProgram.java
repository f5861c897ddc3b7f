package com.scrapersky.session.spring;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** A program in a JVM of its own, with less on its class path than the tests have. */
record StartedProgram(int exitCode, String output) {

    private static final int LONGEST_SECONDS = 120;

    /** Looks for containers at each start, wherever it is found. */
    private static final Pattern CONTAINERS = Pattern.compile("/[^/]*(docker|testcontainers)[^/]*\\.jar$");

    static List<String> classPath(Predicate<String> isKept) {
        return classPathWithContainers().stream()
                .filter(entry ->
                        isKept.test(entry) && !CONTAINERS.matcher(entry).find())
                .toList();
    }

    static List<String> classPathWithContainers() {
        String all = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return List.of(all.split(java.io.File.pathSeparator, -1));
    }

    static StartedProgram run(List<String> classPath, List<String> options, Class<?> main, List<String> arguments)
            throws IOException, InterruptedException {
        return run(classPath, Map.of(), options, main, arguments);
    }

    static StartedProgram run(
            List<String> classPath,
            Map<String, String> environment,
            List<String> options,
            Class<?> main,
            List<String> arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:TieredStopAtLevel=1");
        command.addAll(options);
        command.add("-cp");
        command.add(String.join(java.io.File.pathSeparator, classPath));
        command.add(main.getName());
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        return new StartedProgram(process.waitFor(), output);
    }
}
