package com.scrapersky.profiles;

import com.scrapersky.profiles.development.Tokens;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PgBouncerVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The service as it runs in production, started by its own main class on a free port, and a client of it. One behind each
 * pooler for all tests of this JVM.
 */
public final class RunningService implements AutoCloseable {

    public static final String PROFILES = "/api/v3/profiles";
    public static final UUID DEFAULT_TENANT = UUID.fromString("550e8400-e29b-41d4-a716-446655440000");
    public static final Tokens TOKENS = Tokens.ofRandomSecret();

    private static final Map<PgBouncerVersion, RunningService> SHARED = new EnumMap<>(PgBouncerVersion.class);
    private static final Map<PgBouncerVersion, RunningService> IMPATIENT = new EnumMap<>(PgBouncerVersion.class);
    private static final JsonMapper JSON = JsonMapper.shared();

    private static final String EXPENSIVE = "--profiles.expensive-requests-per-minute=";

    private final HttpClient client = HttpClient.newHttpClient();
    private final ServletWebServerApplicationContext context;

    private RunningService(String url, String direct, String... more) {
        List<String> settings = new ArrayList<>(List.of(
                "--DATABASE_URL=" + url,
                "--MIGRATION_DATABASE_URL=" + direct,
                "--JWT_SECRET_KEY=" + TOKENS.secret(),
                // Tests wait for what clients need not.
                "--profiles.jobs.events-every=20ms"));
        settings.addAll(List.of(more));
        if (settings.stream().noneMatch(setting -> setting.startsWith(EXPENSIVE))) {
            settings.add(EXPENSIVE + 100_000);
        }
        context = run(settings.toArray(String[]::new));
    }

    private RunningService(PgBouncerLab pooler, String parameters) {
        this(pooler.url() + parameters, pooler.postgres().url());
    }

    /** One with settings of its own, which its test closes. */
    public static RunningService of(String url, String direct, String... more) {
        return new RunningService(url, direct, more);
    }

    public static synchronized RunningService behind(PgBouncerVersion version) {
        return SHARED.computeIfAbsent(version, wanted -> new RunningService(Labs.pooler(wanted), ""));
    }

    /** One that waits a second for a connection, not ten, so that tests of an outage need not wait either. */
    public static synchronized RunningService impatientBehind(PgBouncerVersion version) {
        return IMPATIENT.computeIfAbsent(version, wanted -> new RunningService(Labs.pooler(wanted), "?pool_timeout=1"));
    }

    /** One that its test may stop. */
    public static RunningService ownBehind(PgBouncerVersion version) {
        return new RunningService(Labs.pooler(version), "");
    }

    /** Starts the service with these settings, and no others of the machine's. */
    public static ServletWebServerApplicationContext run(String... settings) {
        List<String> all = new ArrayList<>(List.of("--server.port=0"));
        all.addAll(List.of(settings));
        return (ServletWebServerApplicationContext)
                new SpringApplication(ProfilesApplication.class).run(all.toArray(String[]::new));
    }

    public DatabaseSessionFactory sessions() {
        return context.getBean(DatabaseSessionFactory.class);
    }

    public <T> T bean(String name, Class<T> type) {
        return context.getBean(name, type);
    }

    public int port() {
        return context.getWebServer().getPort();
    }

    /** A request with a valid token of this tenant. */
    public Answer send(UUID tenant, String method, String path, String body) {
        return send(request(tenant, method, path, body).build());
    }

    public Answer get(UUID tenant, String path) {
        return send(tenant, "GET", path, "");
    }

    public CompletableFuture<Answer> sendAsync(UUID tenant, String method, String path, String body) {
        return client.sendAsync(request(tenant, method, path, body).build(), BodyHandlers.ofString())
                .thenApply(RunningService::answer);
    }

    /** A profile that is there now. */
    public UUID create(UUID tenant, String body) {
        Answer created = send(tenant, "POST", PROFILES, body);
        if (created.status() != 200) {
            throw new AssertionError(created.toString());
        }
        return UUID.fromString(created.data().get("id").asString());
    }

    public HttpRequest.Builder request(UUID tenant, String method, String path, String body) {
        return request(method, path, body).header("Authorization", "Bearer " + TOKENS.ofTenant(tenant));
    }

    /** A request without a token. */
    public HttpRequest.Builder request(String method, String path, String body) {
        BodyPublisher publisher = body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body);
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + port() + path))
                .timeout(Duration.ofSeconds(60))
                .method(method, publisher);
        return body.isEmpty() ? request : request.header("Content-Type", "application/json");
    }

    public Answer send(HttpRequest request) {
        try {
            return answer(client.send(request, BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** As {@link #send(HttpRequest)}, where the answer is not JSON and only its head counts. */
    public Answer answerOrText(HttpRequest request) {
        try {
            HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
            return new Answer(response.statusCode(), response, JSON.createObjectNode());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** What comes back as text, whatever it is. */
    public String text(HttpRequest request) {
        try {
            HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new AssertionError(response.statusCode() + " " + response.body());
            }
            return response.body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** A job once it is finished. */
    public static Answer finishedJob(RunningService service, UUID tenant, String id) {
        service.text(service.request(tenant, "GET", "/api/v3/jobs/" + id + "/events", "")
                .header("Accept", "text/event-stream")
                .build());
        return service.get(tenant, "/api/v3/jobs/" + id);
    }

    @Override
    public void close() {
        context.close();
    }

    private static Answer answer(HttpResponse<String> response) {
        JsonNode body = response.body().isEmpty() ? JSON.createObjectNode() : JSON.readTree(response.body());
        return new Answer(response.statusCode(), response, body);
    }

    /** What came back. */
    public record Answer(int status, HttpResponse<String> response, JsonNode body) {

        public JsonNode data() {
            return body.get("data");
        }

        public String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        /** The fields that a problem names, in their order. */
        public List<String> errorFields() {
            return body.path("errors")
                    .valueStream()
                    .map(error -> error.get("field").asString())
                    .toList();
        }

        /** The ids of a list, in their order. */
        public List<UUID> ids() {
            return data().valueStream()
                    .map(profile -> UUID.fromString(profile.get("id").asString()))
                    .toList();
        }

        @Override
        public String toString() {
            return status + " " + response.headers().map() + " " + body;
        }
    }
}
