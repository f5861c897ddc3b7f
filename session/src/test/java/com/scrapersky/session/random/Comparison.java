package com.scrapersky.session.random;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** What two sides saw of one program. Immutable. */
record Comparison(Program program, Side measure, Side judged, Transcript expected, Transcript found) {

    boolean isEqual() {
        return differences().isEmpty();
    }

    /** What differs, in the order of the program; empty if nothing does. */
    List<String> differences() {
        List<String> differences = new ArrayList<>();
        for (int line = 0; line < program.lines().size(); line++) {
            if (differs(line)) {
                differences.add("line " + (line + 1));
            }
        }
        differing(expected.ends(), found.ends()).forEach(differences::add);
        differing(expected.tables(), found.tables()).forEach(table -> differences.add("table " + table));
        return differences;
    }

    /** What the first difference is, so that the shrinker does not go from one to another one. */
    String kind() {
        if (IntStream.range(0, program.lines().size()).anyMatch(this::differs)) {
            return "line";
        }
        return differing(expected.ends(), found.ends()).stream().findFirst().orElse(isEqual() ? "" : "table");
    }

    private boolean differs(int line) {
        Line what = program.lines().get(line);
        String direct = expected.lines().get(line);
        String pooled = found.lines().get(line);
        if (pooled.equals(Client.REFUSED)) {
            return !what.feature().mayBeRefused() && !KnownDifferences.acceptsRefusal(what.step(), direct);
        }
        return !direct.equals(pooled) && !KnownDifferences.accepts(what.step(), direct, pooled);
    }

    private static List<String> differing(Map<String, String> one, Map<String, String> other) {
        TreeSet<String> keys = new TreeSet<>(one.keySet());
        keys.addAll(other.keySet());
        keys.removeIf(key -> Objects.equals(one.get(key), other.get(key)));
        return List.copyOf(keys);
    }

    /** The program with both transcripts, line by line. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int line = 0; line < program.lines().size(); line++) {
            text.append("%3d  %s%n".formatted(line + 1, program.lines().get(line)));
            both(text, expected.lines().get(line), found.lines().get(line), differs(line));
        }
        differing(expected.ends(), found.ends()).forEach(end -> {
            text.append("     ").append(end).append('\n');
            both(text, expected.ends().get(end), found.ends().get(end), true);
        });
        differing(expected.tables(), found.tables()).forEach(table -> {
            text.append("     afterwards in ").append(table).append('\n');
            both(text, expected.tables().get(table), found.tables().get(table), true);
        });
        return text.toString();
    }

    private void both(StringBuilder text, String direct, String pooled, boolean differs) {
        if (Client.REFUSED.equals(pooled)) {
            text.append(differs ? "     >>> " : "         ")
                    .append(judged.name())
                    .append(": ")
                    .append(direct)
                    .append('\n');
        } else if (Objects.equals(direct, pooled)) {
            text.append("         both: ").append(direct).append('\n');
        } else {
            String mark = differs ? "     >>> " : "         ";
            text.append(mark).append(measure.name()).append(": ").append(direct).append('\n');
            text.append(mark).append(judged.name()).append(": ").append(pooled).append('\n');
        }
    }
}
