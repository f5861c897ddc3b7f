package com.scrapersky.session.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The jar by itself; run by the phase after it was made. */
class SelfContainedJarIT {

    private static final long LARGEST = 12_000_000;
    private static final Duration LONGEST = Duration.ofSeconds(1);
    private static final int ATTEMPTS = 10;

    private static final Path JAR = Path.of(System.getProperty("doctor.jar", ""));

    @Test
    void isSmallAndRunsAlone() throws IOException, InterruptedException {
        assertThat(Files.size(JAR)).isLessThan(LARGEST);
        Process process = start("postgres://app:secret@127.0.0.1:1/shop");
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(said).contains("host-unreachable").doesNotContain("secret").doesNotContain("SLF4J");
        assertThat(process.exitValue()).isEqualTo(3);
    }

    /** A machine that does other work is given several attempts; the program's own part must fit into one. */
    @Test
    void speaksWithinASecond() throws IOException, InterruptedException {
        Duration best = Duration.ofDays(1);
        for (int i = 0; i < ATTEMPTS && best.compareTo(LONGEST) >= 0; i++) {
            long start = System.nanoTime();
            Process process = start("--offline", "postgres://app:secret@db.example.com/shop");
            try (InputStream out = process.getInputStream()) {
                assertThat(out.read()).isPositive();
                Duration took = Duration.ofNanos(System.nanoTime() - start);
                best = took.compareTo(best) < 0 ? took : best;
                out.readAllBytes();
            }
            process.waitFor();
        }
        assertThat(best).isLessThan(LONGEST);
    }

    /** The testkit's pooler has all that it needs in the jar, too. */
    @Test
    void proxy() throws IOException, InterruptedException {
        Process process = start("proxy", "postgres://app:secret@127.0.0.1:1/shop", "--manners", "supavisor", "--trust");
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).startsWith("TransactionPooler (supavisor) listens on 127.0.0.1:");
        } finally {
            process.destroy();
        }
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }

    private static Process start(String... arguments) throws IOException {
        String[] command = new String[arguments.length + 3];
        command[0] = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        command[1] = "-jar";
        command[2] = JAR.toString();
        System.arraycopy(arguments, 0, command, 3, arguments.length);
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }
}
