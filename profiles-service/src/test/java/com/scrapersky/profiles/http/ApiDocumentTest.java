package com.scrapersky.profiles.http;

import static com.scrapersky.profiles.RunningService.PROFILES;
import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import com.scrapersky.profiles.RunningService;
import com.scrapersky.profiles.RunningService.Answer;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The OpenAPI document is the one that is committed, valid, complete, and true. {@code -Dopenapi.document=write} writes it
 * first: what changes for clients is to be read in the difference.
 */
class ApiDocumentTest {

    private static final Path COMMITTED = Path.of("../docs/openapi.json");
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final RunningService service = DocumentedService.get();
    private final UUID tenant = UUID.randomUUID();
    private final JsonNode document = JSON.readTree(DocumentedService.document());

    @Test
    void isTheOneThatIsCommitted() throws IOException {
        String text = JSON.writeValueAsString(document) + "\n";
        if ("write".equals(System.getProperty("openapi.document"))) {
            Files.writeString(COMMITTED, text);
        }
        assertThat(text)
                .as("docs/openapi.json; CONTRIBUTING.md says how it is written")
                .isEqualTo(Files.readString(COMMITTED));
    }

    @Test
    void isValid() {
        SwaggerParseResult read = new OpenAPIV3Parser().readContents(document.toString());

        assertThat(read.getMessages()).isEmpty();
        assertThat(read.getOpenAPI().getOpenapi()).startsWith("3.1");
        assertThat(new OpenAPIV3Parser()
                        .readContents(document.toString()
                                .replace("\"operationId\":\"getJob\"", "\"operationId\":\"listJobs\""))
                        .getMessages())
                .as("a mistake is seen")
                .isNotEmpty();
    }

    @Test
    void tellsEachRequest() {
        Set<String> served = new TreeSet<>();
        service.bean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class)
                .getHandlerMethods()
                .forEach((request, method) -> {
                    if (method.getBeanType().getName().startsWith("com.scrapersky")
                            && method.getBeanType() != ErrorPage.class) {
                        request.getPatternValues()
                                .forEach(path -> request.getMethodsCondition()
                                        .getMethods()
                                        .forEach(verb -> served.add(verb + " " + path)));
                    }
                });
        Set<String> told = new TreeSet<>();
        document.get("paths")
                .forEachEntry((path, verbs) ->
                        verbs.propertyNames().forEach(verb -> told.add(verb.toUpperCase(Locale.ROOT) + " " + path)));

        assertThat(told).isEqualTo(served).hasSizeGreaterThan(12);
    }

    @Test
    void examplesAreAsTheirSchemasSay() {
        List<String> wrong = new ArrayList<>();
        int[] examples = {0};
        forEachObject("", document, (where, object) -> {
            JsonNode schema = object.has("schema") ? object.get("schema") : object;
            if (object.has("example") && (object.has("schema") || object.has("type"))) {
                examples[0]++;
                errors(schema, object.get("example")).forEach(error -> wrong.add(where + ": " + error));
            }
        });
        assertThat(wrong).isEmpty();
        assertThat(examples[0]).isGreaterThan(40);
    }

    /** Each request, as it is served and as it is refused: status, type, head and body are told, and as they are told. */
    @Test
    void answersAreAsItSays() {
        Answer created =
                hold("post", PROFILES, send("POST", PROFILES, "{\"name\": \"Ada\", \"email\": \"a@example.com\"}"));
        String id = created.data().get("id").asString();
        String path = PROFILES + "/" + id;
        hold("post", PROFILES, send("POST", PROFILES, "{\"email\": \"a@example.com\"}"), 409);
        hold("post", PROFILES, send("POST", PROFILES, "{\"email\": 1}"), 400);
        hold("post", PROFILES, send("POST", PROFILES, "{\"bio\": \"" + "x".repeat(200_000) + "\"}"), 413);
        hold("post", PROFILES, send(request("POST", PROFILES, "x").setHeader("Content-Type", "text/plain")), 415);
        hold("get", PROFILES, send("GET", PROFILES + "?limit=1", ""));
        hold("get", PROFILES, send("GET", PROFILES + "?limit=0", ""), 400);
        hold("get", PROFILES, service.send(service.request("GET", PROFILES, "").build()), 401);
        hold("get", PROFILES, send(request("GET", PROFILES, "").header("Accept", "image/png")), 406);
        String one = PROFILES + "/{id}";
        Answer got = hold("get", one, send("GET", path, ""));
        hold("get", one, send(request("GET", path, "").header("If-None-Match", got.header("ETag"))), 304);
        hold("get", one, send("GET", PROFILES + "/" + UUID.randomUUID(), ""), 404);
        hold("put", one, send("PUT", path, "{\"name\": null}"));
        hold("put", one, send(request("PUT", path, "{}").header("If-Match", got.header("ETag"))), 412);
        String notes = one + "/notes";
        Answer note = hold("post", notes, send("POST", path + "/notes", "{\"text\": \"Called.\"}"));
        hold("get", notes, send("GET", path + "/notes", ""));
        hold(
                "delete",
                notes + "/{note}",
                send("DELETE", path + "/notes/" + note.data().get("id").asString(), ""));
        String imports = PROFILES + "/import";
        Answer job = hold("post", imports, send(csv("name\nGrace\n").header("Idempotency-Key", "k")), 202);
        hold("post", imports, send(csv("name\nEdgar\n").header("Idempotency-Key", "k")), 422);
        hold("post", imports, send(csv("email\nnobody\n")), 400);
        hold("get", "/api/v3/jobs", send("GET", "/api/v3/jobs", ""));
        String jobId = job.data().get("id").asString();
        hold("get", "/api/v3/jobs/{id}", RunningService.finishedJob(service, tenant, jobId));
        hold(
                "get",
                "/api/v3/jobs/{id}/events",
                service.answerOrText(
                        request("GET", "/api/v3/jobs/" + jobId + "/events", "").build()));
        for (String type : List.of("text/csv", "application/x-ndjson")) {
            hold(
                    "get",
                    PROFILES + "/export",
                    service.answerOrText(request("GET", PROFILES + "/export", "")
                            .header("Accept", type)
                            .build()));
        }
        hold("delete", one, send("DELETE", path, ""));
        hold(
                "get",
                "/healthz",
                service.send(service.request("GET", "/healthz", "").build()));
        hold(
                "get",
                "/readyz",
                service.send(service.request("GET", "/readyz", "").build()));
    }

    /** What it says of lengths is what the service accepts; an address' own rules are in RefusalsTest. */
    @Test
    void lengthsAreThoseThatAreAccepted() {
        Map<String, Integer> told = new LinkedHashMap<>();
        component("schemas", "ProfileFields").get("properties").forEachEntry((name, field) -> {
            if (field.has("maxLength") && !name.equals("email")) {
                told.put(name, field.get("maxLength").asInt());
            }
        });
        assertThat(told).hasSize(4).allSatisfy((field, longest) -> {
            assertThat(send("POST", PROFILES, "{\"" + field + "\": \"" + "x".repeat(longest) + "\"}")
                            .status())
                    .isEqualTo(200);
            assertThat(send("POST", PROFILES, "{\"" + field + "\": \"" + "x".repeat(longest + 1) + "\"}")
                            .status())
                    .isEqualTo(400);
        });
    }

    private Answer hold(String verb, String path, Answer answer) {
        return hold(verb, path, answer, 200);
    }

    private Answer hold(String verb, String path, Answer answer, int status) {
        String what = verb + " " + path + ": " + answer;
        assertThat(answer.status()).as(what).isEqualTo(status);
        JsonNode told = document.at("/paths/" + path.replace("/", "~1") + "/" + verb + "/responses/" + status);
        assertThat(told.isObject()).as(what).isTrue();
        JsonNode response = resolved(told);
        if (response.has("headers")) {
            assertThat(response.get("headers").propertyNames())
                    .as(what)
                    .allSatisfy(name -> assertThat(answer.header(name)).as(name).isNotEmpty());
        }
        if (!response.has("content")) {
            assertThat(answer.response().body()).as(what).isEmpty();
            return answer;
        }
        String type = answer.header("Content-Type").replaceAll(";.*", "");
        assertThat(response.get("content").propertyNames()).as(what).contains(type);
        if (type.endsWith("/json") || type.endsWith("+json")) {
            JsonNode schema = response.get("content").get(type).get("schema");
            assertThat(errors(schema, answer.body())).as(what).isEmpty();
            assertThat(answer.body().propertyNames())
                    .as(what)
                    .isSubsetOf(resolved(schema).get("properties").propertyNames());
        }
        return answer;
    }

    private List<Error> errors(JsonNode schema, JsonNode value) {
        ObjectNode root = JSON.createObjectNode();
        root.putArray("allOf").add(schema);
        root.set("components", document.get("components"));
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(root)
                .validate(value, context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)));
    }

    private JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? document.at(node.get("$ref").asString().substring(1)) : node;
    }

    private JsonNode component(String kind, String name) {
        return document.get("components").get(kind).get(name);
    }

    private static void forEachObject(
            String where, JsonNode node, java.util.function.BiConsumer<String, JsonNode> use) {
        if (node.isObject()) {
            use.accept(where, node);
            node.forEachEntry((name, value) -> forEachObject(where + "/" + name, value, use));
        } else if (node.isArray()) {
            node.forEach(value -> forEachObject(where + "/-", value, use));
        }
    }

    private HttpRequest.Builder csv(String content) {
        return request("POST", PROFILES + "/import", content).setHeader("Content-Type", "text/csv");
    }

    private HttpRequest.Builder request(String method, String path, String body) {
        return service.request(tenant, method, path, body);
    }

    private Answer send(String method, String path, String body) {
        return service.send(tenant, method, path, body);
    }

    private Answer send(HttpRequest.Builder request) {
        return service.send(request.build());
    }
}
