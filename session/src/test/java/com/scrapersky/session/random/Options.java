package com.scrapersky.session.random;

/** What the command line may say: {@code -Dsky.random.seed=7 -Dsky.random.steps=1000000}. */
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
}
