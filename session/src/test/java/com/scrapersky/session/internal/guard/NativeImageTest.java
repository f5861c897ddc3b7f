package com.scrapersky.session.internal.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the library reaches of the driver through handles is told to GraalVM, which leaves out what nobody names. */
class NativeImageTest {

    private static final Path METADATA =
            Path.of("src/main/resources/META-INF/native-image/com.scrapersky/sky-session/reachability-metadata.json");
    private static final Path SOURCES = Path.of("src/main/java/com/scrapersky/session/internal");

    /** {@code findVarHandle(owner, "field", …)} and what is named to a method that calls it. */
    private static final Pattern HANDLE =
            Pattern.compile("(?:findVarHandle|findVirtual|handle)\\(\\s*(?:[\\w.]+,\\s*)?\"(\\w+)\"");

    private static final Pattern TYPE = Pattern.compile("\"type\": \"([\\w.$]+)\"");
    private static final Pattern MEMBER = Pattern.compile("\"name\": \"(\\w+)\"");

    private static Stream<String> found(Pattern pattern, String text) {
        return pattern.matcher(text).results().map((MatchResult result) -> result.group(1));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    @Test
    void everyHandleIsNamed() throws IOException {
        Set<String> reached;
        try (Stream<Path> files = Files.walk(SOURCES)) {
            reached = files.filter(file -> file.toString().endsWith(".java"))
                    .flatMap(file -> found(HANDLE, read(file)))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
        assertThat(reached).hasSizeGreaterThan(10);
        Set<String> named = found(MEMBER, read(METADATA)).collect(Collectors.toSet());
        assertThat(named).isEqualTo(reached);
    }

    @Test
    void everyClassThatIsLookedUpIsNamed() throws IOException {
        Set<String> looked;
        Pattern lookup = Pattern.compile("Class\\.forName\\(\"([\\w.$]+)\"\\)");
        try (Stream<Path> files = Files.walk(SOURCES)) {
            looked = files.filter(file -> file.toString().endsWith(".java"))
                    .flatMap(file -> found(lookup, read(file)))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
        assertThat(looked).isNotEmpty();
        assertThat(found(TYPE, read(METADATA)).collect(Collectors.toSet())).containsAll(looked);
    }

    @Test
    void whatIsNamedIsThere() throws Exception {
        var membersOf = new TreeMap<String, Set<String>>();
        for (String entry : read(METADATA).split("(?=\"type\": )", -1)) {
            found(TYPE, entry)
                    .forEach(type -> membersOf.put(type, found(MEMBER, entry).collect(Collectors.toSet())));
        }
        assertThat(membersOf).hasSizeGreaterThan(5);
        for (var entry : membersOf.entrySet()) {
            Class<?> type = Class.forName(entry.getKey());
            Set<String> there = Stream.concat(
                            Arrays.stream(type.getDeclaredFields()).map(java.lang.reflect.Field::getName),
                            Arrays.stream(type.getDeclaredMethods()).map(java.lang.reflect.Method::getName))
                    .collect(Collectors.toSet());
            assertThat(there).as(entry.getKey()).containsAll(entry.getValue());
        }
    }
}
