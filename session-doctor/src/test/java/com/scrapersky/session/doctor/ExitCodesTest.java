package com.scrapersky.session.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.testkit.PostgresLab;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a script goes by. */
class ExitCodesTest {

    private static PostgresLab postgres;

    @BeforeAll
    static void start() {
        postgres = PostgresLab.start();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @Test
    void healthyIs0() {
        assertThat(Run.of(postgres.url()).exitCode()).isZero();
    }

    /** Its role is a superuser, a warning, and no timeout is set, which is told for information. */
    @Test
    void findingsAreFrom1OnAsToldByFailOn() {
        assertThat(exitCode("error")).isZero();
        assertThat(exitCode("warning")).isEqualTo(1);
        assertThat(exitCode("info")).isEqualTo(1);
        assertThat(exitCode("never")).isZero();
    }

    @Test
    void usageIs2() {
        assertThat(Run.of("mysql://host/d").exitCode()).isEqualTo(2);
        Run mistyped = Run.of("--fail-onn=error", postgres.url());
        assertThat(mistyped.exitCode()).isEqualTo(2);
        assertThat(mistyped.err())
                .contains("--fail-onn", "Possible solutions: --fail-on", "doctor --help tells what there is")
                .doesNotContain("Usage:", postgres.password());
        Run nothing = Run.of();
        assertThat(nothing.exitCode()).isEqualTo(2);
        assertThat(nothing.err()).contains("DATABASE_URL");
    }

    @Test
    void noConnectionIs3() {
        assertThat(Run.of("postgres://app:secret@127.0.0.1:1/shop").exitCode()).isEqualTo(3);
    }

    @Test
    void refusedLoginIs4() {
        assertThat(Run.of(postgres.url().replace(postgres.password(), "wrong")).exitCode())
                .isEqualTo(4);
    }

    private static int exitCode(String failOn) {
        return Run.of("--fail-on", failOn, postgres.url()).exitCode();
    }
}
