package com.scrapersky.session.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.DatabaseSessionFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A clock that is set back or forth lengthens no wait and ends none: the library measures by System.nanoTime() alone. */
class NoWallClockTest {

    /** They write down when something was found out, and compute nothing with it. */
    private static final Set<String> WRITE_DOWN_WHEN = Set.of("StatementProbe", "StatementNames", "PoolerProfile");

    /** As the name of a method stands in a class file: its kind, its length, and itself. */
    private static final String NOW = "\u0001\u0000\u0003now";

    @Test
    void nothingWaitsByTheClockOfTheDay() throws Exception {
        Path classes = Path.of(DatabaseSessionFactory.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        try (Stream<Path> files = Files.walk(classes)) {
            List<Path> all =
                    files.filter(file -> file.toString().endsWith(".class")).toList();
            assertThat(all).hasSizeGreaterThan(100);
            assertThat(all.stream()
                            .filter(NoWallClockTest::readsTheClock)
                            .map(NoWallClockTest::topLevelName)
                            .collect(Collectors.toSet()))
                    .isSubsetOf(WRITE_DOWN_WHEN);
            assertThat(all.stream().filter(file -> holds(file, "nanoTime")))
                    .as("found so at all")
                    .isNotEmpty();
        }
    }

    private static boolean readsTheClock(Path file) {
        return holds(file, "currentTimeMillis")
                || (holds(file, "java/time/") && holds(file, NOW))
                || holds(file, "java/time/Clock");
    }

    private static boolean holds(Path file, String name) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(name);
        } catch (IOException unreadable) {
            throw new IllegalStateException(unreadable);
        }
    }

    private static String topLevelName(Path file) {
        String name = file.getFileName().toString().replace(".class", "");
        int inner = name.indexOf('$');
        return inner < 0 ? name : name.substring(0, inner);
    }
}
