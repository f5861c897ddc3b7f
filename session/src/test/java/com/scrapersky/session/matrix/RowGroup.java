package com.scrapersky.session.matrix;

import java.util.List;

/** Rows that belong together: one text in all its disguises, or calls of one kind. */
record RowGroup(String title, List<MatrixRow> rows) {

    RowGroup {
        rows = List.copyOf(rows);
    }

    static RowGroup of(String title, MatrixRow... rows) {
        return new RowGroup(title, List.of(rows));
    }

    @Override
    public String toString() {
        return title;
    }
}
