package com.scrapersky.session.random;

import com.scrapersky.session.testkit.Leak;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What went wrong.
 *
 * @param original the program that was found
 * @param leaks what it left on the backends
 * @param shrunk the smallest one that goes wrong as well
 * @param isRepeatable whether the found one went wrong again on fresh backends; if not, it is as it was found
 */
record Failure(String pooler, Comparison original, List<Leak> leaks, Comparison shrunk, boolean isRepeatable) {

    /** What the lines are about, to tell failures apart. */
    Set<Feature> features() {
        Set<Feature> features =
                shrunk.program().lines().stream().map(Line::feature).collect(Collectors.toCollection(TreeSet::new));
        return features;
    }

    @Override
    public String toString() {
        String what = shrunk.isEqual() ? "leaves something behind" : "shows something else than directly";
        return "Through " + pooler + " a program " + what + " (seed of the program "
                + original.program().seed() + ", " + original.program().lines().size() + " lines, shrunk to "
                + shrunk.program().lines().size() + (isRepeatable ? "" : "; it did not go wrong again") + ")\n"
                + shrunk + PooledSide.text(leaks);
    }
}
