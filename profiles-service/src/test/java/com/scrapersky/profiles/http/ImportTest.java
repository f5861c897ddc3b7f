package com.scrapersky.profiles.http;

import static com.scrapersky.profiles.RunningService.PROFILES;
import static com.scrapersky.profiles.http.RefusalsTest.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.profiles.Labs;
import com.scrapersky.profiles.RunningService;
import com.scrapersky.profiles.RunningService.Answer;
import com.scrapersky.profiles.security.RequestContexts;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.StatementException;
import com.scrapersky.session.testkit.PgBouncerVersion;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Profiles by the thousands, in and out, through each pooler. */
@ParameterizedClass
@EnumSource(PgBouncerVersion.class)
@Tag("once")
class ImportTest {

    static final String IMPORT = PROFILES + "/import";
    private static final String EXPORT = PROFILES + "/export";
    private static final String JOBS = "/api/v3/jobs";
    private static final String FIELDS = "select name, email, bio, active from profiles where tenant_id = '";
    private static final int ROWS = Integer.getInteger("profiles.import.rows", 25_000);

    @Parameter
    PgBouncerVersion version;

    private final UUID tenant = UUID.randomUUID();
    private RunningService service;

    @BeforeEach
    void start() {
        service = RunningService.behind(version);
    }

    @Test
    void rowsOfCsvBecomeProfiles() {
        service.create(tenant, "{\"email\": \"there@example.com\"}");
        String csv = "name,email,bio,active,id\r\n"
                + "Ada,ada@example.com,\"first, \"\"program\"\"\nand more\",true,x\r\n"
                + "Grace,,,f,\r\n"
                + "\"\",THERE@example.com,,,\r\n"
                + "Twice,ada@example.com,,t,";

        Answer received = send("text/csv", csv, "");

        assertThat(received.status()).as(received.toString()).isEqualTo(202);
        assertThat(received.header("Location")).isEqualTo(JOBS + "/" + id(received));
        Answer job = finished(received);
        assertThat(job.data().get("state").asString()).isEqualTo("done");
        assertThat(job.data().get("rows_received").asInt()).isEqualTo(4);
        assertThat(job.data().get("rows_done").asInt()).isEqualTo(4);
        assertThat(job.data().get("rows_added").asInt()).isEqualTo(2);
        assertThat(names(service.get(tenant, PROFILES)))
                .containsExactlyInAnyOrder(
                        "null Ada 'first, \"program\"\nand more' true", "null Grace null false", "there");
    }

    private static List<String> names(Answer list) {
        return list.data()
                .valueStream()
                .map(row -> row.get("email").asString().startsWith("there")
                        ? "there"
                        : "null " + row.get("name").asString() + " "
                                + (row.get("bio").isNull()
                                        ? "null"
                                        : "'" + row.get("bio").asString() + "'") + " "
                                + row.get("active").asBoolean())
                .toList();
    }

    @Test
    void rowsOfJsonBecomeProfiles() {
        Answer job = finished(send(
                "application/x-ndjson",
                "{\"name\": \"Ada\\\\N\\t\"}\n\n  \n{\"name\": null, \"active\": false}\n",
                ""));

        assertThat(job.data().get("rows_added").asInt()).isEqualTo(2);
        assertThat(service.get(tenant, PROFILES)
                        .data()
                        .valueStream()
                        .map(row -> row.get("name").asString("none") + row.get("active"))
                        .toList())
                .containsExactlyInAnyOrder("Ada\\N\ttrue", "nonefalse");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "text/csv | name,email;a,a@example.com;b,nobody;c,c@example.com | 2 | email",
                "text/csv | name,nmae;a,b | 0 | nmae",
                "text/csv | name,nmae | 0 | nmae",
                "text/csv | name,email;a | 1 | record",
                "text/csv | name;a;\"b | 2 | record",
                "text/csv | name;a\"b | 1 | record",
                "text/csv | name,name;a,b | 0 | record",
                "text/csv | active;yes | 1 | active",
                "application/x-ndjson | {\"name\": \"a\"};{\"name\": 1} | 2 | name",
                "application/x-ndjson | {\"name\": \"a\"};[] | 2 | line",
                "application/x-ndjson | {\"name\": \"a\", \"name\": \"b\"} | 1 | line",
                "application/x-ndjson | {\"name\": | 1 | line",
            })
    void aWrongRowIsNamedAndNothingIsKept(String type, String rows, int row, String field) {
        Answer refused = send(type, rows.replace(';', '\n'), "");

        assertProblem(refused, 400);
        assertThat(refused.body().get("row").asInt()).isEqualTo(row);
        assertThat(refused.errorFields()).containsExactly(field);
        assertThat(refused.body().get("detail").asString())
                .startsWith(
                        row == 0
                                ? "The line of names (row 0) is not"
                                : "Row " + row + ", counted from 1 without a line of names, is not");
        assertNothingIsThere();
    }

    @Test
    void everyNameThatIsNoneIsNamed() {
        Answer refused = send("text/csv", "nmae,name,emial\n1,2,3\n", "");

        assertProblem(refused, 400);
        assertThat(refused.errorFields()).containsExactly("nmae", "emial");
    }

    @Test
    void anEmptyImportIsNoMistake() {
        for (String type : List.of("text/csv", "application/x-ndjson")) {
            assertThat(finished(send(type, "\n", "")).data().get("rows_done").asInt())
                    .as(type)
                    .isZero();
        }
    }

    @Test
    void aBodyInAnotherFormIsRefusedWithThoseThatAreTaken() {
        Answer refused = send("application/json", "[]", "");

        assertProblem(refused, 415);
        assertThat(refused.body().get("detail").asString())
                .startsWith("The body must be text/csv, application/x-ndjson")
                .doesNotContain("application/json.");
    }

    @Test
    void whatIsNotUtf8IsRefused() {
        HttpRequest request = request("text/csv", "x")
                .method(
                        "POST",
                        HttpRequest.BodyPublishers.ofByteArray("name\né\n".getBytes(StandardCharsets.ISO_8859_1)))
                .build();

        assertProblem(service.send(request), 400);
        assertNothingIsThere();
    }

    @Test
    void anUploadThatBreaksOffLeavesNothing() throws IOException {
        String half = "name\n" + "a\n".repeat(40_000);
        try (Socket socket = new Socket("localhost", service.port());
                OutputStream out = socket.getOutputStream()) {
            out.write(("POST " + IMPORT + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\nContent-Length: "
                            + half.length() * 2 + "\r\nAuthorization: Bearer " + RunningService.TOKENS.ofTenant(tenant)
                            + "\r\n\r\n" + half)
                    .getBytes(StandardCharsets.UTF_8));
            out.flush();
        }
        // The same, to its end: it is the only one that there will be.
        finished(send("text/csv", "name\na\n", ""));

        assertThat(service.get(tenant, JOBS).data()).hasSize(1);
        assertThat(service.get(tenant, PROFILES).ids()).hasSize(1);
    }

    @Test
    void oneKeyIsOneJob() {
        Answer first = send("text/csv", "name\na\nb\n", "once-1");
        Answer again = send("text/csv", "name\na\nb\n", "once-1");
        Answer other = send("text/csv", "name\na\nc\n", "once-1");
        Answer ofOther = service.send(service.request(UUID.randomUUID(), "POST", IMPORT, "name\nz\n")
                .setHeader("Content-Type", "text/csv")
                .header("Idempotency-Key", "once-1")
                .build());

        assertThat(id(again)).isEqualTo(id(first));
        assertProblem(other, 422);
        assertThat(ofOther.status()).isEqualTo(202);
        finished(first);
        assertThat(service.get(tenant, PROFILES).ids()).hasSize(2);
        assertProblem(send("text/csv", "name\n", "no spaces"), 400);
    }

    @Test
    void manyRowsComeInAndGoOutAgain() {
        String csv = IntStream.range(0, ROWS)
                .mapToObj(i -> "number " + i + ",n" + i + "@example.com,\"it's \\ ; \"\"quoted\"\" 日本\"\n")
                .collect(Collectors.joining("", "name,email,bio\n", ""));
        Answer received = send("text/csv", csv, "");
        List<String> events = events(received);

        assertThat(events).isNotEmpty().last().asString().contains("\"state\":\"done\"", "\"rows_added\":" + ROWS);
        assertThat(Labs.count("select count(*) from profiles where tenant_id = '" + tenant + "'"))
                .isEqualTo(ROWS);
        for (String type : List.of("text/csv", "application/x-ndjson")) {
            String exported = export(tenant, type);
            UUID copy = UUID.randomUUID();
            Answer job = finished(
                    copy,
                    service.send(service.request(copy, "POST", IMPORT, exported)
                            .setHeader("Content-Type", type)
                            .build()));
            assertThat(job.data().get("rows_added").asInt()).as(job.toString()).isEqualTo(ROWS);
            assertThat(Labs.count(
                            "select count(*) from (" + FIELDS + tenant + "' intersect " + FIELDS + copy + "') same"))
                    .isEqualTo(ROWS);
        }
    }

    @Test
    void jobsAreTheirTenantsOnly() {
        Answer received = send("text/csv", "name\na\n", "");
        UUID other = UUID.randomUUID();

        assertProblem(service.get(other, JOBS + "/" + id(received)), 404);
        assertProblem(service.get(other, JOBS + "/" + id(received) + "/events"), 404);
        assertProblem(service.get(tenant, JOBS + "/1"), 400);
        assertThat(service.get(other, JOBS).data()).isEmpty();
        assertThat(service.get(tenant, JOBS).data()).hasSize(1);
        finished(received);
        assertThat(export(other, "text/csv").lines()).hasSize(1);
    }

    @Test
    void whatWasReceivedCannotBeReadByAnybodyOrTakenByAnother() {
        DatabaseSessionFactory asTenant = service.sessions().withContext(RequestContexts.of(tenant, "somebody"));
        DatabaseSessionFactory asOther =
                service.sessions().withContext(RequestContexts.of(UUID.randomUUID(), "somebody"));
        UUID job = UUID.randomUUID();
        asTenant.sql("insert into profile_import_rows (job_id, number, active) values (:job, 1, true)")
                .param("job", job)
                .update();

        assertThatThrownBy(() ->
                        asTenant.sql("select count(*) from profile_import_rows").row())
                .isInstanceOf(StatementException.class)
                .hasMessageContaining("permission denied");
        assertThatThrownBy(() -> asOther.sql("insert into profile_import_rows (job_id, number, tenant_id, active)"
                                + " values (:job, 2, :tenant, true)")
                        .param("job", job)
                        .param("tenant", tenant)
                        .update())
                .isInstanceOf(StatementException.class)
                .hasMessageContaining("permission denied");
        assertThat(taken(asOther, job)).isZero();
        assertThat(taken(asTenant, job)).isEqualTo(1);
    }

    private static long taken(DatabaseSessionFactory sessions, UUID job) {
        return sessions.sql("select count(*) from profile_import_take(:job, 10)")
                .param("job", job)
                .single(Long.class);
    }

    private void assertNothingIsThere() {
        assertThat(service.get(tenant, JOBS).data()).isEmpty();
        assertThat(service.get(tenant, PROFILES).ids()).isEmpty();
        assertThat(Labs.count("select count(*) from profile_import_rows where tenant_id = '" + tenant + "'"))
                .isZero();
    }

    private Answer send(String type, String content, String key) {
        HttpRequest.Builder request = request(type, content);
        return service.send((key.isEmpty() ? request : request.header("Idempotency-Key", key)).build());
    }

    private HttpRequest.Builder request(String type, String content) {
        return service.request(tenant, "POST", IMPORT, content).setHeader("Content-Type", type);
    }

    private String export(UUID of, String type) {
        return service.text(
                service.request(of, "GET", EXPORT, "").header("Accept", type).build());
    }

    private List<String> events(Answer received) {
        return service.text(service.request(tenant, "GET", JOBS + "/" + id(received) + "/events", "")
                        .header("Accept", "text/event-stream")
                        .build())
                .lines()
                .filter(line -> line.startsWith("data:"))
                .toList();
    }

    private Answer finished(Answer received) {
        return finished(tenant, received);
    }

    private Answer finished(UUID of, Answer received) {
        assertThat(received.status()).as(received.toString()).isEqualTo(202);
        return RunningService.finishedJob(service, of, id(received));
    }

    private static String id(Answer job) {
        return job.data().get("id").asString();
    }
}
