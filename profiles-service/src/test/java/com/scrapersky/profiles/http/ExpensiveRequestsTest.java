package com.scrapersky.profiles.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.profiles.Labs;
import com.scrapersky.profiles.RunningService;
import com.scrapersky.profiles.RunningService.Answer;
import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PgBouncerVersion;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** One tenant's haste is no other's. */
class ExpensiveRequestsTest {

    @Test
    void tooManyAreRefusedWithATime() {
        ExpensiveRequests expensive = new ExpensiveRequests(2);
        UUID tenant = UUID.randomUUID();
        expensive.count(tenant);
        expensive.count(tenant);

        assertThatThrownBy(() -> expensive.count(tenant))
                .isInstanceOfSatisfying(
                        TooManyRequestsException.class,
                        refused -> assertThat(refused.retryAfter())
                                .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(31)));
        assertThatCode(() -> expensive.count(UUID.randomUUID())).doesNotThrowAnyException();
    }

    @Test
    void overHttpTheAnswerSaysWhenToComeBack() {
        PgBouncerLab pooler = Labs.pooler(PgBouncerVersion.V1_26);
        UUID hasty = UUID.randomUUID();
        try (RunningService service = RunningService.of(
                pooler.url(), pooler.postgres().url(), "--profiles.expensive-requests-per-minute=2")) {
            Supplier<Answer> export = () -> service.send(service.request(hasty, "GET", "/api/v3/profiles/export", "")
                    .header("Accept", "application/x-ndjson")
                    .build());
            assertThat(export.get().status()).isEqualTo(200);
            assertThat(export.get().status()).isEqualTo(200);
            Answer refused = export.get();
            RefusalsTest.assertProblem(refused, 429);
            assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 31);
            assertThat(service.get(UUID.randomUUID(), "/api/v3/jobs").status()).isEqualTo(200);
        }
    }
}
