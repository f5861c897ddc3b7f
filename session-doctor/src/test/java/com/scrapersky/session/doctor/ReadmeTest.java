package com.scrapersky.session.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The output that the README shows, behind PgBouncer 1.18 as it says, is the golden file's, with lines left out and none invented. */
class ReadmeTest {

    @Test
    void showsRealOutput() throws IOException {
        String readme = Files.readString(Path.of("../README.md"));
        String introduction = "Of its output behind PgBouncer 1.18:\n\n```text\n";
        assertThat(readme).contains(introduction + "In between\n");
        int begin = readme.indexOf(introduction) + introduction.length();
        List<String> shown =
                readme.substring(begin, readme.indexOf("```", begin)).lines().toList();
        List<String> said = Files.readAllLines(Path.of("src/test/resources/golden/pgbouncer-1-18-transaction.txt"));
        assertThat(shown).hasSizeGreaterThan(8);
        assertThat(said).containsSubsequence(shown);
        assertThat(readme.lines().count()).isLessThanOrEqualTo(149);
    }
}
