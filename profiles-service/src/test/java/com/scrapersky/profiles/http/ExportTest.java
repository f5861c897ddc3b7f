package com.scrapersky.profiles.http;

import static com.scrapersky.profiles.RunningService.PROFILES;
import static com.scrapersky.profiles.http.RefusalsTest.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.profiles.RunningService;
import com.scrapersky.profiles.RunningService.Answer;
import com.scrapersky.session.testkit.PgBouncerVersion;
import java.net.http.HttpRequest;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** In which form all profiles are given: CSV unless NDJSON is asked for. */
@Tag("once")
class ExportTest {

    private static final String EXPORT = PROFILES + "/export";
    private static final String BROWSER =
            "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";

    private final UUID tenant = UUID.randomUUID();
    private final RunningService service = RunningService.behind(PgBouncerVersion.V1_26);

    @BeforeEach
    void create() {
        service.create(tenant, "{\"name\": \"Ada\"}");
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "*/*",
                BROWSER,
                "text/csv",
                "text/*",
                "text/csv;charset=utf-8",
                "text/csv,application/x-ndjson",
                "application/x-ndjson;q=0.5,text/csv",
                "application/json;q=0.5,*/*;q=0.1"
            })
    void csvUnlessAskedFor(String accept) {
        Answer answer = export(accept);

        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualToIgnoringCase("text/csv;charset=utf-8");
        assertThat(answer.header("Content-Disposition")).isEqualTo("attachment; filename=\"profiles.csv\"");
        assertThat(answer.response().body()).startsWith("id,name,email,").contains(",Ada,");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/x-ndjson",
                "application/x-ndjson,*/*",
                "text/csv;q=0.5,application/x-ndjson",
                "application/json,application/x-ndjson"
            })
    void ndjsonWhereItIsAskedFor(String accept) {
        Answer answer = export(accept);

        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo("application/x-ndjson");
        assertThat(answer.header("Content-Disposition")).isEqualTo("attachment; filename=\"profiles.ndjson\"");
        assertThat(answer.response().body()).startsWith("{\"id\":").contains("\"name\":\"Ada\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "image/png", "text/html,application/xml", "nonsense"})
    void anythingElseIsRefusedWithWhatCanBeHad(String accept) {
        Answer refused = service.send(service.request(tenant, "GET", EXPORT, "")
                .header("Accept", accept)
                .build());

        assertProblem(refused, 406);
        assertThat(refused.body().get("detail").asString())
                .isEqualTo("The answer can only be given as text/csv or application/x-ndjson.");
        assertThat(refused.body().get("instance").asString()).isEqualTo(EXPORT);
    }

    private Answer export(String accept) {
        HttpRequest.Builder request = service.request(tenant, "GET", EXPORT, "");
        return service.answerOrText((accept == null ? request : request.header("Accept", accept)).build());
    }
}
