package com.scrapersky.session.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JvmDeathTest {

    private static final Pattern DIRECTORY = Pattern.compile("/\\S*/sky-(postgres|pgbouncer|odyssey)-\\d+");

    /** Starts the labs, prints the process ids and command lines of all its children, and waits to be killed. */
    static final class Victim {
        public static void main(String[] arguments) throws IOException {
            PostgresLab postgres = PostgresLab.start();
            PgBouncerLab.builder(postgres).start();
            OdysseyLab.builder(postgres).start();
            ProcessHandle.current()
                    .descendants()
                    .forEach(child -> System.out.println("child " + child.pid() + " "
                            + child.info().commandLine().orElse("") + " " + output(child.pid())));
            System.out.println("complete");
            switch (arguments[0]) {
                case "killed" -> System.in.read();
                case "died" -> throw new IllegalStateException("as a test that dies, and closes nothing");
                default -> System.exit(0);
            }
        }
    }

    /** Odyssey writes over its own command line; its log, which lies in its directory, stays open. */
    private static String output(long pid) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/" + pid + "/fd/1")).toString();
        } catch (IOException e) {
            return "";
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"killed", "died", "ended"})
    @Timeout(60)
    void endsEveryProcessWithTheJvm(String end) throws Exception {
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Victim.class.getName(),
                        end)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> lines = new ArrayList<>();
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(jvm.getInputStream(), StandardCharsets.UTF_8))) {
            output.lines().takeWhile(line -> !line.equals("complete")).forEach(lines::add);
            if (end.equals("killed")) {
                jvm.destroyForcibly();
            }
            assertThat(jvm.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
        List<String> children =
                lines.stream().filter(line -> line.startsWith("child ")).toList();
        List<Path> directories = children.stream()
                .flatMap(line -> DIRECTORY.matcher(line).results())
                .map(MatchResult::group)
                .distinct()
                .map(Path::of)
                .toList();
        assertThat(children).hasSizeGreaterThan(5);
        assertThat(directories).hasSize(3);
        for (String child : children) {
            Optional<ProcessHandle> process = ProcessHandle.of(Long.parseLong(child.split(" ")[1]));
            if (process.isPresent()) {
                process.get().onExit().get(30, TimeUnit.SECONDS);
            }
        }
        assertThat(directories).allSatisfy(directory -> assertThat(directory).doesNotExist());
    }
}
