package com.scrapersky.profiles;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.profiles.RunningService.Answer;
import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PgBouncerVersion;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** In a JVM without other services, which would keep its log as theirs. A log of JSON, where it is wanted: each line says which request and which tenant it is about. How lines look otherwise is in SecretsTest. */
@Tag("alone")
@Tag("once")
class LogTest {

    /** Spring Boot keeps the form of a log in the JVM, for the other tests too. */
    @AfterEach
    void forgetForm() {
        System.clearProperty("CONSOLE_LOG_STRUCTURED_FORMAT");
    }

    @Test
    void eachLineHasItsRequestAndItsTenant() {
        PgBouncerLab pooler = Labs.pooler(PgBouncerVersion.V1_26);
        UUID tenant = UUID.randomUUID();
        String log = StartTest.outputOf(() -> {
                    try (RunningService service = RunningService.of(
                            pooler.url(), pooler.postgres().url(), "--logging.structured.format.console=ecs")) {
                        service.create(tenant, "{\"email\": \"ada@example.com\"}");
                        Answer conflict = service.send(service.request(
                                        tenant, "POST", RunningService.PROFILES, "{\"email\": \"ada@example.com\"}")
                                .header("X-Request-Id", "mine-1")
                                .build());
                        assertThat(conflict.status()).isEqualTo(409);
                    }
                })
                .text();
        // Until the form is set, another test's service in this JVM may log in the one of before.
        List<JsonNode> lines = log.lines()
                .dropWhile(line -> !line.startsWith("{"))
                .map(JsonMapper.shared()::readTree)
                .toList();

        assertThat(lines).hasSizeGreaterThan(5);
        assertThat(lines.stream()
                        .filter(line -> line.path("request_id").asString("").equals("mine-1")))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line.get("tenant_id").asString()).isEqualTo(tenant.toString()));
    }
}
