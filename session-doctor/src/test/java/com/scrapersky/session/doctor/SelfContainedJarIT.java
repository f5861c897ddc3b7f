package com.scrapersky.session.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PgBouncerVersion;
import com.scrapersky.session.testkit.PostgresLab;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The jar by itself, and bin/doctor, which starts it; run by the phase after it was made. */
class SelfContainedJarIT {

    private static final long LARGEST = 12_000_000;
    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofSeconds(5);
    private static final int ATTEMPTS = 10;

    private static final Path JAR = Path.of(System.getProperty("doctor.jar", ""));

    private static PostgresLab postgres;
    private static PgBouncerLab pooler;

    @BeforeAll
    static void start() {
        postgres = PostgresLab.start();
        pooler = PgBouncerLab.builder(postgres).version(PgBouncerVersion.V1_26).start();
    }

    @AfterAll
    static void stop() {
        pooler.close();
        postgres.close();
    }

    @Test
    void isSmallAndRunsAlone() throws IOException, InterruptedException {
        assertThat(Files.size(JAR)).isLessThan(LARGEST);
        Process process = jar("postgres://app:secret@127.0.0.1:1/shop");
        String said = said(process);
        assertThat(said).contains("host-unreachable").doesNotContain("secret").doesNotContain("SLF4J");
        assertThat(process.exitValue()).isEqualTo(3);
    }

    /** When the first word came, and the last. */
    private record Took(Duration first, Duration all) {}

    /** A machine that does other work is given several attempts; the program's own part must fit into one. */
    @Test
    void speaksWithinASecondAndIsDoneInFive() throws IOException, InterruptedException {
        List<Took> attempts = new ArrayList<>();
        while (attempts.size() < ATTEMPTS
                && attempts.stream()
                        .noneMatch(took -> took.first().compareTo(LONGEST_SILENCE) < 0
                                && took.all().compareTo(LONGEST) < 0)) {
            attempts.add(examination());
        }
        assertThat(attempts)
                .as("one with its first word within %s, and its last within %s", LONGEST_SILENCE, LONGEST)
                .anySatisfy(took -> {
                    assertThat(took.first()).isLessThan(LONGEST_SILENCE);
                    assertThat(took.all()).isLessThan(LONGEST);
                });
    }

    private static Took examination() throws IOException, InterruptedException {
        long start = System.nanoTime();
        Process process = jar(pooler.url());
        try (InputStream out = process.getInputStream()) {
            assertThat(out.read()).isPositive();
            Duration first = Duration.ofNanos(System.nanoTime() - start);
            assertThat(new String(out.readAllBytes(), StandardCharsets.UTF_8)).contains("pooler-transaction-mode");
            assertThat(process.waitFor()).isZero();
            return new Took(first, Duration.ofNanos(System.nanoTime() - start));
        }
    }

    /** The testkit's pooler has all that it needs in the jar, too. */
    @Test
    void proxy() throws IOException, InterruptedException {
        Process process = jar("proxy", "postgres://app:secret@127.0.0.1:1/shop", "--manners", "supavisor", "--trust");
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).startsWith("TransactionPooler (supavisor) listens on 127.0.0.1:");
        } finally {
            process.destroy();
        }
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }

    /** On a terminal, which {@code script} (util-linux) makes: what is typed after the prompt does not show. */
    @Test
    void asksForThePasswordWithoutEcho() throws IOException, InterruptedException {
        String url = postgres.url().replace(":" + postgres.password() + "@", "@");
        Process process = process("script", "-qec", String.join(" ", command(url)), "/dev/null");
        InputStream out = process.getInputStream();
        StringBuilder said = new StringBuilder();
        while (said.indexOf("Password of postgres: ") < 0) {
            int next = out.read();
            assertThat(next).as("the end, after: %s", said).isNotNegative();
            said.append((char) next);
        }
        OutputStream typing = process.getOutputStream();
        typing.write((postgres.password() + "\n").getBytes(StandardCharsets.UTF_8));
        typing.flush();
        said.append(said(process));
        assertThat(said.toString())
                .as("on a terminal, with colours")
                .contains("\u001b[", "Connected, nothing in between; ")
                .doesNotContain(postgres.password());
        assertThat(process.exitValue()).isZero();
    }

    /** From a built tree: nothing is built again, and the arguments, standard input and exit code are the jar's. */
    @Test
    void command() throws IOException, InterruptedException {
        Process process = process("../bin/doctor", "--fail-on", "info", "-");
        try (OutputStream in = process.getOutputStream()) {
            in.write((pooler.url() + "\n").getBytes(StandardCharsets.UTF_8));
        }
        assertThat(said(process)).startsWith("Address\n").contains("pooler               PgBouncer");
        assertThat(process.exitValue()).isEqualTo(1);
    }

    private static String said(Process process) throws IOException, InterruptedException {
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return said;
    }

    private static Process jar(String... arguments) throws IOException {
        return process(command(arguments).toArray(String[]::new));
    }

    private static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-jar");
        command.add(JAR.toString());
        command.addAll(List.of(arguments));
        return command;
    }

    private static Process process(String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeAll(List.of("PGPASSWORD", "DATABASE_URL", "NO_COLOR"));
        return builder.start();
    }
}
