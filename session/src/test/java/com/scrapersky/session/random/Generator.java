package com.scrapersky.session.random;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/** Programs from a seed; the same seed gives the same programs. Not thread-safe. */
final class Generator {

    private static final int SHORTEST = 5;
    private static final int LONGEST = 60;

    private final Set<Feature> features;
    private final Dice seeds;

    Generator(long seed, Set<Feature> features) {
        this.features = features;
        this.seeds = new Dice(seed);
    }

    Program next() {
        return program(seeds.seed(), features);
    }

    static Program program(long seed, Set<Feature> features) {
        Dice dice = new Dice(seed);
        List<Deque<Line>> scripts = new ArrayList<>();
        for (String client : Program.CLIENTS) {
            Script script = new Script(client, dice.between(SHORTEST, LONGEST));
            new Phrases(client, dice, features).write(script);
            scripts.add(new ArrayDeque<>(script.lines()));
        }
        return new Program(seed, merged(scripts, dice));
    }

    /** Some lines of one client, then some of another one. */
    private static List<Line> merged(List<Deque<Line>> scripts, Dice dice) {
        List<Line> lines = new ArrayList<>();
        while (!scripts.isEmpty()) {
            Deque<Line> script = dice.one(scripts);
            for (int count = dice.between(1, 3); count > 0 && !script.isEmpty(); count--) {
                lines.add(script.remove());
            }
            scripts.removeIf(Deque::isEmpty);
        }
        return lines;
    }
}
