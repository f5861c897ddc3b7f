package com.scrapersky.profiles.http;

import static com.scrapersky.profiles.RunningService.PROFILES;
import static com.scrapersky.profiles.http.RefusalsTest.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.profiles.Labs;
import com.scrapersky.profiles.RunningService;
import com.scrapersky.profiles.RunningService.Answer;
import com.scrapersky.session.testkit.Backends;
import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PgBouncerVersion;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What clients see while the database is away, and after. */
@ParameterizedClass
@EnumSource(PgBouncerVersion.class)
@Tag("once")
class OutageTest {

    @Parameter
    PgBouncerVersion version;

    private final UUID tenant = UUID.randomUUID();
    private PgBouncerLab pooler;
    private RunningService service;

    @BeforeEach
    void start() {
        pooler = Labs.pooler(version);
        service = RunningService.impatientBehind(version);
    }

    @Test
    void withoutThePoolerEveryRequestIsPutOffAndAfterItsRestartNone() {
        String path = PROFILES + "/" + service.create(tenant, "{}");
        pooler.crash();
        try {
            assertPutOff(service.get(tenant, PROFILES));
            assertPutOff(service.get(tenant, path));
            assertPutOff(service.send(tenant, "POST", PROFILES, "{}"));
            assertPutOff(service.send(tenant, "PUT", path, "{\"name\": \"x\"}"));
            assertPutOff(service.send(tenant, "DELETE", path, ""));
            assertProblem(service.get(tenant, PROFILES + "?limit=0"), 400);
            assertThat(service.send(service.request("GET", "/healthz", "").build())
                            .status())
                    .isEqualTo(200);
        } finally {
            pooler.restart();
        }
        awaitService();
        assertThat(service.get(tenant, PROFILES).ids()).hasSize(1);
        assertThat(service.send(tenant, "DELETE", path, "").status()).isEqualTo(200);
    }

    @Test
    void aBusyPoolPutsRequestsOff() {
        service.create(tenant, "{}");
        try (Backends backends = Backends.of(pooler)) {
            backends.whileAllHeld(() -> assertPutOff(service.get(tenant, PROFILES)));
        }
        assertThat(service.get(tenant, PROFILES).ids()).hasSize(1);
    }

    @Test
    void aRequestThatRunsIsAnsweredBeforeTheServiceStops() {
        RunningService own = RunningService.ownBehind(version);
        CompletableFuture<Answer> running;
        CompletableFuture<Void> stopped;
        try (Backends backends = Backends.of(pooler)) {
            own.create(tenant, "{}");
            running = backends.whileAllHeld(() -> {
                CompletableFuture<Answer> request = own.sendAsync(tenant, "GET", PROFILES, "");
                awaitWaitingClient();
                return request;
            });
            stopped = CompletableFuture.runAsync(own::close);
        }
        assertThat(running.join().status()).isEqualTo(200);
        stopped.join();
    }

    /** The pool looks for the database at growing intervals; a request may come in between. */
    private void awaitService() {
        Answer answer = service.get(tenant, PROFILES);
        for (int attempt = 0; attempt < 20 && answer.status() == 503; attempt++) {
            answer = service.get(tenant, PROFILES);
        }
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    }

    private void awaitWaitingClient() {
        while (pooler.admin("SHOW POOLS").stream()
                .noneMatch(pool ->
                        pooler.database().equals(pool.get("database")) && !"0".equals(pool.get("cl_waiting")))) {
            Thread.onSpinWait();
        }
    }

    private static void assertPutOff(Answer answer) {
        assertProblem(answer, 503);
        assertThat(answer.header("Retry-After")).matches("[1-9][0-9]*");
    }
}
