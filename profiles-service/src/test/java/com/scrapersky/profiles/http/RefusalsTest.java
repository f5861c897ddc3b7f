package com.scrapersky.profiles.http;

import static com.scrapersky.profiles.RunningService.PROFILES;
import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.profiles.Labs;
import com.scrapersky.profiles.RunningService;
import com.scrapersky.profiles.RunningService.Answer;
import com.scrapersky.session.testkit.PgBouncerVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every request that cannot be, with the problem detail that it gets. */
@ParameterizedClass
@EnumSource(PgBouncerVersion.class)
class RefusalsTest {

    @Parameter
    PgBouncerVersion version;

    private final UUID tenant = UUID.randomUUID();
    private RunningService service;

    @BeforeEach
    void start() {
        service = RunningService.behind(version);
    }

    @ParameterizedTest
    @CsvSource({
        "limit=0, limit",
        "limit=1001, limit",
        "limit=-1, limit",
        "limit=abc, limit",
        "limit=1.5, limit",
        "limit=, limit",
        "limit=%20, limit",
        "limit=99999999999999999999, limit",
        "limit=٣, limit",
        "offset=-1, offset",
        "offset=x, offset",
        "offset=99999999999999999999, offset",
        "cursor=, cursor",
        "cursor=abc, cursor",
        "cursor=!, cursor",
        "cursor=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA, cursor",
        "cursor=f_________8AAAAAAAAAAAAAAAAAAAAA, cursor",
        "cursor=gAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA, cursor"
    })
    void placeInTheListThatCannotBe(String query, String field) {
        Answer answer = service.get(tenant, PROFILES + "?" + query.replace("٣", "%D9%A3"));

        assertProblem(answer, 400);
        assertThat(answer.errorFields()).containsExactly(field);
    }

    @Test
    void allThatIsWrongIsNamed() {
        Answer answer = service.get(tenant, PROFILES + "?limit=0&offset=-1&cursor=x");

        assertProblem(answer, 400);
        assertThat(answer.errorFields()).containsExactly("limit", "offset", "cursor");
    }

    @Test
    void cursorAndOffsetTogether() {
        service.create(tenant, "{}");
        String cursor = service.get(tenant, PROFILES + "?limit=1")
                .body()
                .get("next_cursor")
                .asString();

        assertThat(service.get(tenant, PROFILES + "?offset=1&cursor=" + cursor).errorFields())
                .containsExactly("offset");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "abc", "1-2-3-4-5", "550e8400-e29b-41d4-a716-44665544000g", "%20", "a%27--"})
    void idThatIsNoUuid(String id) {
        for (String method : List.of("GET", "PUT", "DELETE")) {
            Answer answer = service.send(tenant, method, PROFILES + "/" + id, method.equals("PUT") ? "{}" : "");

            assertProblem(answer, 400);
            assertThat(answer.errorFields()).containsExactly("id");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"email\": \"nobody\"}",
                "{\"email\": \"\"}",
                "{\"email\": \"@example.com\"}",
                "{\"email\": \"a@b\"}",
                "{\"email\": \"a@b..c\"}",
                "{\"email\": \"a b@example.com\"}",
                "{\"email\": \"a@-example.com\"}",
                "{\"email\": \"a@example.com\\nbcc: b@example.com\"}",
                "{\"email\": \"a@b@example.com\"}",
                "{\"email\": 1}",
                "{\"name\": 1}",
                "{\"name\": true}",
                "{\"name\": []}",
                "{\"name\": {}}",
                "{\"name\": \"\\u0000\"}",
                "{\"name\": \"\\ud800\"}",
                "{\"active\": null}",
                "{\"active\": \"true\"}",
                "{\"active\": 1}",
                "{\"nmae\": \"x\"}",
                "{\"Name\": \"x\"}",
                "{\"name = null --\": \"x\"}"
            })
    void fieldThatCannotBe(String body) {
        UUID id = service.create(tenant, "{}");
        String field = body.substring(2, body.indexOf('"', 2));

        for (Answer answer : List.of(
                service.send(tenant, "POST", PROFILES, body), service.send(tenant, "PUT", PROFILES + "/" + id, body))) {
            assertProblem(answer, 400);
            assertThat(answer.errorFields()).containsExactly(field);
        }
    }

    @ParameterizedTest
    @CsvSource({"name, 200", "avatar_url, 2048", "bio, 10000", "role, 100"})
    void lengths(String field, int longest) {
        // Beyond the basic plane a character takes two chars, and PostgreSQL counts it once.
        String fitting = "🚀".repeat(longest);

        assertLengths(field, fitting, fitting + "🚀");
    }

    @Test
    void lengthOfAnEmail() {
        String domain = ("." + "d".repeat(60)).repeat(3) + ".de";

        assertLengths("email", "e".repeat(64) + "@aaa" + domain, "e".repeat(64) + "@aaaa" + domain);
        assertLengths("email", "e".repeat(64) + "@a.de", "e".repeat(65) + "@a.de");
        assertLengths("email", "e@" + "d".repeat(63) + ".de", "e@" + "d".repeat(64) + ".de");
    }

    private void assertLengths(String field, String fitting, String tooLong) {
        Answer fits = service.send(tenant, "POST", PROFILES, "{\"" + field + "\": \"" + fitting + "\"}");
        Answer exceeds = service.send(tenant, "POST", PROFILES, "{\"" + field + "\": \"" + tooLong + "\"}");

        assertThat(fits.status()).as(fits.toString()).isEqualTo(200);
        assertProblem(exceeds, 400);
        assertThat(exceeds.errorFields()).containsExactly(field);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ada@example.com",
                "ada.lovelace+tag@sub.example.co.uk",
                "o'neil@example.com",
                "用户@例え.jp",
                "a@xn--bcher-kva.example"
            })
    void emailThatIsOne(String email) {
        assertThat(service.send(tenant, "POST", PROFILES, "{\"email\": \"" + email + "\"}")
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "[]",
                "\"text\"",
                "null",
                "1",
                "{} {}",
                "{\"name\": \"a\", \"name\": \"b\"}",
                "{name: 1}",
                " "
            })
    void bodyThatIsNoObject(String body) {
        assertProblem(service.send(tenant, "POST", PROFILES, body), 400);
    }

    @Test
    void bodyThatIsMissing() {
        assertProblem(
                service.send(service.request(tenant, "POST", PROFILES, "")
                        .header("Content-Type", "application/json")
                        .build()),
                400);
    }

    @Test
    void bodyThatIsNotUtf8() {
        byte[] latin1 = "{\"name\": \"é\"}".getBytes(StandardCharsets.ISO_8859_1);

        assertProblem(
                service.send(service.request(tenant, "POST", PROFILES, "x")
                        .method("POST", BodyPublishers.ofByteArray(latin1))
                        .build()),
                400);
    }

    @Test
    void unknownProfileAndUnknownPath() {
        String absent = PROFILES + "/" + UUID.randomUUID();

        assertProblem(service.get(tenant, absent), 404);
        assertProblem(service.send(tenant, "PUT", absent, "{\"name\": \"x\"}"), 404);
        assertProblem(service.send(tenant, "PUT", absent, "{}"), 404);
        assertProblem(service.send(tenant, "DELETE", absent, ""), 404);
        assertProblem(service.get(tenant, "/api/v3/nothing"), 404);
        assertProblem(service.get(tenant, "/error"), 404);
    }

    @Test
    void methodThatThePathDoesNotKnow() {
        Answer onList = service.send(tenant, "DELETE", PROFILES, "");
        Answer onProfile = service.send(tenant, "POST", PROFILES + "/" + UUID.randomUUID(), "{}");

        assertProblem(onList, 405);
        assertThat(onList.header("Allow")).contains("GET").contains("POST");
        assertProblem(onProfile, 405);
        assertThat(onProfile.header("Allow")).contains("GET").contains("PUT").contains("DELETE");
    }

    @Test
    void answerInAnotherForm() {
        Answer answer = service.send(service.request(tenant, "GET", PROFILES, "")
                .header("Accept", "text/csv")
                .build());

        assertProblem(answer, 406);
        assertThat(answer.body().get("detail").asString())
                .isEqualTo("The answer can only be given as application/json.");
    }

    @Test
    void sameEmailInTheSameTenant() {
        service.create(tenant, "{\"email\": \"Ada@example.com\"}");
        UUID other = service.create(tenant, "{\"email\": \"grace@example.com\"}");
        service.create(UUID.randomUUID(), "{\"email\": \"ada@example.com\"}");

        Answer created = service.send(tenant, "POST", PROFILES, "{\"email\": \"ada@example.com\"}");
        Answer updated = service.send(tenant, "PUT", PROFILES + "/" + other, "{\"email\": \"ADA@example.com\"}");

        for (Answer conflict : List.of(created, updated)) {
            assertProblem(conflict, 409);
            assertThat(conflict.errorFields()).containsExactly("email");
        }
        assertThat(service.get(tenant, PROFILES).ids()).hasSize(2);
    }

    @Test
    void bodyThatIsTooLarge() {
        assertProblem(service.send(tenant, "POST", PROFILES, "{\"bio\": \"" + "x".repeat(200_000) + "\"}"), 413);
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded", "application/xml", "nonsense"})
    void bodyInAnotherForm(String type) {
        Answer answer = service.send(service.request(tenant, "POST", PROFILES, "{}")
                .setHeader("Content-Type", type)
                .build());

        assertProblem(answer, 415);
        assertThat(answer.body().get("detail").asString()).isEqualTo("The body must be application/json.");
    }

    @Test
    void failureOfTheDatabaseTellsNothingOfIt() {
        UUID id = service.create(tenant, "{\"email\": \"a@example.com\"}");
        Labs.postgres().execute("alter table profiles rename to profiles_elsewhere");
        try {
            assertProblem(service.get(tenant, PROFILES), 500);
            assertProblem(service.get(tenant, PROFILES + "/" + id), 500);
            assertProblem(service.send(tenant, "POST", PROFILES, "{}"), 500);
        } finally {
            Labs.postgres().execute("alter table profiles_elsewhere rename to profiles");
        }
        assertThat(service.get(tenant, PROFILES).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/api/v3/profiles;x=1", "//api/v3/profiles", "/api/v3/profiles%2f..", "/api/v3/profiles?a=<"})
    void requestThatReachesNoController(String path) throws IOException {
        String response = raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        assertThat(response)
                .startsWith("HTTP/1.1 400")
                .contains("application/problem+json", "\"status\":400", "\"detail\":\"The request cannot be read")
                .doesNotContain("Exception", "tomcat", "Tomcat", "\tat ", "\"instance\":\"/error\"");
    }

    private String raw(String request) throws IOException {
        try (Socket socket = new Socket("localhost", service.port());
                OutputStream out = socket.getOutputStream();
                InputStream in = socket.getInputStream()) {
            out.write(request.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** A problem detail of RFC 9457 that says nothing of the database. */
    static void assertProblem(Answer answer, int status) {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.body().get("status").asInt()).isEqualTo(status);
        assertThat(answer.body().get("title").asString()).isNotBlank();
        assertThat(answer.body().get("detail").asString()).isNotBlank();
        assertThat(answer.body().path("instance").asString())
                .as("the path of the request")
                .isEqualTo(answer.response().request().uri().getRawPath());
        assertThat(answer.body().toString().toLowerCase(Locale.ROOT))
                .doesNotContain("select", "insert", "update ", "relation", "sqlstate", "exception", "com.scrapersky")
                .doesNotContain("tenant_email_key", "postgres", "jackson");
    }
}
