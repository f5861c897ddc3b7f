package com.scrapersky.profiles.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.profiles.RunningService;
import com.scrapersky.session.testkit.PgBouncerVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code docs/http.md} gives to paste is pasted into a shell, in its order; only address and token are those of here. */
@Tag("once")
class HttpPageTest {

    private static final Pattern BLOCK = Pattern.compile("```sh\\n(.*?)```", Pattern.DOTALL);

    @TempDir
    private Path directory;

    @Test
    void whatIsThereToPasteWorks() throws Exception {
        RunningService service = RunningService.behind(PgBouncerVersion.V1_26);
        UUID tenant = UUID.randomUUID();
        service.create(tenant, "{\"name\": \"Ada\"}");
        List<String> blocks = BLOCK.matcher(Files.readString(Path.of("..", "docs", "http.md")))
                .results()
                .map(block -> block.group(1))
                .toList();
        assertThat(blocks).hasSize(4);
        String settings = blocks.get(0)
                .replace("http://localhost:8080", "http://localhost:" + service.port())
                .replace("'…'", "'" + RunningService.TOKENS.ofTenant(tenant) + "'");
        assertThat(settings).doesNotContain("8080'", "…");

        String received = pasted(settings + blocks.get(1) + "\necho \"JOB $JOB\"\n");
        assertThat(received)
                .contains("\"kind\":\"import\"", "\"rows_received\":2")
                .containsPattern("(?m)JOB [0-9a-f-]{36}$");
        String job = received.substring(received.indexOf("JOB "), received.indexOf("JOB ") + 40)
                .replace("JOB ", "JOB=");
        assertThat(pasted(settings + job + "\n" + blocks.get(2)))
                .contains("\"id\":\"" + job.substring(4) + "\"")
                .contains("event:job")
                .containsPattern("data:.*\"state\":\"done\".*");
        assertThat(pasted(settings + blocks.get(3) + "\ncat exported.csv\n"))
                .as("NDJSON, then CSV")
                .containsPattern("\\{.*\"name\":\"Barbara Liskov\",\"email\":\"barbara@example.com\"")
                .containsPattern("(?m)^id,name,email,")
                .containsPattern("(?m)^[0-9a-f-]{36},Donald Knuth,,");
    }

    /** What a shell prints that reads this, and ends at the first command that fails. */
    private String pasted(String lines) throws IOException, InterruptedException {
        Path output = directory.resolve("output");
        Process shell = new ProcessBuilder("bash", "-euo", "pipefail", "-c", lines)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!shell.waitFor(60, TimeUnit.SECONDS)) {
            shell.destroyForcibly();
        }
        String printed = Files.readString(output);
        assertThat(shell.waitFor()).as("curl is wanted. %s", printed).isZero();
        return printed;
    }
}
