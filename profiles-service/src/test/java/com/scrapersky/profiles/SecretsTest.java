package com.scrapersky.profiles;

import static com.scrapersky.profiles.RunningService.PROFILES;
import static com.scrapersky.profiles.RunningService.TOKENS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.profiles.RunningService.Answer;
import com.scrapersky.profiles.development.Tokens;
import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PgBouncerVersion;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * Passwords, keys, tokens and what people are called: each is given to the service in every way that it takes it, also where
 * that fails, with everything of its own logged; none is in the log, none in a problem, and none in the name of a thread.
 */
class SecretsTest {

    private static final String PASSWORD = "Passw0rd-of-the-login";
    private static final String WRONG_PASSWORD = "Passw0rd-that-is-wrong";
    private static final String GARBAGE = "garbage-instead-of-a-t0ken";
    private static final String NAME = "Zebulon Secretperson";
    private static final String EMAIL = "zebulon-private@example.com";
    private static final String BIO = "was-born-in-1977-privately";
    private static final String NOTE = "owes-us-money-privately";
    private static final String KEY = "idempotency-key-private";
    private static final int EXPENSIVE = 12;
    private static final String PROFILE =
            "{\"name\": \"" + NAME + "\", \"email\": \"" + EMAIL + "\", \"bio\": \"" + BIO + "\"}";

    private final PgBouncerLab pooler = Labs.pooler(PgBouncerVersion.V1_26);
    private final UUID tenant = UUID.randomUUID();
    private final List<String> tokens = new ArrayList<>();
    private final List<Answer> answers = new ArrayList<>();
    private final List<String> threads = new ArrayList<>();

    @Test
    void areInNoLogInNoProblemAndInNoThreadsName() {
        Logins.create(Labs.postgres());
        Labs.postgres()
                .execute("create role secretive login noinherit password '" + PASSWORD + "' in role authenticated");
        String log = StartTest.outputOf(() -> {
                    try (RunningService service = RunningService.of(
                            url(PASSWORD),
                            pooler.postgres().url(),
                            "--logging.level.com.scrapersky=debug",
                            "--profiles.expensive-requests-per-minute=" + EXPENSIVE)) {
                        requests(service);
                        tooMany(service);
                        refusedTokens(service);
                        failingDatabase(service);
                        Thread.getAllStackTraces().keySet().forEach(thread -> threads.add(thread.getName()));
                    }
                    assertThatThrownBy(() -> RunningService.run(
                                    "--DATABASE_URL=" + url(WRONG_PASSWORD),
                                    "--JWT_SECRET_KEY=" + TOKENS.secret(),
                                    "--logging.level.com.scrapersky=debug"))
                            .isInstanceOf(Exception.class);
                })
                .text();

        assertThat(log)
                .as("what was done is in the log")
                .contains("a token was refused", "a request failed", "duplicate key value", "DEBUG");
        assertThat(answers.stream().map(Answer::status).distinct())
                .as("everything that may go wrong did")
                .contains(200, 202, 400, 401, 403, 404, 409, 412, 413, 415, 422, 429, 500, 503);
        assertThat(threads).contains("profile-jobs");
        assertThat(log)
                .as("request and tenant, in a line of their own request's")
                .contains(answers.stream()
                        .filter(answer -> answer.status() == 409)
                        .map(answer -> "[" + answer.header("X-Request-Id") + " " + tenant + "]")
                        .toList());
        String problems = String.join(
                "\n",
                answers.stream()
                        .filter(answer -> answer.status() >= 400)
                        .map(answer -> answer.response().headers().map() + " " + answer.body())
                        .toList());
        for (String secret : secrets()) {
            assertThat(log.contains(secret)).as(secret + " in the log").isFalse();
            assertThat(problems.contains(secret)).as(secret + " in a problem").isFalse();
            assertThat(threads).as(secret).noneMatch(name -> name.contains(secret));
        }
    }

    private List<String> secrets() {
        List<String> secrets = new ArrayList<>(
                List.of(PASSWORD, WRONG_PASSWORD, GARBAGE, NAME, "Zebulon", EMAIL, "zebulon-private", BIO, NOTE, KEY));
        secrets.add(pooler.password());
        secrets.add(TOKENS.secret());
        secrets.add(Base64.getEncoder().encodeToString(TOKENS.secret().getBytes(StandardCharsets.UTF_8)));
        for (String token : tokens) {
            // Its signature, and what it claims.
            secrets.add(token.substring(token.lastIndexOf('.') + 1));
            secrets.add(token.substring(token.indexOf('.') + 1, token.lastIndexOf('.')));
        }
        return secrets.stream().filter(secret -> !secret.isEmpty()).toList();
    }

    private void requests(RunningService service) {
        Answer created = send(service, "POST", PROFILES, PROFILE);
        String path = PROFILES + "/" + created.data().get("id").asString();
        Answer got = send(service, "GET", path, "");
        send(service, "PUT", path, "{\"name\": \"" + NAME + " II\"}");
        send(request(service, "PUT", path, PROFILE).header("If-Match", got.header("ETag")), service);
        send(service, "POST", PROFILES, PROFILE);
        for (String malformed : List.of(
                "{\"email\": \"" + EMAIL + ".\", \"bio\": [\"" + BIO + "\"]}",
                "{\"name\": \"" + NAME,
                "{\"name\": \"" + NAME + "\"} \"" + BIO + "\"",
                "{\"name\": \"" + NAME + "\", \"name\": \"" + NAME + "\"}",
                NAME,
                "{\"bio\": \"" + BIO.repeat(10_000) + "\"}")) {
            send(service, "POST", PROFILES, malformed);
            send(service, "PUT", path, malformed);
            send(service, "POST", path + "/notes", malformed);
        }
        send(request(service, "POST", PROFILES, PROFILE).setHeader("Content-Type", "text/plain"), service);
        Answer note = send(service, "POST", path + "/notes", "{\"text\": \"" + NOTE + "\"}");
        send(service, "GET", path + "/notes", "");
        send(service, "DELETE", path + "/notes/" + note.data().get("id").asString(), "");
        Answer job = send(importing(service, "name,email\n" + NAME + ",another-" + EMAIL + "\n"), service);
        send(importing(service, "name\n" + BIO + "\n"), service);
        String jobId = job.data().get("id").asString();
        RunningService.finishedJob(service, tenant, jobId);
        for (String failing : List.of(
                "name,email\n" + NAME + "," + BIO + "\n",
                "name,email\n\"" + NAME + "\n",
                "name\n" + NAME + "," + BIO + "\n")) {
            send(
                    request(service, "POST", PROFILES + "/import", failing).setHeader("Content-Type", "text/csv"),
                    service);
        }
        // A problem names a field that is none to whoever sent it; the log does not.
        service.send(request(service, "POST", PROFILES + "/import", NAME + "\n" + BIO + "\n")
                .setHeader("Content-Type", "text/csv")
                .build());
        send(
                request(service, "POST", PROFILES + "/import", "{\"name\": \"" + NAME + "\nx")
                        .setHeader("Content-Type", "application/x-ndjson"),
                service);
        for (String read : List.of(
                PROFILES,
                PROFILES + "?cursor=" + BIO,
                "/api/v3/jobs",
                "/api/v3/jobs/" + jobId,
                "/actuator/env",
                "/actuator/skysession",
                "/v3/api-docs")) {
            send(service, "GET", read, "");
        }
        service.text(request(service, "GET", PROFILES + "/export", "")
                .header("Accept", "text/csv")
                .build());
        send(service, "DELETE", path, "");
    }

    private void tooMany(RunningService service) {
        for (int i = 0; i <= EXPENSIVE; i++) {
            send(importing(service, "name,email\n" + NAME + "," + BIO + i + "\n"), service);
        }
    }

    private void refusedTokens(RunningService service) {
        Map<String, Object> anonymous = Tokens.claims(Duration.ofHours(1));
        anonymous.put("role", "anon");
        anonymous.put("email", EMAIL);
        Map<String, Object> nameless = Tokens.claims(Duration.ofHours(1));
        nameless.put("tenant_id", NAME);
        for (String token : List.of(
                GARBAGE,
                GARBAGE + "." + GARBAGE + "." + GARBAGE,
                TOKENS.ofTenant(tenant) + "x",
                TOKENS.valid(Duration.ofHours(-1)),
                TOKENS.signed(anonymous),
                TOKENS.signed(nameless),
                Tokens.unsigned(nameless),
                Tokens.ofRandomSecret().ofTenant(tenant))) {
            if (!token.equals(GARBAGE)) {
                tokens.add(token);
            }
            send(service.request("GET", PROFILES, "").header("Authorization", "Bearer " + token), service);
        }
        send(service.request("GET", PROFILES, "").header("Authorization", "Basic " + GARBAGE), service);
    }

    private void failingDatabase(RunningService service) {
        Labs.postgres().execute("alter table profiles rename to profiles_elsewhere");
        try {
            send(service, "POST", PROFILES, PROFILE);
            send(service, "GET", PROFILES, "");
        } finally {
            Labs.postgres().execute("alter table profiles_elsewhere rename to profiles");
        }
        pooler.crash();
        try {
            send(service, "POST", PROFILES, PROFILE);
            send(service.request("GET", "/readyz", ""), service);
        } finally {
            pooler.restart();
        }
    }

    private String url(String password) {
        return "postgres://secretive:" + password + "@" + pooler.host() + ":" + pooler.port() + "/" + pooler.database()
                + "?pool_timeout=1";
    }

    private HttpRequest.Builder importing(RunningService service, String content) {
        return request(service, "POST", PROFILES + "/import", content)
                .setHeader("Content-Type", "text/csv")
                .header("Idempotency-Key", KEY);
    }

    private HttpRequest.Builder request(RunningService service, String method, String path, String body) {
        HttpRequest.Builder request = service.request(tenant, method, path, body);
        String token = request.build().headers().firstValue("Authorization").orElseThrow();
        tokens.add(token.substring("Bearer ".length()));
        return request;
    }

    private Answer send(RunningService service, String method, String path, String body) {
        return send(request(service, method, path, body), service);
    }

    private Answer send(HttpRequest.Builder request, RunningService service) {
        Answer answer = service.send(request.build());
        answers.add(answer);
        return answer;
    }
}
