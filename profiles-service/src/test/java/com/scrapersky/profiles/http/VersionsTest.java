package com.scrapersky.profiles.http;

import static com.scrapersky.profiles.RunningService.PROFILES;
import static com.scrapersky.profiles.http.RefusalsTest.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.profiles.RunningService;
import com.scrapersky.profiles.RunningService.Answer;
import com.scrapersky.session.testkit.PgBouncerVersion;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Versions of the API, in the path and in the header. */
class VersionsTest {

    private final RunningService service = RunningService.behind(PgBouncerVersion.V1_26);
    private final UUID tenant = UUID.randomUUID();

    @ParameterizedTest
    @ValueSource(strings = {"", "3", "v3", "3.0", " 3 "})
    void theOneThatIsServed(String version) {
        assertThat(get(PROFILES, version).status()).isEqualTo(200);
        assertThat(get("/healthz", version).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"4", "2", "3.1", "0", "x", "3;4", "99999999999999999999", "<script>"})
    void anotherInTheHeader(String version) {
        Answer answer = get(PROFILES, version);

        assertProblem(answer, 400);
        assertThat(answer.body().get("detail").asString())
                .isEqualTo("This version of the API is not served; version 3 is.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/api/v4/profiles", "/api/v2/profiles", "/api/v1/anything", "/api/v0", "/api/v999999999/jobs"})
    void anotherInThePath(String path) {
        Answer answer = get(path, "");

        assertProblem(answer, 404);
        assertThat(answer.body().get("detail").asString()).contains("version 3 is");
        assertProblem(service.send(service.request("GET", path, "").build()), 401);
    }

    @Test
    void pathsWithoutAVersionAreAsBefore() {
        assertThat(get("/api/v3/nothing", "").body().get("detail").asString())
                .isEqualTo("There is nothing at this path.");
        assertProblem(get("/api/v3", ""), 404);
        assertProblem(get("/api", ""), 404);
        assertProblem(get("/api/vx/profiles", ""), 404);
        assertProblem(get("/nothing", ""), 404);
    }

    private Answer get(String path, String version) {
        var request = service.request(tenant, "GET", path, "");
        return service.send((version.isEmpty() ? request : request.header("API-Version", version)).build());
    }
}
