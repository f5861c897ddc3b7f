package com.scrapersky.profiles;

import static com.scrapersky.profiles.RunningService.PROFILES;
import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PgBouncerVersion;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** An import and an export that are larger than all the memory that the service has. {@code -Dprofiles.memory.rows} for more of it. */
@Tag("once")
class BoundedMemoryTest {

    private static final int HEAP_MEGABYTES = 96;
    private static final int ROWS = Integer.getInteger("profiles.memory.rows", 15_000);
    private static final String BIO = "b".repeat(9_000);

    private final PgBouncerLab pooler = Labs.pooler(PgBouncerVersion.V1_26);
    private final UUID tenant = UUID.randomUUID();
    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void inAndOut() throws Exception {
        assertThat((long) ROWS * BIO.length()).isGreaterThan(HEAP_MEGABYTES * 1_300_000L);
        try (ServiceProcess service = ServiceProcess.start(
                ProfilesApplication.class,
                "bounded-memory",
                List.of(
                        ServiceProcess.QUICK_START,
                        "-Xmx" + HEAP_MEGABYTES + "m",
                        "-XX:+UseSerialGC",
                        "-XX:+ExitOnOutOfMemoryError"),
                List.of(),
                Map.of(
                        "DATABASE_URL", pooler.url(),
                        "MIGRATION_DATABASE_URL", pooler.postgres().url(),
                        "JWT_SECRET_KEY", RunningService.TOKENS.secret()))) {
            HttpResponse<String> received = client.send(
                    request(service, PROFILES + "/import")
                            .header("Content-Type", "text/csv")
                            .POST(BodyPublishers.ofInputStream(BoundedMemoryTest::csv))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(received.statusCode()).as(received.body()).isEqualTo(202);
            String job =
                    JsonMapper.shared().readTree(received.body()).at("/data/id").asString();
            String events = client.send(
                            request(service, "/api/v3/jobs/" + job + "/events").build(), BodyHandlers.ofString())
                    .body();
            assertThat(events).contains("\"state\":\"done\"", "\"rows_added\":" + ROWS);
            assertThat(exported(service)).isEqualTo(ROWS);
        }
    }

    private long exported(ServiceProcess service) throws IOException, InterruptedException {
        HttpResponse<Stream<String>> answer = client.send(
                request(service, PROFILES + "/export")
                        .header("Accept", "application/x-ndjson")
                        .build(),
                BodyHandlers.ofLines());
        try (Stream<String> rows = answer.body()) {
            return rows.filter(row -> row.contains(BIO)).count();
        }
    }

    private HttpRequest.Builder request(ServiceProcess service, String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + service.port() + path))
                .header("Authorization", "Bearer " + RunningService.TOKENS.ofTenant(tenant));
    }

    /** Row by row, as the client asks for it. */
    private static InputStream csv() {
        Iterator<InputStream> rows = Stream.concat(
                        Stream.of("name,bio\n"), IntStream.range(0, ROWS).mapToObj(i -> "n" + i + "," + BIO + "\n"))
                .<InputStream>map(row -> new ByteArrayInputStream(row.getBytes(StandardCharsets.UTF_8)))
                .iterator();
        return new SequenceInputStream(new java.util.Enumeration<>() {
            @Override
            public boolean hasMoreElements() {
                return rows.hasNext();
            }

            @Override
            public InputStream nextElement() {
                return rows.next();
            }
        });
    }
}
