package com.scrapersky.session.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.functional.Route;
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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every row on every pooler: works as on a direct connection, moves, or is refused by name, and leaves nothing behind.
 * {@code docs/poolers.md} is written from the same rows.
 *
 * <p>While you work on some: {@code -Dmatrix.rows=pattern} runs those in whose name, or that of
 * their group, the pattern is found, and
 * {@code -Dmatrix.route=ODYSSEY} those of one pooler.
 */
class MatrixCheck {

    private static final Map<MatrixRow, List<String>> DIRECT = new HashMap<>();

    private static @Nullable Bench bench;
    private static @Nullable Route route;

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
    }

    static Stream<Arguments> cases() {
        Pattern wanted = Pattern.compile(System.getProperty("matrix.rows", ""));
        String behind = System.getProperty("matrix.route", "");
        return routes().stream()
                .filter(each -> each.name().contains(behind))
                .flatMap(each -> Rows.groups().stream()
                        .map(group -> new RowGroup(
                                group.title(),
                                group.rows().stream()
                                        .filter(row -> wanted.matcher(group + ", " + row)
                                                .find())
                                        .toList()))
                        .filter(group -> !group.rows().isEmpty())
                        .map(group -> Arguments.of(each, group)));
    }

    /** Odyssey with reserved statements differs in how it carries statements, not in what a session leaves behind. */
    static List<Route> routes() {
        return Arrays.stream(Route.values())
                .filter(each -> each != Route.DIRECT && each != Route.ODYSSEY_RESERVED)
                .toList();
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("cases")
    void isAsDocumented(Route behind, RowGroup group) throws Exception {
        new Judgement(bench(behind), DIRECT).of(group);
    }

    private static Bench bench(Route behind) {
        if (bench == null || route != behind) {
            if (bench != null) {
                bench.close();
            }
            bench = new Bench(behind);
            route = behind;
        }
        return bench;
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
