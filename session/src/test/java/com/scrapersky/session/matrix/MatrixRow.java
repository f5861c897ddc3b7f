package com.scrapersky.session.matrix;

import com.scrapersky.session.SessionFeature;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One row of the matrix.
 *
 * @param feature what the row is about, or null for a call of JDBC that belongs to no class of the table
 * @param title what the program does, in a few words or as its SQL
 * @param example which of the feature's examples it is, or null
 * @param before what is done to the database before each run, past the pooler
 * @param opening where connections come from, or null for a factory with nothing but its URL
 * @param oneBackend whether the program has one transaction at most, so that its backend cannot change
 */
record MatrixRow(
        @Nullable SessionFeature feature,
        String title,
        @Nullable String example,
        Disguise disguise,
        Expected expected,
        List<String> before,
        @Nullable Opening opening,
        boolean oneBackend,
        Program program) {

    static MatrixRow of(@Nullable SessionFeature feature, String title, Expected expected, Program program) {
        return new MatrixRow(feature, title, null, Disguise.OTHER, expected, List.of(), null, false, program);
    }

    /** A call of JDBC that works as on a direct connection. */
    static MatrixRow jdbc(String title, Program program) {
        return of(null, title, Expected.WORKS, program);
    }

    MatrixRow before(String... statements) {
        return new MatrixRow(
                feature, title, example, disguise, expected, List.of(statements), opening, oneBackend, program);
    }

    MatrixRow example(String text) {
        return new MatrixRow(feature, title, text, disguise, expected, before, opening, oneBackend, program);
    }

    MatrixRow opened(Opening by) {
        return new MatrixRow(feature, title, example, disguise, expected, before, by, oneBackend, program);
    }

    MatrixRow inOneTransaction() {
        return new MatrixRow(feature, title, example, disguise, expected, before, opening, true, program);
    }

    MatrixRow disguised(Disguise as) {
        return new MatrixRow(feature, title, example, as, expected, before, opening, oneBackend, program);
    }

    @Override
    public String toString() {
        String kind = feature == null ? "JDBC" : feature.id();
        String form = disguise == Disguise.OTHER ? "" : ", " + disguise.title();
        return kind + ": " + title.replaceAll("\\s+", " ") + form;
    }
}
