package com.scrapersky.profiles.http;

import static com.scrapersky.profiles.http.RefusalsTest.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.profiles.RunningService;
import com.scrapersky.profiles.RunningService.Answer;
import com.scrapersky.session.testkit.PgBouncerVersion;
import java.net.URI;
import java.util.List;
import java.util.UUID;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Swagger UI: there for everybody where it is wanted, and nowhere else. */
class DocumentPageTest {

    private static final Pattern LOADED = Pattern.compile("(?:src|href)=\"([^\"]+)\"");

    private final RunningService open = DocumentedService.get();

    @Test
    void thePageAndAllThatItLoadsAreServed() {
        String page = text("/swagger-ui/index.html");
        List<String> loaded =
                LOADED.matcher(page).results().map(found -> found.group(1)).toList();

        assertThat(loaded).contains("./swagger-ui.css", "./swagger-ui-bundle.js", "./swagger-initializer.js");
        assertThat(loaded).allSatisfy(file -> {
            assertThat(file).as("nothing of others").doesNotContain("//");
            assertThat(get(URI.create("/swagger-ui/").resolve(file).getPath()).status())
                    .as(file)
                    .isEqualTo(200);
        });
        assertThat(page)
                .as("the policy lets no script stand in the page")
                .doesNotContainPattern("<script[^>]*>\\s*[^<\\s]");
        String address = Pattern.compile("\"(/v3/api-docs[^\"]*)\"")
                .matcher(text("/swagger-ui/swagger-initializer.js"))
                .results()
                .map(MatchResult::group)
                .findFirst()
                .orElseThrow()
                .replace("\"", "");
        assertThat(text(address)).contains("\"url\":\"/v3/api-docs\"", "\"validatorUrl\":\"\"");
        assertThat(get("/swagger-ui.html").status()).isEqualTo(302);
    }

    @Test
    void itMayLoadWhatIsBesideItAndNothingElse() {
        Answer page = get("/swagger-ui/index.html");

        assertThat(page.header("Content-Security-Policy"))
                .startsWith("default-src 'none'; script-src 'self';")
                .contains("connect-src 'self'", "frame-ancestors 'none'")
                .doesNotContain("unsafe-eval", "script-src 'self' 'unsafe-inline'", "http");
        assertThat(page.header("X-Frame-Options")).isEqualTo("DENY");
        assertThat(page.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(get("/healthz").header("Content-Security-Policy"))
                .as("of everything else")
                .isEqualTo("default-src 'none'; frame-ancestors 'none'");
    }

    @Test
    void dataStaysClosed() {
        assertProblem(open.send(open.request("GET", RunningService.PROFILES, "").build()), 401);
        assertProblem(open.send(open.request("GET", "/v3/anything", "").build()), 401);
        assertThat(open.answerOrText(open.request("POST", "/v3/api-docs", "{}").build())
                        .status())
                .isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v3/api-docs",
                "/v3/api-docs.yaml",
                "/v3/api-docs/swagger-config",
                "/swagger-ui.html",
                "/swagger-ui/index.html",
                "/swagger-ui/swagger-ui-bundle.js",
                "/webjars/swagger-ui/5.32.14/index.html"
            })
    void unlessWantedThereIsNone(String path) {
        RunningService closed = RunningService.behind(PgBouncerVersion.V1_26);

        assertProblem(closed.send(closed.request("GET", path, "").build()), 401);
        assertProblem(closed.get(UUID.randomUUID(), path), 404);
    }

    private Answer get(String path) {
        return open.answerOrText(open.request("GET", path, "").build());
    }

    private String text(String path) {
        return open.text(open.request("GET", path, "").build());
    }
}
