package com.scrapersky.session.random;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What several clients do, in one order. Each begins with a connection, has tables of its own (see {@link Fixture}), and
 * closes its connection at the end, whatever state it is in.
 */
record Program(long seed, List<Line> lines) {

    /** Whether the clients wait for each other. */
    enum Pace {
        /** One line after the other, in the program's order: the same every time. */
        IN_TURN,
        /** Each client in a thread of its own. */
        AT_ONCE
    }

    static final List<String> CLIENTS = List.of("a", "b", "c");

    Program {
        lines = List.copyOf(lines);
    }

    Program with(List<Line> other) {
        return new Program(seed, other);
    }

    /** This one, and then another one on connections borrowed anew. */
    Program then(Program next) {
        List<Line> all = new ArrayList<>(lines);
        for (String client : next.clients()) {
            all.add(new Line(client, Feature.TRANSACTION, new ConnectionStep.Reborrow()));
        }
        all.addAll(next.lines());
        return new Program(next.seed(), all);
    }

    List<String> clients() {
        return lines.stream().map(Line::client).distinct().sorted().toList();
    }

    @Override
    public String toString() {
        return lines.stream().map(Line::toString).collect(Collectors.joining("\n"));
    }
}
