package com.scrapersky.session.random;

import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs programs on two sides and compares. Used by one thread, which waits for what runs aside before it closes. */
final class Trial implements AutoCloseable {

    private final Side measure;
    private final Side judged;
    private final Runner runner = new Runner();
    private final ExecutorService aside = Executors.newSingleThreadExecutor(work -> {
        Thread thread = new Thread(work, "random-measure");
        thread.setDaemon(true);
        return thread;
    });

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
        return compared(program, judge(program, pace));
    }

    /** What the judged side shows. */
    Transcript judge(Program program, Program.Pace pace) {
        return runner.run(program, judged, pace, Set.of());
    }

    /** Measures what was found while the judged side may run the next program: the sides have nothing in common. */
    Future<Comparison> compareAside(Program program, Transcript found) {
        return aside.submit(() -> compared(program, found));
    }

    /** Measures what was found. */
    Comparison compared(Program program, Transcript found) {
        // The clients have nothing to do with each other, so each may take its own time here.
        Transcript expected = runner.run(program, measure, Program.Pace.AT_ONCE, found.refused());
        return new Comparison(program, measure, judged, expected, found);
    }

    @Override
    public void close() {
        aside.shutdownNow();
        runner.close();
        judged.close();
        measure.close();
    }
}
