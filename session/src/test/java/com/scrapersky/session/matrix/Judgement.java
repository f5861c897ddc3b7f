package com.scrapersky.session.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Compares what rows came to behind a pooler with what they must come to. */
final class Judgement {

    private final Bench bench;
    private final Map<MatrixRow, List<String>> directs;
    private final Outcomes outcomes;

    Judgement(Bench bench, Map<MatrixRow, List<String>> directs, Outcomes outcomes) {
        this.bench = bench;
        this.directs = directs;
        this.outcomes = outcomes;
    }

    /**
     * Runs a row and compares. One that fails is looked after at once, so that the next is not blamed for what it left.
     *
     * @throws AssertionError that tells what is wrong
     */
    void of(MatrixRow row) throws Exception {
        KnownDifferences.Difference difference =
                KnownDifferences.of(row, bench.route()).orElse(null);
        String outcome = outcome(row, difference != null);
        if (difference == null) {
            if (!outcome.isEmpty()) {
                throw new AssertionError(outcome);
            }
        } else if (outcome.isEmpty()) {
            throw new AssertionError("it comes to what it must, and KnownDifferences says: " + difference.what());
        } else if (!outcomes.isKnown(row, bench.route(), outcome)) {
            throw new AssertionError(
                    "differences.txt says:\n" + outcomes.known(row, bench.route()) + "\nit is:\n" + outcome);
        }
    }

    /** Empty if the row came to what it must. */
    private String outcome(MatrixRow row, boolean look) throws Exception {
        String wrong = "";
        try {
            judge(row);
        } catch (AssertionError failure) {
            wrong = String.valueOf(failure.getMessage());
        }
        if (wrong.isEmpty() && !look) {
            return "";
        }
        List<String> left = bench.left();
        return (left.isEmpty() ? wrong : wrong + "\nit left behind " + left).strip();
    }

    /** Looks at the backends behind all rows of a group; what is there is told by the row that left it. */
    void leftNothing(RowGroup group) throws Exception {
        List<String> left = bench.left();
        if (left.isEmpty()) {
            return;
        }
        List<String> byRow = new ArrayList<>();
        for (MatrixRow row : group.rows()) {
            bench.run(row, row.expected() == Expected.MOVES);
            List<String> own = bench.left();
            if (!own.isEmpty()) {
                byRow.add(row + ": " + own);
            }
        }
        throw new AssertionError("left behind: " + left + "\none by one:\n" + String.join("\n", byRow));
    }

    private void judge(MatrixRow row) throws Exception {
        List<String> direct = directs.get(row);
        if (direct == null) {
            direct = Bench.direct(row);
            directs.put(row, direct);
        }
        switch (row.expected()) {
            case WORKS -> works(row, bench.run(row, false), direct);
            case MOVES -> {
                refused(row, bench.run(row, false), direct);
                Bench.Run run = bench.run(row, true);
                equalsDirect(run, direct);
                assertThat(run.moves()).containsOnlyKeys(row.feature());
            }
            case REFUSED -> {
                refused(row, bench.run(row, false), direct);
                if (row.opening() == null) {
                    refused(row, bench.run(row, true), direct);
                }
            }
        }
    }

    private static void works(MatrixRow row, Bench.Run run, List<String> direct) {
        equalsDirect(run, direct);
        assertThat(run.moves()).isEmpty();
        if (!row.oneBackend()) {
            assertThat(run.backendsMet()).as("backends it ran on").isGreaterThan(1);
        }
    }

    private static void equalsDirect(Bench.Run run, List<String> direct) {
        if (run.refusal() != null) {
            throw new AssertionError("refused after " + run.seen() + ": " + run.refusal(), run.refusal());
        }
        equalsDirect("", run.seen(), direct);
    }

    private static void equalsDirect(String when, List<String> pooled, List<String> direct) {
        StringBuilder differences = new StringBuilder();
        for (int i = 0; i < Math.max(direct.size(), pooled.size()); i++) {
            String expected = i < direct.size() ? direct.get(i) : "(nothing)";
            String seen = i < pooled.size() ? pooled.get(i) : "(nothing)";
            if (!expected.equals(seen)) {
                differences
                        .append("\n   step ")
                        .append(i + 1)
                        .append("\n     direct: ")
                        .append(expected);
                differences.append("\n     pooled: ").append(seen);
            }
        }
        if (!differences.isEmpty()) {
            throw new AssertionError(when + "it sees something else" + differences);
        }
    }

    private static void refused(MatrixRow row, Bench.Run run, List<String> direct) {
        if (run.refusal() == null) {
            throw new AssertionError("it was not refused: " + run.seen());
        }
        assertThat(run.refusal().refused().feature()).isEqualTo(row.feature());
        assertThat(run.refusal()).hasMessageContaining(row.feature().wayOut());
        equalsDirect(
                "before it was refused ",
                run.seen(),
                direct.subList(0, Math.min(direct.size(), run.seen().size())));
        assertThat(run.moves()).isEmpty();
    }
}
