package com.scrapersky.profiles;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.PoolerProfile.Pooler;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** What {@code bin/run} starts once everything is built: by its own options, and what it prints is used. */
@Tag("once")
@Tag("alone")
class DevelopmentServerTest {

    private static final Duration LONGEST_START = Duration.ofSeconds(15);
    private static final Pattern REQUEST = Pattern.compile("curl -H \"Authorization: (Bearer [^\"]+)\" (http://\\S+)");
    private static final Pattern OPTIONS = Pattern.compile("-XX:\\S+");

    @Test
    void itAnswersThePrintedRequestWithinSeconds() throws Exception {
        Duration took = untilThePrintedRequestWasAnswered();
        if (took.compareTo(LONGEST_START) >= 0) {
            // A machine that is busy with other things makes one start slow, a slow service each of them.
            took = untilThePrintedRequestWasAnswered();
        }
        assertThat(took).as("until the printed request was answered").isLessThan(LONGEST_START);
    }

    /** With all that it has to print, and to stop. */
    private static Duration untilThePrintedRequestWasAnswered() throws Exception {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        Matcher option = OPTIONS.matcher(Files.readString(Path.of("..", "bin", "run")));
        while (option.find()) {
            command.add(option.group());
        }
        assertThat(command).hasSizeGreaterThan(1);
        command.addAll(List.of(
                "-cp", System.getProperty("java.class.path"), "com.scrapersky.profiles.development.DevelopmentServer"));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("PORT", "0");
        builder.environment().keySet().removeAll(List.of("DATABASE_URL", "JWT_SECRET_KEY"));
        long begin = System.nanoTime();
        Process server = builder.start();
        List<String> printed = new ArrayList<>();
        try (BufferedReader output = server.inputReader()) {
            HttpResponse<String> answer = answerTo(output, printed);
            Duration took = Duration.ofNanos(System.nanoTime() - begin);
            printTheRest(output, printed);

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).contains("Ada Lovelace", "Grace Hopper", "Edgar F. Codd");
            assertThat(lifetimeOfToken(printed)).isBetween(Duration.ofMinutes(55), Duration.ofHours(1));
            assertThat(String.join("\n", printed))
                    .contains("The profiles service runs at http://localhost:")
                    .containsPattern("Rows come through: PgBouncer .*, transaction mode")
                    .contains("What the sessions found in front of them: ")
                    .contains("/swagger-ui/index.html")
                    .as("of the embedded PostgreSQL's start, and what colours text")
                    .doesNotContain("zonky", "DEBUG", "\u001b");
            aProgramOfOnesOwnWorks(printed);
            return took;
        } finally {
            server.destroy();
            assertThat(server.waitFor(30, TimeUnit.SECONDS))
                    .as("everything that it started is stopped")
                    .isTrue();
        }
    }

    private static void printTheRest(BufferedReader output, List<String> printed) throws IOException {
        String line = output.readLine();
        while (line != null && !line.startsWith("Ctrl-C")) {
            printed.add(line);
            line = output.readLine();
        }
        assertThat(line).as("the last line").isNotNull();
    }

    /** By the URL that is printed for it, behind the pooler. */
    private static void aProgramOfOnesOwnWorks(List<String> printed) {
        Matcher url =
                Pattern.compile("^DATABASE_URL=(\\S+)$", Pattern.MULTILINE).matcher(String.join("\n", printed));
        assertThat(url.find()).isTrue();
        try (DatabaseSessionFactory sessions = DatabaseSessionFactory.open(url.group(1))) {
            sessions.sql("create table people (id bigint primary key, name text)")
                    .update();
            sessions.write(session -> session.sql("insert into people values (:id, :name)")
                    .param("id", 1)
                    .param("name", "Ada")
                    .update());
            assertThat(sessions.sql("select name from people").list(String.class))
                    .containsExactly("Ada");
            assertThat(sessions.sql("select count(*) from pg_database where datname = current_database()"
                                    + " and pg_get_userbyid(datdba) = current_user")
                            .single(Long.class))
                    .as("it is its own")
                    .isEqualTo(1);
            assertThat(sessions.profile().pooler()).isEqualTo(Pooler.PGBOUNCER);
        }
    }

    private static Duration lifetimeOfToken(List<String> printed) {
        Matcher token = Pattern.compile("Bearer [^.]+\\.([^.]+)\\.").matcher(String.join("\n", printed));
        assertThat(token.find()).isTrue();
        long expires = JsonMapper.shared()
                .readTree(Base64.getUrlDecoder().decode(token.group(1)))
                .get("exp")
                .asLong();
        return Duration.between(Instant.now(), Instant.ofEpochSecond(expires));
    }

    private static HttpResponse<String> answerTo(BufferedReader output, List<String> printed)
            throws IOException, InterruptedException {
        Matcher request = null;
        String line = output.readLine();
        while (line != null) {
            printed.add(line);
            Matcher found = REQUEST.matcher(line);
            if (found.find()) {
                request = found;
            }
            if (request != null && line.contains("/swagger-ui/")) {
                return HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(URI.create(request.group(2)))
                                        .header("Authorization", request.group(1))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString());
            }
            line = output.readLine();
        }
        throw new AssertionError("it ended before it printed a request:\n" + String.join("\n", printed));
    }
}
