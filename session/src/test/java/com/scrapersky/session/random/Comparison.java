package com.scrapersky.session.random;

import java.util.ArrayList;
import java.util.List;
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
        differences.addAll(differingEnds());
        differingTables().forEach(table -> differences.add("table " + table));
        return differences;
    }

    /** What the first difference is, so that the shrinker does not go from one to another one. */
    String kind() {
        if (IntStream.range(0, program.lines().size()).anyMatch(this::differs)) {
            return "line";
        }
        return differingEnds().stream().findFirst().orElse(isEqual() ? "" : "table");
    }

    private boolean differs(int line) {
        Entry direct = expected.lines().get(line);
        Entry pooled = found.lines().get(line);
        return !(direct.seen().equals(pooled.seen()) && !pooled.isRefused())
                && !KnownDifferences.accepts(program.lines().get(line), direct, pooled);
    }

    private List<String> differingEnds() {
        TreeSet<String> keys = new TreeSet<>(expected.ends().keySet());
        keys.addAll(found.ends().keySet());
        keys.removeIf(key -> end(expected, key).seen().equals(end(found, key).seen()));
        return List.copyOf(keys);
    }

    private static Entry end(Transcript transcript, String name) {
        return transcript.ends().getOrDefault(name, Entry.of("not reached"));
    }

    private List<String> differingTables() {
        TreeSet<String> keys = new TreeSet<>(expected.tables().keySet());
        keys.addAll(found.tables().keySet());
        keys.removeIf(
                key -> Objects.equals(expected.tables().get(key), found.tables().get(key)));
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
        for (String end : differingEnds()) {
            text.append("     ").append(end).append('\n');
            both(text, end(expected, end), end(found, end), true);
        }
        for (String table : differingTables()) {
            text.append("     afterwards in ").append(table).append('\n');
            both(
                    text,
                    Entry.of(String.valueOf(expected.tables().get(table))),
                    Entry.of(String.valueOf(found.tables().get(table))),
                    true);
        }
        return text.toString();
    }

    private void both(StringBuilder text, Entry direct, Entry pooled, boolean differs) {
        String mark = differs ? "     >>> " : "         ";
        if (pooled.isRefused()) {
            text.append(mark).append(judged.name()).append(": ").append(pooled).append('\n');
        } else if (!differs && direct.seen().equals(pooled.seen())) {
            text.append("         both: ").append(direct.seen()).append('\n');
        } else {
            text.append(mark).append(measure.name()).append(": ").append(direct).append('\n');
            text.append(mark).append(judged.name()).append(": ").append(pooled).append('\n');
        }
    }
}
