package com.scrapersky.session.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

    /** In a real bash, which gets the script as the command prints it. */
    @Test
    void completion(@TempDir Path directory) throws IOException, InterruptedException {
        Path script = Files.writeString(
                directory.resolve("doctor"), Run.of("completion").out());
        assertThat(completed(script, "doctor", "sc")).contains("scan");
        assertThat(completed(script, "doctor", "--fail")).contains("--fail-on");
        assertThat(completed(script, "doctor", "scan", "--form")).contains("--format");
        assertThat(completed(script, "doctor", "--paste", "hika")).contains("hikaricp");
    }

    private static List<String> completed(Path script, String... words) throws IOException, InterruptedException {
        String bash = "source \"$1\"; complete -p doctor >&2; shift; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1));"
                + " _complete_doctor; printf '%s\\n' \"${COMPREPLY[@]}\"";
        List<String> command = new ArrayList<>(List.of("bash", "-c", bash, "bash", script.toString()));
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return said.lines().map(String::strip).toList();
    }

    private static void check(String name, String text) throws IOException {
        Path file = Path.of(name);
        if ("write".equals(System.getProperty("doctor.page"))) {
            Files.writeString(file, text);
        }
        assertThat(Files.readString(file)).isEqualTo(text);
    }
}
