package com.scrapersky.session.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.functional.Route;
import com.scrapersky.session.testkit.MayLeak;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;

/**
 * Every row on every pooler: works as on a direct connection, moves, or is refused by name, and leaves nothing behind.
 * {@code docs/poolers.md} is written from the same rows.
 *
 * <p>While you work on some: {@code -Dmatrix.rows=pattern} runs those in whose name, or that of
 * their group, the pattern is found, and
 * {@code -Dmatrix.route=ODYSSEY} those of one pooler.
 */
@MayLeak("who draws a number leaves it on the backend; the bench looks for all else behind each group of rows")
@Tag("once")
class MatrixTest {

    /** JUnit's own bound is that of the whole factory method. */
    private static final Duration LONGEST = Duration.ofSeconds(60);

    private static final Map<MatrixRow, List<String>> DIRECT = new HashMap<>();
    private static final Outcomes OUTCOMES = new Outcomes();

    private static @Nullable Bench bench;

    @BeforeAll
    static void create() throws Exception {
        Fixture.create();
    }

    @AfterAll
    static void drop() throws Exception {
        if (bench != null) {
            bench.close();
        }
        Fixture.close();
        OUTCOMES.write();
    }

    /** Odyssey with reserved statements differs in how it carries statements, not in what a session leaves behind. */
    static List<Route> routes() {
        return Arrays.stream(Route.values())
                .filter(each -> each != Route.DIRECT && each != Route.ODYSSEY_RESERVED)
                .toList();
    }

    @TestFactory
    Stream<DynamicContainer> isAsDocumented() {
        String behind = System.getProperty("matrix.route", "");
        return routes().stream()
                .filter(route -> behind.isEmpty() || route.name().equals(behind))
                .map(route -> dynamicContainer(route.name(), wanted().stream().map(group -> container(route, group))));
    }

    private static List<RowGroup> wanted() {
        Pattern wanted = Pattern.compile(System.getProperty("matrix.rows", ""));
        return Rows.groups().stream()
                .map(group -> new RowGroup(
                        group.title(),
                        group.rows().stream()
                                .filter(row ->
                                        wanted.matcher(group + ", " + row).find())
                                .toList()))
                .filter(group -> !group.rows().isEmpty())
                .toList();
    }

    /** A look at the backends takes longer than a row, so it follows the last row of a group. */
    private static DynamicContainer container(Route route, RowGroup group) {
        Stream<DynamicNode> rows = group.rows().stream()
                .map(row -> dynamicTest(
                        row.toString(), bounded(() -> judgement(route).of(row))));
        DynamicNode look = dynamicTest(
                "nothing is left behind", bounded(() -> judgement(route).leftNothing(group)));
        return dynamicContainer(group.title(), Stream.concat(rows, Stream.of(look)));
    }

    private static Executable bounded(Executable work) {
        return () -> Assertions.assertTimeoutPreemptively(LONGEST, work);
    }

    private static Judgement judgement(Route route) {
        Bench current = bench;
        if (current == null || route != current.route()) {
            if (current != null) {
                current.close();
            }
            current = new Bench(route);
            bench = current;
        }
        return new Judgement(current, DIRECT, OUTCOMES);
    }

    @Test
    void everyExampleOfTheTableHasARow() {
        Set<String> examples = new HashSet<>();
        Rows.all().forEach(row -> examples.add(row.feature() + " " + row.example()));
        for (SessionFeature feature : SessionFeature.values()) {
            for (String example : feature.examples()) {
                assertThat(examples.contains(feature + " " + example))
                        .as(feature + " " + example)
                        .isTrue();
            }
        }
    }

    @Test
    void namesAreUnique() {
        assertThat(Rows.all()).extracting(MatrixRow::toString).doesNotHaveDuplicates();
        assertThat(Rows.groups()).extracting(RowGroup::title).doesNotHaveDuplicates();
    }
}
