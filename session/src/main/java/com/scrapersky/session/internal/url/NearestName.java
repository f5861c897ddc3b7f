package com.scrapersky.session.internal.url;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the name that a misspelt one was probably meant to be. */
final class NearestName {

    private static final int LONGEST = 40;

    private NearestName() {}

    static Optional<String> of(String misspelt, Collection<String> names) {
        if (misspelt.length() > LONGEST) {
            return Optional.empty();
        }
        String wanted = simplified(misspelt);
        return names.stream()
                .filter(name -> distance(wanted, simplified(name)) <= Math.max(1, name.length() / 4))
                .min(Comparator.comparingInt(name -> distance(wanted, simplified(name))));
    }

    private static String simplified(String name) {
        return name.toLowerCase(Locale.ROOT).replace("_", "").replace("-", "");
    }

    /** Levenshtein's distance. */
    private static int distance(String one, String other) {
        int[] previous = new int[other.length() + 1];
        for (int column = 0; column <= other.length(); column++) {
            previous[column] = column;
        }
        for (int row = 1; row <= one.length(); row++) {
            int[] current = new int[other.length() + 1];
            current[0] = row;
            for (int column = 1; column <= other.length(); column++) {
                int replace = one.charAt(row - 1) == other.charAt(column - 1) ? 0 : 1;
                current[column] =
                        Math.min(Math.min(current[column - 1], previous[column]) + 1, previous[column - 1] + replace);
            }
            previous = current;
        }
        return previous[other.length()];
    }
}
