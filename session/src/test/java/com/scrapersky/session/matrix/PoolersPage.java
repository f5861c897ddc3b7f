package com.scrapersky.session.matrix;

import static java.util.stream.Collectors.joining;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.functional.Route;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

/** {@code docs/poolers.md}, written from {@link SessionFeature} and the rows of the matrix. */
final class PoolersPage {

    private final StringBuilder page = new StringBuilder();

    private PoolersPage() {}

    static String text() {
        PoolersPage poolers = new PoolersPage();
        poolers.page.append("<!-- Written by PoolersPageTest; CONTRIBUTING.md says how. -->\n\n");
        poolers.page.append(prose("introduction"));
        poolers.matrix();
        poolers.features();
        poolers.disguises();
        poolers.calls();
        poolers.differences();
        poolers.page.append('\n').append(prose("manners"));
        return poolers.page.toString();
    }

    private static String prose(String name) {
        try (InputStream text = PoolersPage.class.getResourceAsStream("/poolers/" + name + ".md")) {
            return new String(Objects.requireNonNull(text, name).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private void line(String text) {
        page.append(text).append('\n');
    }

    private void matrix() {
        line("\n## The matrix\n");
        line(
                "How many rows of `MatrixTest` come to which verdict: works / moves / refused. Every row runs on every pooler, each");
        line(
                "of its transactions on another backend than the one before, and is compared, step by step, with the same program on");
        line(
                "a direct connection; afterwards every backend is looked at for what stayed there. In brackets: rows that do not yet");
        line("come to their verdict there, told in [What differs still](#differences).\n");
        List<Route> routes = MatrixTest.routes();
        line("| class | treatment | " + routes.stream().map(PoolersPage::name).collect(joining(" | ")) + " |");
        line("|---|---|" + "---|".repeat(routes.size()));
        for (SessionFeature feature : SessionFeature.values()) {
            line("| [" + feature.title() + "](#" + feature.id() + ") | " + treatment(feature) + " | "
                    + cells(row -> row.feature() == feature) + " |");
        }
        line("| [JDBC, otherwise](#jdbc) | | " + cells(row -> row.feature() == null) + " |");
    }

    private static String cells(Predicate<MatrixRow> which) {
        return MatrixTest.routes().stream().map(route -> cell(which, route)).collect(joining(" | "));
    }

    private static String cell(Predicate<MatrixRow> which, Route route) {
        Predicate<MatrixRow> differs = row -> KnownDifferences.of(row, route).isPresent();
        long differing = Rows.all().stream().filter(which.and(differs)).count();
        return verdicts(which.and(differs.negate()), " / ") + (differing == 0 ? "" : " (" + differing + ")");
    }

    private void differences() {
        line("\n<a id=\"differences\"></a>\n\n## What differs still\n");
        line(
                "Rows that do not come to what they must. None of them leaves anything behind. What each comes to instead stands in");
        line(
                "`differences.txt` of the tests, to the letter; a row that is listed here and comes right fails the build.\n");
        line("| what differs | behind | rows |");
        line("|---|---|---|");
        for (KnownDifferences.Difference each : KnownDifferences.all()) {
            List<Route> behind =
                    MatrixTest.routes().stream().filter(each.behind()).toList();
            String where = behind.size() == MatrixTest.routes().size()
                    ? "all"
                    : behind.stream().map(PoolersPage::name).collect(joining(", "));
            String rows = Rows.all().stream()
                    .filter(row -> each.concerns(row, behind.get(0)))
                    .map(MatrixRow::toString)
                    .collect(joining("; "));
            line("| " + each.what() + " | " + where + " | " + rows + " |");
        }
    }

    private static String name(Route route) {
        return switch (route) {
            case PGBOUNCER_1_18 -> "PgBouncer 1.18";
            case PGBOUNCER_1_26 -> "PgBouncer 1.26";
            case ODYSSEY -> "Odyssey 1.5";
            case LIKE_PGBOUNCER_1_18 -> "`TransactionPooler.pgBouncer118`";
            case LIKE_PGBOUNCER_1_26 -> "`TransactionPooler.pgBouncer126`";
            case LIKE_SUPAVISOR -> "`TransactionPooler.supavisor`";
            case DIRECT, ODYSSEY_RESERVED -> throw new IllegalArgumentException(route + " is not in the matrix");
        };
    }

    private static String treatment(SessionFeature feature) {
        return feature.treatment().id();
    }

    private static long count(Predicate<MatrixRow> which, Expected verdict) {
        return Rows.all().stream()
                .filter(which)
                .filter(row -> row.expected() == verdict)
                .count();
    }

    private static String verdicts(Predicate<MatrixRow> which, String between) {
        return count(which, Expected.WORKS)
                + between
                + count(which, Expected.MOVES)
                + between
                + count(which, Expected.REFUSED);
    }

    private void features() {
        line("\n## Class by class");
        for (SessionFeature feature : SessionFeature.values()) {
            line("\n<a id=\"" + feature.id() + "\"></a>\n\n### " + feature.title() + "\n");
            line("`" + feature.id() + "`: "
                    + feature.examples().stream().map(PoolersPage::code).collect(joining(", ")) + "\n");
            line("- **Without us:** " + feature.reason());
            line("- **What is done:** " + done(feature));
            line("- **Way out:** " + feature.wayOut() + ".");
            line("- **Rows:** " + verdictsInWords(row -> row.feature() == feature) + others(feature));
        }
    }

    private static String done(SessionFeature feature) {
        return "`" + treatment(feature) + "`: " + feature.treatment().meaning() + ".";
    }

    private static String verdictsInWords(Predicate<MatrixRow> which) {
        return "works " + count(which, Expected.WORKS) + ", moves " + count(which, Expected.MOVES) + ", refused "
                + count(which, Expected.REFUSED);
    }

    /** Those that are no text in one of its disguises. */
    private static String others(SessionFeature feature) {
        String titles = Rows.all().stream()
                .filter(row -> row.feature() == feature && row.disguise() == Disguise.OTHER)
                .map(row -> row.title().replaceAll("\\s+", " ") + " (" + verdict(row.expected()) + ")")
                .collect(joining("; "));
        return titles.isEmpty()
                ? ": each example in each disguise."
                : ". Besides examples in disguise: " + titles + ".";
    }

    private static String verdict(Expected expected) {
        return switch (expected) {
            case WORKS -> "works";
            case MOVES -> "moves";
            case REFUSED -> "refused";
        };
    }

    private static String code(String text) {
        return "`" + text + "`";
    }

    private void disguises() {
        line("\n## Disguises\n");
        line(
                "In what form, and where in a program, the same thing comes. A text that only speaks of it, in quotes or in a");
        line("comment, is left alone.\n");
        line("| form | works | moves | refused |");
        line("|---|---:|---:|---:|");
        for (Disguise disguise : Disguise.values()) {
            if (disguise != Disguise.OTHER) {
                line("| " + disguise.title() + " | " + verdicts(row -> row.disguise() == disguise, " | ") + " |");
            }
        }
    }

    private void calls() {
        line("\n<a id=\"jdbc\"></a>\n\n## JDBC, otherwise\n");
        line(
                "Calls that belong to none of the classes, while the session has settings and its backend changes. They work as with");
        line("the driver alone, but for those [told below](#differences).\n");
        line("| calls | rows | |");
        line("|---|---:|---|");
        for (RowGroup group : Rows.groups()) {
            List<MatrixRow> rows =
                    group.rows().stream().filter(row -> row.feature() == null).toList();
            if (!rows.isEmpty()) {
                line("| " + group.title() + " | " + rows.size() + " | "
                        + rows.stream()
                                .map(MatrixRow::title)
                                .collect(joining("; "))
                                .replace("|", "\\|") + " |");
            }
        }
    }
}
