package com.scrapersky.session.matrix;

import com.scrapersky.session.functional.Route;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What exactly the rows of {@link KnownDifferences} come to, to the last character. {@code -Dmatrix.differences=write} runs
 * the matrix and writes it down anew: what has changed stands in the diff then.
 */
final class Outcomes {

    private static final String HEAD = "== ";
    private static final String BEHIND = " @ ";
    private static final Path FILE = Path.of("src/test/resources/poolers/differences.txt");

    private final boolean writing = "write".equals(System.getProperty("matrix.differences"));
    private final Map<String, String> known = writing ? new TreeMap<>() : read();

    private static String key(MatrixRow row, Route route) {
        return row + BEHIND + route;
    }

    /** Whether it is what is written down. */
    boolean isKnown(MatrixRow row, Route route, String outcome) {
        if (writing) {
            known.put(key(row, route), outcome);
            return true;
        }
        return outcome.equals(known.get(key(row, route)));
    }

    @Nullable
    String known(MatrixRow row, Route route) {
        return known.get(key(row, route));
    }

    private static Map<String, String> read() {
        Map<String, String> outcomes = new LinkedHashMap<>();
        for (String section : text().split("(?m)^" + HEAD)) {
            int end = section.indexOf('\n');
            if (end >= 0) {
                String head = section.substring(0, end);
                int behind = head.lastIndexOf(BEHIND);
                for (String route : head.substring(behind + BEHIND.length()).split(", ")) {
                    outcomes.put(
                            head.substring(0, behind) + BEHIND + route,
                            section.substring(end + 1).strip());
                }
            }
        }
        return outcomes;
    }

    private static String text() {
        try (InputStream text = Outcomes.class.getResourceAsStream("/poolers/differences.txt")) {
            return new String(Objects.requireNonNull(text, "differences.txt").readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** If that was asked for. */
    void write() throws IOException {
        if (!writing) {
            return;
        }
        Map<String, Set<String>> routes = new LinkedHashMap<>();
        known.forEach((key, outcome) -> {
            int behind = key.lastIndexOf(BEHIND);
            routes.computeIfAbsent(key.substring(0, behind) + '\n' + outcome, any -> new LinkedHashSet<>())
                    .add(key.substring(behind + BEHIND.length()));
        });
        Files.writeString(
                FILE,
                routes.entrySet().stream()
                        .map(each -> {
                            String[] parts = each.getKey().split("\n", 2);
                            return HEAD + parts[0] + BEHIND + String.join(", ", each.getValue()) + '\n' + parts[1]
                                    + "\n\n";
                        })
                        .collect(Collectors.joining()));
    }
}
