package com.scrapersky.benchmarks.measure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * The same work by several subjects, in rounds: in each round each of them in turn, begun by another one each time. What else
 * the machine does hits all of a round alike, so a round's ratios can be believed where its times cannot.
 */
public final class SideBySide {

    private final List<Subject> subjects;
    private final Map<String, List<Reading>> readings = new LinkedHashMap<>();

    public SideBySide(List<Subject> subjects) {
        this.subjects = List.copyOf(subjects);
        subjects.forEach(subject -> readings.put(subject.name(), new ArrayList<>()));
    }

    /** Rounds that count for nothing, until the JVM has compiled everybody's code. */
    public SideBySide warmUp(int rounds, int times) throws Exception {
        for (int i = 0; i < rounds; i++) {
            for (Subject subject : subjects) {
                ThreadMeter.read(subject.work(), times);
            }
        }
        return this;
    }

    public SideBySide run(int rounds, int times) throws Exception {
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < subjects.size(); i++) {
                Subject subject = subjects.get((round + i) % subjects.size());
                record(subject.name(), ThreadMeter.read(subject.work(), times));
            }
        }
        return this;
    }

    /** Adds what one round says of one subject. */
    public void record(String subject, Reading reading) {
        readings(subject).add(reading);
    }

    /** Whether a subject has any rounds: one that cannot do the work has none, nor has one that was not asked. */
    public boolean has(String subject) {
        return !readings.getOrDefault(subject, List.of()).isEmpty();
    }

    /** The rounds of a subject. */
    public List<Reading> readings(String subject) {
        List<Reading> found = readings.get(subject);
        if (found == null) {
            throw new IllegalArgumentException("no subject is named " + subject);
        }
        return found;
    }

    /** A value of a subject over the rounds. */
    public Spread of(String subject, ToDoubleFunction<Reading> value) {
        return Spread.of(readings(subject).stream().map(value::applyAsDouble).toList());
    }

    /** In each round the value of {@code one} as a part of that of {@code other}. */
    public Spread ratio(String one, String other, ToDoubleFunction<Reading> value) {
        List<Reading> above = readings(one);
        List<Reading> below = readings(other);
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < Math.min(above.size(), below.size()); i++) {
            ratios.add(value.applyAsDouble(above.get(i)) / value.applyAsDouble(below.get(i)));
        }
        return Spread.of(ratios);
    }
}
