package com.scrapersky.session.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.testkit.HandOver;
import com.scrapersky.session.testkit.Manners;
import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.TransactionPooler;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the doctor comes by a password, and that it gives a wrong one away once. */
class PasswordTest {

    private static final Map<String, String> NONE = Map.of();
    private static PostgresLab postgres;

    @BeforeAll
    static void start() {
        postgres = PostgresLab.start();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    /** Whatever else would be worth another attempt: TLS that is preferred, a second host, a refused parameter. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "?sslmode=prefer",
                "?sslmode=allow",
                "?options=-c%20search_path%3Dshop",
                "?application_name=x"
            })
    void aWrongPasswordIsTriedOnce(String parameters) throws IOException {
        try (LoginsOnTheWire wire = new LoginsOnTheWire(postgres, InetAddress.getLoopbackAddress())) {
            Run run = Run.of(wire.url().replace(postgres.password(), "wrong") + parameters);
            assertThat(run.exitCode()).isEqualTo(4);
            assertThat(run.out()).contains("[password-wrong]");
            assertThat(wire.passwords()).isEqualTo(1);
        }
    }

    @Test
    void aWrongPasswordIsTriedAtOneOfTwoHosts() throws IOException {
        try (LoginsOnTheWire first = new LoginsOnTheWire(postgres, InetAddress.getLoopbackAddress());
                LoginsOnTheWire second = new LoginsOnTheWire(postgres, InetAddress.getLoopbackAddress())) {
            String hosts = "@127.0.0.1:" + first.port() + ",127.0.0.1:" + second.port() + "/";
            String url = first.url().replaceAll("@[^/]*/", hosts).replace(postgres.password(), "wrong");
            assertThat(Run.of(url).exitCode()).isEqualTo(4);
            assertThat(first.passwords() + second.passwords()).isEqualTo(1);
        }
    }

    /** Supavisor locks an address out; here after the second one. */
    @Test
    void aWrongPasswordLocksNobodyOut() {
        try (TransactionPooler pooler = TransactionPooler.builder(postgres)
                .preset(Manners.supavisor().circuitBreaker(2, Duration.ofSeconds(60), Duration.ofSeconds(60)))
                .handOver(HandOver.LONGEST_IDLE)
                .start()) {
            String wrong = pooler.url().replace(":" + pooler.password() + "@", ":wrong@");
            assertThat(Run.of(wrong).exitCode()).isEqualTo(4);
            assertThat(Run.of(pooler.url()).exitCode()).isZero();
        }
    }

    @Test
    void aMissingOneIsAskedForOnceAndNeverShown() {
        List<String> prompts = new ArrayList<>();
        Run run = Run.onATerminal(
                NONE,
                prompt -> {
                    prompts.add(prompt);
                    return Optional.of(postgres.password());
                },
                withoutPassword());
        assertThat(run.exitCode()).isZero();
        assertThat(prompts).containsExactly("Password of postgres: ");
        assertThat(run.out() + run.err()).doesNotContain(postgres.password());
    }

    @Test
    void nobodyIsAskedWhereThereIsOne() {
        Map<String, String> environment = Map.of("PGPASSWORD", postgres.password());
        assertThat(Run.onATerminal(environment, PasswordTest::unwanted, withoutPassword())
                        .exitCode())
                .isZero();
        assertThat(Run.onATerminal(NONE, PasswordTest::unwanted, postgres.url()).exitCode())
                .isZero();
        assertThat(Run.onATerminal(NONE, PasswordTest::unwanted, "--offline", withoutPassword())
                        .exitCode())
                .isZero();
    }

    private static Optional<String> unwanted(String prompt) {
        throw new AssertionError(prompt);
    }

    private static String withoutPassword() {
        return postgres.url().replace(":" + postgres.password() + "@", "@");
    }
}
