package com.scrapersky.session.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Compares what rows came to behind a pooler with what they must come to. */
final class Judgement {

    private final Bench bench;
    private final Map<MatrixRow, List<String>> directs;

    Judgement(Bench bench, Map<MatrixRow, List<String>> directs) {
        this.bench = bench;
        this.directs = directs;
    }

    /**
     * Runs the rows of a group one after the other and looks at the backends when all have run, as a look takes longer
     * than a row. Where something is wrong each row is judged by itself, on backends that no other has touched.
     */
    void of(RowGroup group) throws Exception {
        Map<MatrixRow, Throwable> together = new LinkedHashMap<>();
        for (MatrixRow row : group.rows()) {
            Throwable failure = failure(row);
            if (failure != null) {
                together.put(row, failure);
            }
        }
        List<String> left = bench.left();
        if (together.isEmpty() && left.isEmpty()) {
            return;
        }
        Map<MatrixRow, Throwable> alone = new LinkedHashMap<>();
        for (MatrixRow row : group.rows()) {
            Throwable failure = failure(row);
            List<String> own = bench.left();
            if (failure != null) {
                alone.put(row, failure);
            } else if (!own.isEmpty()) {
                alone.put(row, new AssertionError("it left behind: " + own));
            }
        }
        throw failed(alone.isEmpty() ? together : alone, alone.isEmpty() ? "one after the other; left: " + left : "");
    }

    private static AssertionError failed(Map<MatrixRow, Throwable> failures, String circumstance) {
        List<String> messages = new ArrayList<>();
        failures.forEach((row, failure) -> messages.add("== " + row + ": " + failure));
        AssertionError error =
                new AssertionError(failures.size() + " failed " + circumstance + "\n" + String.join("\n", messages));
        failures.values().forEach(error::addSuppressed);
        return error;
    }

    private @Nullable Throwable failure(MatrixRow row) {
        Throwable failure = failureOf(row);
        KnownDifferences.Difference known =
                KnownDifferences.of(row, bench.route()).orElse(null);
        if (known == null) {
            return failure;
        }
        return failure == null
                ? new AssertionError("it comes to what it must, and KnownDifferences says: " + known.what())
                : null;
    }

    @SuppressWarnings("checkstyle:IllegalCatch")
    private @Nullable Throwable failureOf(MatrixRow row) {
        try {
            judge(row);
            return null;
        } catch (Exception | AssertionError failure) {
            return failure;
        }
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
