package com.scrapersky.session.random;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Makes a failing program smaller as long as it goes on failing: fewer clients, fewer lines (delta debugging: Zeller and
 * Hildebrandt, "Simplifying and isolating failure-inducing input", 2002), simpler lines. Used once.
 */
final class Shrinker {

    /** A line of which nothing matters but that its client runs a statement: on one backend, so that the next runs on another. */
    private static final Step ANY_STATEMENT = StatementStep.Execute.of("select 1");

    private final Predicate<Program> fails;
    private int runsLeft;

    /** @param runs how often a program may be tried at the most */
    Shrinker(Predicate<Program> fails, int runs) {
        this.fails = fails;
        this.runsLeft = runs;
    }

    /** A program that fails and of which nothing can be left out, unless the runs were used up before. */
    Program shrink(Program failing) {
        Program program = withoutClients(failing);
        Program before;
        do {
            before = program;
            program = simplified(withoutLines(program));
        } while (!program.equals(before) && runsLeft > 0);
        return program;
    }

    private boolean stillFails(Program candidate) {
        if (runsLeft <= 0 || candidate.lines().isEmpty()) {
            return false;
        }
        runsLeft--;
        return fails.test(candidate);
    }

    private Program withoutClients(Program program) {
        Program smallest = program;
        for (String client : program.clients()) {
            List<Line> others = new ArrayList<>(smallest.lines());
            others.removeIf(line -> line.client().equals(client));
            Program candidate = smallest.with(others);
            if (stillFails(candidate)) {
                smallest = candidate;
            }
        }
        return smallest;
    }

    private Program withoutLines(Program program) {
        Program smallest = program;
        for (int size = (smallest.lines().size() + 1) / 2;
                size >= 1 && runsLeft > 0;
                size = size == 1 ? 0 : (size + 1) / 2) {
            // From the end: what comes after the difference goes at once.
            for (int from = smallest.lines().size() - size; from > -size; from -= size) {
                List<Line> left = new ArrayList<>(smallest.lines());
                left.subList(Math.max(0, from), Math.min(left.size(), from + size))
                        .clear();
                Program candidate = smallest.with(left);
                if (left.size() < smallest.lines().size() && stillFails(candidate)) {
                    smallest = candidate;
                }
            }
        }
        return smallest;
    }

    private Program simplified(Program program) {
        Program smallest = program;
        for (int line = 0; line < smallest.lines().size(); line++) {
            boolean simpler = true;
            while (simpler) {
                simpler = false;
                for (Line replacement : simpler(smallest.lines().get(line))) {
                    List<Line> lines = new ArrayList<>(smallest.lines());
                    lines.set(line, replacement);
                    Program candidate = smallest.with(lines);
                    if (stillFails(candidate)) {
                        smallest = candidate;
                        simpler = true;
                        break;
                    }
                }
            }
        }
        return smallest;
    }

    private static List<Line> simpler(Line line) {
        List<Line> simpler = new ArrayList<>();
        if (!line.step().equals(ANY_STATEMENT)) {
            simpler.add(new Line(line.client(), Feature.DATA, ANY_STATEMENT));
            line.step().simpler().forEach(step -> simpler.add(line.with(step)));
        }
        return simpler;
    }
}
