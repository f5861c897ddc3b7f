package com.scrapersky.session.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the doctor is to say, word by word, in files; {@code -Dgolden=write} writes them anew. */
final class Golden {

    private static final Path FILES = Path.of("src/test/resources/golden");

    private Golden() {}

    static void check(String name, Run run) throws IOException {
        String said = "exit code " + run.exitCode() + "\n\n" + steady(run.out());
        Path file = FILES.resolve(name + ".txt");
        if ("write".equals(System.getProperty("golden"))) {
            Files.createDirectories(FILES);
            Files.writeString(file, said);
        }
        assertThat(said)
                .as("%s; where the change is meant, -Dgolden=write", file)
                .isEqualTo(Files.readString(file));
    }

    /** Without what differs from run to run: ports, process ids, times, dates, versions. */
    private static String steady(String text) {
        return text.replaceAll("(?<=127\\.0\\.0\\.1:|localhost:)\\d+", "<port>")
                .replaceAll("port \\d{5}", "port <port>")
                .replaceAll("backend -?\\d+", "backend <pid>")
                .replaceAll("pg_backend_pid\\(\\) says \\d+", "pg_backend_pid() says <pid>")
                .replaceAll("the pooler calls \\S+", "the pooler calls <name>")
                .replaceAll("port=\\d{5}", "port=<port>")
                .replaceAll("\\d+(\\.\\d+)? ms(?! )", "<time>")
                .replaceAll("\\d+(\\.\\d+)? ms \\(", "<time> (")
                .replaceAll("\\d{4}-\\d{2}-\\d{2}", "<date>")
                .replaceAll("PostgreSQL 18\\.\\d+", "PostgreSQL 18")
                .replaceAll("(?<=\"127\\.0\\.0\\.1\", )\\d+", "<port>")
                .replaceAll("\\d+ clients served", "<n> clients served")
                .replaceAll("\\d+ of 100 in use", "<n> of 100 in use")
                .replaceAll("(?<=[ \"=])(/|%2F)[\\w./%-]*root\\.pem", "<file>")
                .replaceAll("(?m) +$", "");
    }
}
