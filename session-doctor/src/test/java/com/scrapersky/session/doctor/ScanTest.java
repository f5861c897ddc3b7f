package com.scrapersky.session.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.doctor.internal.scan.Scan;
import com.scrapersky.session.doctor.internal.scan.Sighting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is found in an application that does everything wrong, and in a long one that does nothing wrong. */
class ScanTest {

    private static final Path SEEDED = Path.of("src/test/resources/scan/seeded");
    private static final Path CLEAN = Path.of("src/test/resources/scan/clean");
    private static final Pattern SEED = Pattern.compile("seeded: ([a-z-]+)|seeded-above: ([a-z-]+) (\\d+)");

    /** What has no room for a comment beside it. */
    private static final Set<String> ALSO_SEEDED = Set.of(
            "src/main/resources/other.properties:1 setting",
            "src/main/resources/other.properties:2 transaction-isolation",
            "src/main/resources/persistence.xml:4 set-schema",
            "sample.env:1 setting",
            "src/main/resources/db/migration/V1__jobs.sql:5 hidden-setting");

    @Test
    void findsEveryClassWhereItIs() throws IOException {
        Scan scan = Scan.of(SEEDED);
        assertThat(scan.sightings().stream().map(ScanTest::shown).toList())
                .containsExactlyInAnyOrderElementsOf(seeds());
        assertThat(scan.sightings().stream().map(Sighting::feature).collect(Collectors.toSet()))
                .isEqualTo(EnumSet.allOf(SessionFeature.class));
    }

    @Test
    void findsNothingInACleanApplication(@TempDir Path application) throws IOException {
        int copies = 110;
        for (int copy = 0; copy < copies; copy++) {
            copy(CLEAN, application.resolve("module" + copy), copy);
        }
        Scan scan = Scan.of(application);
        assertThat(scan.lines()).isGreaterThan(10_000);
        assertThat(scan.files()).isEqualTo(3 * copies);
        assertThat(scan.sightings()).isEmpty();
    }

    /** Real code that passes its own tests behind poolers, without the library's own words about what it refuses. */
    @Test
    void findsNothingInTheProfilesService() throws IOException {
        Scan scan = Scan.of(Path.of("../profiles-service/src/main"));
        assertThat(scan.files()).isGreaterThan(20);
        assertThat(scan.sightings()).isEmpty();
    }

    @Test
    void command() {
        Run text = Run.of("scan", SEEDED.toString());
        assertThat(text.exitCode()).isEqualTo(1);
        assertThat(text.out())
                .contains("Sessions.java:14  [setting]  SET statement_timeout = '5s'")
                .contains("instead  pg_advisory_xact_lock")
                .doesNotContain("hush");
        Run sarif = Run.of("scan", "--format", "sarif", SEEDED.toString());
        assertThat(sarif.out())
                .contains("\"version\":\"2.1.0\"")
                .contains("\"ruleId\":\"advisory-lock\"")
                .contains("\"uri\":\"src/main/java/shop/Sessions.java\"");
        assertThat(Run.of("scan", CLEAN.toString()).exitCode()).isZero();
        assertThat(Run.of("scan", "nowhere").exitCode()).isEqualTo(2);
    }

    private static String shown(Sighting sighting) {
        return sighting.file().toString().replace('\\', '/') + ":" + sighting.line() + " "
                + sighting.feature().id();
    }

    private static List<String> seeds() throws IOException {
        List<String> seeds = new ArrayList<>(ALSO_SEEDED);
        try (Stream<Path> files = Files.walk(SEEDED)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                List<String> lines = Files.readAllLines(file);
                for (int i = 0; i < lines.size(); i++) {
                    Matcher seed = SEED.matcher(lines.get(i));
                    while (seed.find()) {
                        boolean here = seed.group(1) != null;
                        int line = i + 1 - (here ? 0 : Integer.parseInt(seed.group(3)) - 1);
                        seeds.add(SEEDED.relativize(file).toString().replace('\\', '/') + ":" + line + " "
                                + seed.group(here ? 1 : 2));
                    }
                }
            }
        }
        return seeds;
    }

    private static void copy(Path from, Path to, int number) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.writeString(
                        target,
                        Files.readString(file).replace("orders", String.format(Locale.ROOT, "orders%d", number)));
            }
        }
    }
}
