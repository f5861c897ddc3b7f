package com.scrapersky.session.random;

import java.util.ArrayList;
import java.util.List;

/** Collects one client's lines up to a number. */
final class Script {

    private final String client;
    private final int length;
    private final List<Line> lines = new ArrayList<>();

    Script(String client, int length) {
        this.client = client;
        this.length = length;
    }

    void add(Feature feature, Step step) {
        if (!isFull()) {
            lines.add(new Line(client, feature, step));
        }
    }

    /** Also if it is full. */
    void addLast(Feature feature, Step step) {
        lines.add(new Line(client, feature, step));
    }

    boolean isFull() {
        return lines.size() >= length;
    }

    List<Line> lines() {
        return List.copyOf(lines);
    }
}
