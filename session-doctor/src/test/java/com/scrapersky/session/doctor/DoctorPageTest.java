package com.scrapersky.session.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Holds {@code docs/doctor.md} against the doctor; {@code -Ddoctor.page=write} writes it anew. */
class DoctorPageTest {

    @Test
    void saysWhatTheDoctorSays() throws IOException {
        check("../docs/doctor.md", DoctorPage.text());
    }

    @Test
    void manual() throws IOException {
        check("../docs/doctor.1", DoctorPage.manual());
    }

    @Test
    void completion() {
        assertThat(Run.of("completion").out()).contains("complete -F _complete_doctor", "--fail-on", "scan");
    }

    private static void check(String name, String text) throws IOException {
        Path file = Path.of(name);
        if ("write".equals(System.getProperty("doctor.page"))) {
            Files.writeString(file, text);
        }
        assertThat(Files.readString(file)).isEqualTo(text);
    }
}
