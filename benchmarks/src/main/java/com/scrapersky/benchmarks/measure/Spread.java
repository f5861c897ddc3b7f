package com.scrapersky.benchmarks.measure;

import java.util.List;
import java.util.Locale;

/** The middle of several values, and the two quarters between which half of them lie. */
public record Spread(double median, double lower, double upper) {

    public static Spread of(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        if (sorted.length == 0) {
            throw new IllegalArgumentException("a spread of no values");
        }
        return new Spread(at(sorted, 0.5), at(sorted, 0.25), at(sorted, 0.75));
    }

    private static double at(double[] sorted, double part) {
        double place = part * (sorted.length - 1);
        int below = (int) Math.floor(place);
        int above = (int) Math.ceil(place);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }

    /** As {@code 1.02 (0.99 … 1.05)}. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.3f (%.3f … %.3f)", median, lower, upper);
    }
}
