package com.scrapersky.session.random;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the command line may say:
 *
 * <pre>
 * -Dsky.random.seed=7             other programs
 * -Dsky.random.steps=1000000      more of them
 * -Dsky.random.failures=10        go on after a failure, until there are that many
 * -Dsky.random.only=ROLE,SCHEMA   only these features, and the sound ones
 * -Dsky.random.without=LISTEN     all features but these
 * -Dsky.random.program=-42        the program of this seed, as a failure tells it
 * -Dsky.random.named=true         the pool names statements where its pooler carries names, which the direct side never does
 * </pre>
 */
final class Options {

    private static final long SEED = 20261123;
    private static final int STEPS = 100_000;

    private Options() {}

    static long seed() {
        return Long.getLong("sky.random.seed", SEED);
    }

    /** The lines of all programs behind all poolers together. */
    static int steps() {
        return Integer.getInteger("sky.random.steps", STEPS);
    }

    static int failures() {
        return Integer.getInteger("sky.random.failures", 1);
    }

    /** The seed of one program; none if {@code 0}. */
    static long program() {
        return Long.getLong("sky.random.program", 0);
    }

    static boolean named() {
        return Boolean.getBoolean("sky.random.named");
    }

    static Set<Feature> features() {
        String only = System.getProperty("sky.random.only", "");
        Set<Feature> features = only.isEmpty() ? Feature.all() : Feature.soundAnd(named(only));
        features.removeAll(Set.of(named(System.getProperty("sky.random.without", ""))));
        return features;
    }

    private static Feature[] named(String list) {
        return Arrays.stream(list.split(","))
                .filter(name -> !name.isBlank())
                .map(name -> Feature.valueOf(name.strip()))
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Feature.class)))
                .toArray(Feature[]::new);
    }
}
