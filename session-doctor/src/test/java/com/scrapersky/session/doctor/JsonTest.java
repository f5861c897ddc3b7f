package com.scrapersky.session.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.doctor.internal.paste.Configurations;
import com.scrapersky.session.testkit.PostgresLab;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code --json} and the exit codes: what programs go by. */
class JsonTest {

    /** The members that schema sky-doctor-report/1 promises; more may come, none may go. */
    private static final List<String> MEMBERS = List.of(
            "\"schema\":\"sky-doctor-report/1\"",
            "\"outcome\":\"examined\"",
            "\"exitCode\":",
            "\"facts\":{\"address\":{\"url\":",
            "\"findings\":[{\"id\":",
            "\"severity\":",
            "\"title\":",
            "\"evidence\":",
            "\"meaning\":",
            "\"remedy\":",
            "\"docs\":\"docs/doctor.md#",
            "\"configurations\":{\"sky-session\":");

    @Test
    void membersAndExitCodes() {
        try (PostgresLab postgres = PostgresLab.start()) {
            Run run = Run.of("--json", postgres.url());
            assertThat(run.out()).contains(MEMBERS).doesNotContain(postgres.password() + "@");
            assertThat(run.out().lines()).hasSize(1);
            Configurations.tools().forEach(tool -> assertThat(run.out()).contains("\"" + tool + "\":\""));
            assertThat(run.exitCode()).isZero();
            // The superuser is a warning.
            assertThat(Run.of("--fail-on", "warning", postgres.url()).exitCode())
                    .isEqualTo(1);
            assertThat(Run.of("--fail-on", "never", postgres.url()).exitCode()).isZero();
        }
    }

    @Test
    void withoutAConnection() {
        Run run = Run.of("--json", "postgres://app:secret@127.0.0.1:1/shop");
        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.out())
                .contains("\"outcome\":\"not-connected\"", "\"exitCode\":3", "\"id\":\"host-unreachable\"")
                .doesNotContain("secret");
    }
}
