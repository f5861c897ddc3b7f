package com.scrapersky.profiles.http;

import static com.scrapersky.profiles.RunningService.PROFILES;
import static com.scrapersky.profiles.http.RefusalsTest.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.profiles.Labs;
import com.scrapersky.profiles.RunningService;
import com.scrapersky.profiles.RunningService.Answer;
import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PgBouncerVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What HTTP has for pages, versions, browsers and operators. */
class MannersTest {

    private static final Pattern NEXT = Pattern.compile("<([^>]+)>; rel=\"next\"");

    private final PgBouncerLab pooler = Labs.pooler(PgBouncerVersion.V1_18);
    private final RunningService service = RunningService.impatientBehind(PgBouncerVersion.V1_18);
    private final UUID tenant = UUID.randomUUID();

    @Test
    void linksLeadThroughTheList() {
        List<UUID> created = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            created.add(service.create(tenant, "{}"));
        }
        List<UUID> listed = new ArrayList<>();
        String path = PROFILES + "?limit=2&raw_sql=true";
        while (path != null) {
            Answer page = service.get(tenant, path);
            listed.addAll(page.ids());
            assertThat(page.header("Link")).contains("<" + PROFILES + "?limit=2>; rel=\"first\"");
            Matcher next = NEXT.matcher(page.header("Link"));
            path = next.find() ? next.group(1) : null;
        }
        assertThat(listed).isEqualTo(created);
    }

    @Test
    void onlyTheVersionThatWasSeenIsChanged() {
        Answer created = service.send(tenant, "POST", PROFILES, "{\"name\": \"first\"}");
        String path = PROFILES + "/" + created.data().get("id").asString();
        String seen = service.get(tenant, path).header("ETag");

        Answer changed = update(path, seen, "{\"name\": \"second\"}");
        assertThat(changed.status()).as(changed.toString()).isEqualTo(200);
        assertThat(changed.header("ETag"))
                .isNotEqualTo(seen)
                .isEqualTo(service.get(tenant, path).header("ETag"));
        assertProblem(update(path, seen, "{\"name\": \"third\"}"), 412);
        assertProblem(update(path, seen, "{}"), 412);
        assertThat(update(path, changed.header("ETag"), "{}").status()).isEqualTo(200);
        assertThat(update(path, "*", "{\"name\": \"fourth\"}").status()).isEqualTo(200);
        assertProblem(update(PROFILES + "/" + UUID.randomUUID(), seen, "{\"name\": \"x\"}"), 404);
        for (String malformed : List.of("x", "\"\"", "W/" + seen, seen + ", " + seen, "\"zzzzzzzzzzzzz\"")) {
            assertThat(update(path, malformed, "{}").errorFields()).containsExactly("If-Match");
        }
        assertThat(service.get(tenant, path).data().get("name").asString()).isEqualTo("fourth");
    }

    @Test
    void whatWasSeenIsNotSentAgain() {
        String path = PROFILES + "/" + service.create(tenant, "{}");
        String seen = service.get(tenant, path).header("ETag");

        assertThat(service.send(service.request(tenant, "GET", path, "")
                                .header("If-None-Match", seen)
                                .build())
                        .status())
                .isEqualTo(304);
    }

    @Test
    void readyMeansThatTheDatabaseAnswers() {
        assertThat(ready()).isEqualTo(200);
        pooler.crash();
        try {
            assertThat(ready()).isEqualTo(503);
            assertThat(service.send(service.request("GET", "/healthz", "").build())
                            .status())
                    .isEqualTo(200);
        } finally {
            pooler.restart();
        }
        int ready = ready();
        for (int attempt = 0; attempt < 20 && ready != 200; attempt++) {
            ready = ready();
        }
        assertThat(ready).isEqualTo(200);
    }

    @Test
    void requestsHaveIds() {
        assertThat(withId("from-client.1").header("X-Request-Id")).isEqualTo("from-client.1");
        assertThat(withId("forged line").header("X-Request-Id")).matches("[0-9a-f-]{36}");
        assertThat(service.send(service.request("GET", PROFILES, "").build()).header("X-Request-Id"))
                .as("of one that is refused, too")
                .matches("[0-9a-f-]{36}");
    }

    @Test
    void browsersAreKeptInBounds() {
        Answer answer = service.send(service.request(tenant, "GET", PROFILES, "")
                .header("Origin", "https://elsewhere.example")
                .build());

        assertThat(answer.header("Access-Control-Allow-Origin")).isEmpty();
        assertThat(answer.header("Content-Security-Policy")).isEqualTo("default-src 'none'; frame-ancestors 'none'");
        assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(answer.header("X-Frame-Options")).isEqualTo("DENY");
        assertThat(answer.header("Referrer-Policy")).isEqualTo("no-referrer");
        assertThat(answer.header("Cache-Control")).contains("no-store");
    }

    @Test
    void originsThatAreConfiguredMayAsk() {
        try (RunningService open = RunningService.of(
                pooler.url(),
                pooler.postgres().url(),
                "--profiles.cors.allowed-origins=https://app.example,https://other.example")) {
            assertThat(preflight(open, "https://app.example").header("Access-Control-Allow-Origin"))
                    .isEqualTo("https://app.example");
            assertThat(preflight(open, "https://elsewhere.example").header("Access-Control-Allow-Origin"))
                    .isEmpty();
        }
    }

    private static Answer preflight(RunningService open, String origin) {
        return open.answerOrText(open.request("OPTIONS", PROFILES, "")
                .header("Origin", origin)
                .header("Access-Control-Request-Method", "PUT")
                .header("Access-Control-Request-Headers", "authorization,if-match")
                .build());
    }

    private Answer withId(String id) {
        return service.send(service.request(tenant, "GET", PROFILES, "")
                .header("X-Request-Id", id)
                .build());
    }

    private int ready() {
        return service.send(service.request("GET", "/readyz", "").build()).status();
    }

    private Answer update(String path, String ifMatch, String body) {
        return service.send(service.request(tenant, "PUT", path, body)
                .header("If-Match", ifMatch)
                .build());
    }
}
