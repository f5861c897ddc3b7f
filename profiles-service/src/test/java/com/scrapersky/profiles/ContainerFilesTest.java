package com.scrapersky.profiles;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.core.dockerfile.Dockerfile;
import com.github.dockerjava.core.dockerfile.DockerfileStatement;
import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PgBouncerVersion;
import com.scrapersky.session.testkit.PostgresLab;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.json.JsonMapper;

/**
 * The container files, as far as they can be checked without a container engine: what is written in them is read, its references hold,
 * the login script is run by the shell, and the service is started with the environment and the command that they give it. That the
 * images can be had and are as they are taken for is not seen here.
 */
@Tag("once")
class ContainerFilesTest {

    private static final Path COMPOSE = Path.of("compose.yaml");
    private static final String LOGIN_PASSWORD = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
    private static final Pattern VARIABLE = Pattern.compile("(?<!\\$)\\$\\{(\\w+)(:\\?[^}]+)?}");

    /** What the Compose specification has for a service, as far as this file uses it: a misspelt key is none of these. */
    private static final Set<String> SERVICE_KEYS = Set.of(
            "image", "build", "environment", "configs", "healthcheck", "depends_on", "ports", "stop_grace_period");

    private final Map<String, Object> compose = read();

    @Test
    void theDockerfileIsUnderstood() throws IOException {
        Map<String, String> instructions = instructions();

        assertThat(instructions.keySet()).containsExactly("FROM", "RUN", "COPY", "USER", "EXPOSE", "ENTRYPOINT");
        assertThat(instructions.get("FROM")).isEqualTo("eclipse-temurin:25-jre");
        assertThat(instructions.get("USER"))
                .as("a number, which Kubernetes can see is not root's")
                .matches("[1-9]\\d+");
        assertThat(instructions.get("RUN")).contains("--uid " + instructions.get("USER"));
        assertThat(instructions.get("EXPOSE")).isEqualTo(defaultPort());
        List<String> command = List.of(JsonMapper.shared().readValue(instructions.get("ENTRYPOINT"), String[].class));
        assertThat(command).startsWith("java").contains("-jar").endsWith(copied(instructions)[1]);
    }

    /** One file and no other: COPY of several into a file fails. */
    @Test
    void itCopiesWhatTheBuildMakes() throws IOException {
        String pom = Files.readString(Path.of("pom.xml"));
        String version = first(pom, "<version>([^<]+)</version>");
        String artifact = first(pom.substring(pom.indexOf("</parent>")), "<artifactId>([^<]+)</artifactId>");
        String jar = artifact + "-" + version + ".jar";

        assertThat(List.of(jar, jar + ".original", artifact + "-client-tests.txt").stream()
                        .map(file -> Path.of("target", file))
                        .filter(FileSystems.getDefault().getPathMatcher("glob:" + copied(instructions())[0])::matches))
                .containsExactly(Path.of("target", jar));
    }

    private static String[] copied(Map<String, String> instructions) {
        return instructions.get("COPY").split(" ");
    }

    private static Map<String, String> instructions() throws IOException {
        Dockerfile dockerfile =
                new Dockerfile(Path.of("Dockerfile").toFile(), Path.of(".").toFile());
        Map<String, String> instructions = new LinkedHashMap<>();
        for (DockerfileStatement<?> statement : dockerfile.getStatements()) {
            String line = statement.toString();
            if (statement instanceof DockerfileStatement.Add add) {
                instructions.put("COPY", String.join(" ", add.sources) + " " + add.destination);
            } else if (!line.isBlank() && !line.startsWith("#")) {
                String[] parts = line.split(" ", 2);
                assertThat(instructions.put(parts[0], parts[1])).isNull();
            }
        }
        return instructions;
    }

    @Test
    void theComposeFileRefersToWhatThereIs() {
        assertThat(compose.keySet()).containsExactlyInAnyOrder("services", "configs");
        Map<String, Object> services = map(compose, "services");
        assertThat(services).hasSize(3);
        for (String name : services.keySet()) {
            Map<String, Object> service = map(services, name);
            assertThat(service.keySet()).as(name).isSubsetOf(SERVICE_KEYS);
            assertThat(service.containsKey("image")).as("either").isNotEqualTo(service.containsKey("build"));
            if (service.containsKey("image")) {
                assertThat((String) service.get("image")).as("pinned").matches("[\\w/-]+:v?\\d[\\w.-]*");
            } else {
                assertThat(Path.of((String) service.get("build"), "Dockerfile")).exists();
            }
            for (Object config : (List<?>) service.getOrDefault("configs", List.of())) {
                assertThat(map(compose, "configs")).containsKey((String) ((Map<?, ?>) config).get("source"));
            }
            for (String needed : dependencies(service)) {
                assertThat(services).as(name).containsKey(needed);
            }
            for (Object value : map(service, "environment").values()) {
                Matcher host = Pattern.compile("@([a-z]+):").matcher((String) value);
                if (host.find()) {
                    assertThat(services).as((String) value).containsKey(host.group(1));
                }
            }
        }
        assertThat(services).containsKey((String) environment("pgbouncer").get("DB_HOST"));
        assertThat(map(services, "postgres")).as("waited for").containsKey("healthcheck");
        assertThat(map(services, "profiles").get("ports")).isEqualTo(List.of(defaultPort() + ":" + defaultPort()));
    }

    @SuppressWarnings("unchecked")
    private static Set<String> dependencies(Map<String, Object> service) {
        Object needed = service.getOrDefault("depends_on", List.of());
        return needed instanceof Map<?, ?> conditions
                ? ((Map<String, Object>) conditions).keySet()
                : new TreeSet<>((List<String>) needed);
    }

    /** What nobody has set is an error that says so, and no empty password; the command in its first lines sets all. */
    @Test
    void eachVariableIsDemandedAndSet() throws IOException {
        String text = Files.readString(COMPOSE);
        Set<String> used = new TreeSet<>();
        Set<String> demanded = new TreeSet<>();
        VARIABLE.matcher(text).results().forEach(variable -> {
            used.add(variable.group(1));
            if (variable.group(2) != null) {
                demanded.add(variable.group(1));
            }
        });
        Set<String> set = Pattern.compile("(\\w+)=\\$\\(openssl rand -hex \\d+\\)")
                .matcher(text)
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(used).hasSize(3).isEqualTo(demanded).isEqualTo(set);
    }

    @Test
    void withThatTheServiceAnswers() throws Exception {
        try (PostgresLab postgres = PostgresLab.start()) {
            assertThat(login(postgres)).as("the login script").isZero();
            // What its image makes of these: scram for clients, by the password that it is given.
            assertThat(environment("pgbouncer"))
                    .containsEntry("AUTH_TYPE", "scram-sha-256")
                    .containsEntry("POOL_MODE", "transaction")
                    .containsEntry("DB_USER", "profiles_login")
                    .containsEntry("DB_NAME", postgres.database());
            try (PgBouncerLab pooler = PgBouncerLab.builder(postgres)
                    .version(PgBouncerVersion.V1_26)
                    .start()) {
                answers(postgres, pooler);
            }
        }
    }

    /** As the image's own script runs it, in its first start: sourced by bash, as the database's owner. */
    private int login(PostgresLab postgres) throws IOException, InterruptedException {
        Map<String, Object> config = map(map(compose, "configs"), "login");
        String script = resolved((String) config.get("content"), postgres);
        ProcessBuilder bash = new ProcessBuilder("bash", "-Eeuo", "pipefail", "-c", script).inheritIO();
        Map<String, String> environment = bash.environment();
        environment.putAll(Map.of(
                "PGHOST", postgres.host(),
                "PGPORT", Integer.toString(postgres.port()),
                "PGPASSWORD", postgres.password()));
        environment("postgres").forEach((name, value) -> environment.put(name, resolved((String) value, postgres)));
        int exit = bash.start().waitFor();
        assertThat(exit)
                .as("psql is wanted: Debian has it in postgresql-client")
                .isNotEqualTo(127);
        return exit;
    }

    private void answers(PostgresLab postgres, PgBouncerLab pooler) throws Exception {
        List<String> entrypoint =
                List.of(JsonMapper.shared().readValue(instructions().get("ENTRYPOINT"), String[].class));
        Map<String, String> environment = new HashMap<>();
        environment("profiles")
                .forEach((name, value) -> environment.put(
                        name,
                        resolved((String) value, postgres)
                                .replace("@pgbouncer:5432/", "@" + pooler.host() + ":" + pooler.port() + "/")
                                .replace("@postgres:5432/", "@" + postgres.host() + ":" + postgres.port() + "/")));
        List<String> options = new ArrayList<>(entrypoint.subList(1, entrypoint.indexOf("-jar")));
        options.add(ServiceProcess.QUICK_START);
        try (ServiceProcess service =
                ServiceProcess.start(ProfilesApplication.class, "container", options, List.of(), environment)) {
            HttpRequest create = HttpRequest.newBuilder(
                            URI.create("http://localhost:" + service.port() + RunningService.PROFILES))
                    .header("Authorization", "Bearer " + RunningService.TOKENS.ofTenant(UUID.randomUUID()))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString("{\"name\": \"Ada\"}"))
                    .build();
            HttpResponse<String> answer = HttpClient.newHttpClient().send(create, BodyHandlers.ofString());

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(answer.body()).contains("\"name\":\"Ada\"");
            assertThat(String.join("\n", service.log()))
                    .contains("PgBouncer in transaction mode")
                    .doesNotContain("row-level security", LOGIN_PASSWORD, postgres.password(), "WARN");
        }
    }

    /** As Compose does it: a variable by its value, two dollar signs as one. */
    private static String resolved(String text, PostgresLab postgres) {
        Map<String, String> given = new HashMap<>(Map.of(
                "OWNER_PASSWORD", postgres.password(),
                "LOGIN_PASSWORD", LOGIN_PASSWORD,
                "JWT_SECRET_KEY", RunningService.TOKENS.secret()));
        return VARIABLE.matcher(text)
                .replaceAll((MatchResult variable) -> Matcher.quoteReplacement(given.get(variable.group(1))))
                .replace("$$", "$");
    }

    private Map<String, Object> environment(String service) {
        return map(map(map(compose, "services"), service), "environment");
    }

    private static String defaultPort() {
        try {
            return first(
                    Files.readString(Path.of("src/main/resources/application.properties")),
                    "server\\.port=\\$\\{PORT:(\\d+)}");
        } catch (IOException unreadable) {
            throw new java.io.UncheckedIOException(unreadable);
        }
    }

    private static String first(String text, String pattern) {
        Matcher found = Pattern.compile(pattern).matcher(text);
        assertThat(found.find()).as(pattern).isTrue();
        return found.group(1);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Map<String, Object> of, String key) {
        return (Map<String, Object>) of.get(key);
    }

    private static Map<String, Object> read() {
        try {
            return new Yaml().load(Files.readString(COMPOSE));
        } catch (IOException unreadable) {
            throw new java.io.UncheckedIOException(unreadable);
        }
    }
}
