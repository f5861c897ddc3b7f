package com.scrapersky.session.testkit.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** The guide promises JUnit 5.9 or newer: its worked example runs in a JVM that has JUnit 5.9 in place of ours. */
class OldestJUnitTest {

    private static final Path OLDEST = Path.of("target/oldest-junit");

    /** Runs the worked example, right and hasty, and says what became of it. */
    static final class Example {
        public static void main(String[] arguments) {
            SummaryGeneratingListener summary = new SummaryGeneratingListener();
            LauncherFactory.create()
                    .execute(
                            LauncherDiscoveryRequestBuilder.request()
                                    .selectors(
                                            selectClass(OrdersBehindAPoolerTest.class),
                                            selectClass(GuideTest.HastyTest.class))
                                    .build(),
                            summary);
            summary.getSummary()
                    .getFailures()
                    .forEach(failure -> System.out.println("failed: "
                            + failure.getException().getSuppressed()[0].getMessage()));
            System.out.println("passed: " + summary.getSummary().getTestsSucceededCount());
            System.out.println(
                    "on: " + Test.class.getProtectionDomain().getCodeSource().getLocation());
            System.exit(0);
        }
    }

    @Test
    void runsTheWorkedExample() throws Exception {
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classPath(),
                        Example.class.getName())
                .redirectError(Redirect.INHERIT)
                .start();
        List<String> said = new String(jvm.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(said)
                .contains("passed: 4", "failed: The next client that gets a backend of PgBouncer 1.18 inherits:")
                .anyMatch(line -> line.startsWith("on: ") && line.endsWith("junit-jupiter-api-5.9.3.jar"));
    }

    private static String classPath() throws IOException {
        try (Stream<Path> oldest = Files.list(OLDEST)) {
            Stream<String> others = Arrays.stream(
                            System.getProperty("java.class.path").split(File.pathSeparator))
                    .filter(entry -> !new File(entry).getName().startsWith("junit-"));
            return Stream.concat(others, oldest.map(Path::toString)).collect(Collectors.joining(File.pathSeparator));
        }
    }
}
