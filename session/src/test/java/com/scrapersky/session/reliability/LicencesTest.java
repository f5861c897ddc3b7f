package com.scrapersky.session.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code bin/sbom} lets through, and what not. */
@Tag("once")
class LicencesTest {

    @TempDir
    Path directory;

    private record Ended(int code, String output) {}

    private Ended read(String licences) throws Exception {
        Path list = directory.resolve("bom.xml");
        Files.writeString(
                list,
                "<bom xmlns='http://cyclonedx.org/schema/bom/1.6'><metadata><tools><components><component><name>tool</name>"
                        + "</component></components></tools></metadata><components><component><group>a</group><name>b</name>"
                        + "<version>1</version>" + licences + "</component></components></bom>");
        Process java = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "../src/build/java/Licences.java".replace('/', File.separatorChar),
                        list.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(java.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return new Ended(java.exitValue(), output);
    }

    @Test
    void oneThatIsAllowedIsEnough() throws Exception {
        assertThat(
                        read(
                                "<licenses><license><id>EPL-2.0</id></license><license><id>LGPL-2.1-only</id></license></licenses>"))
                .isEqualTo(new Ended(0, "a:b 1: EPL-2.0, LGPL-2.1-only\n"));
        assertThat(read("<licenses><expression>GPL-2.0-only OR MIT</expression></licenses>")
                        .code())
                .isZero();
    }

    @Test
    void noneAnotherOneAndBothTogetherAreRefused() throws Exception {
        assertThat(read("").code()).isEqualTo(1);
        assertThat(read("<licenses><license><name>Secret</name></license></licenses>")
                        .output())
                .contains("Parts without a licence that Licences.java allows: a:b 1 (Secret)");
        assertThat(read("<licenses><expression>MIT AND SSPL-1.0</expression></licenses>")
                        .code())
                .isEqualTo(1);
    }
}
