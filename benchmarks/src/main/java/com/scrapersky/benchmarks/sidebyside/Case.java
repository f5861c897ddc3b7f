package com.scrapersky.benchmarks.sidebyside;

/**
 * What is measured at once, by all peers in turn.
 *
 * @param roundTrip milliseconds of network added
 */
record Case(Workload workload, String route, int roundTrip, int threads) {

    /** How often each thread does the work in a round: less where it takes longer. */
    int times(double effort) {
        double share = threads > 1 ? 0.25 : 1;
        return (int) Math.max(1, Math.round(workload.times() * effort * share / (1 + roundTrip)));
    }
}
