package com.scrapersky.session.random;

import java.util.Set;

/** Runs programs on two sides and compares. Used by one thread. */
final class Trial implements AutoCloseable {

    private final Side measure;
    private final Side judged;
    private final Runner runner = new Runner();

    /**
     * @param measure the side that is right
     * @param judged the side that has to show the same
     */
    Trial(Side measure, Side judged) {
        this.measure = measure;
        this.judged = judged;
    }

    /** First the judged side, because what it refuses is left out on the other one. */
    Comparison run(Program program, Program.Pace pace) {
        Transcript found = runner.run(program, judged, pace, Set.of());
        // The clients have nothing to do with each other, so each may take its own time here.
        Transcript expected = runner.run(program, measure, Program.Pace.AT_ONCE, found.refused());
        return new Comparison(program, measure, judged, expected, found);
    }

    @Override
    public void close() {
        runner.close();
        judged.close();
        measure.close();
    }
}
