package com.scrapersky.session.spring;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what was observed, in the order in which it ended. Thread-safe. */
final class Observed implements ObservationHandler<Observation.Context> {

    private final List<Observation.Context> ended = new CopyOnWriteArrayList<>();

    /** Up to now, and what is still to come. */
    List<Observation.Context> ended() {
        return Collections.unmodifiableList(ended);
    }

    @Override
    public void onStop(Observation.Context context) {
        ended.add(context);
    }

    @Override
    public boolean supportsContext(Observation.Context context) {
        return true;
    }
}
