package com.scrapersky.session.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The output that the README shows is that of PgBouncer 1.18's golden file, with lines left out and none invented. */
class ReadmeTest {

    @Test
    void showsRealOutput() throws IOException {
        String readme = Files.readString(Path.of("../README.md"));
        int begin = readme.indexOf("```text\nIn between\n") + "```text\n".length();
        List<String> shown =
                readme.substring(begin, readme.indexOf("```", begin)).lines().toList();
        List<String> said = Files.readAllLines(Path.of("src/test/resources/golden/pgbouncer-1-18-transaction.txt"));
        assertThat(shown).hasSizeGreaterThan(8);
        assertThat(said).containsSubsequence(shown);
    }
}
