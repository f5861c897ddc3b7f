package com.scrapersky.profiles.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.UUID;
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
}
