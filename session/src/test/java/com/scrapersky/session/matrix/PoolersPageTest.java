package com.scrapersky.session.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.SessionFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code docs/poolers.md} says what the table and the matrix say. {@code -Dpoolers.page=write} writes it first. */
class PoolersPageTest {

    private static final Path PAGE = Path.of("../docs/poolers.md");

    @Test
    void isWhatTheTableAndTheRowsGive() throws IOException {
        String text = PoolersPage.text();
        if ("write".equals(System.getProperty("poolers.page"))) {
            Files.writeString(PAGE, text);
        }
        assertThat(Files.readString(PAGE))
                .as("docs/poolers.md; CONTRIBUTING.md says how it is written")
                .isEqualTo(text);
    }

    /** A refusal's message ends with it. */
    @ParameterizedTest
    @EnumSource
    void hasAnAnchorForEachClass(SessionFeature feature) throws IOException {
        assertThat(Files.readString(PAGE)).containsOnlyOnce("<a id=\"" + feature.id() + "\"></a>");
    }

    @Test
    void holdsNoPassword() throws IOException {
        assertThat(Files.readString(PAGE)).doesNotContain("password=");
    }
}
