package com.scrapersky.benchmarks.measure;

import java.time.Duration;

/**
 * What one round says of one subject, by operation.
 *
 * @param nanos by the clock on the wall
 * @param cpu of the client's thread, user and system, in nanoseconds
 * @param bytes that the thread allocated
 */
public record Reading(double nanos, double cpu, double bytes) {

    public Duration time() {
        return Duration.ofNanos(Math.round(nanos));
    }
}
