package com.scrapersky.profiles.jobs;

import com.scrapersky.profiles.FieldError;
import java.util.List;

/** A row of an import cannot be a profile, or cannot be read. Nothing of the import is kept. */
public final class RejectedRowException extends RuntimeException {

    /** The number of CSV's line of names. */
    static final long NAMES = 0;

    private static final long serialVersionUID = 1L;

    private final long row;
    private final transient List<FieldError> errors;

    RejectedRowException(long row, List<FieldError> errors) {
        super("row " + row + " of an import is rejected: "
                + errors.stream().map(FieldError::field).toList());
        this.row = row;
        this.errors = List.copyOf(errors);
    }

    /** Its number: 0 for CSV's line of names, from 1 on for what comes behind it; empty lines are not counted. */
    public long row() {
        return row;
    }

    /** Whether it is no row, but CSV's line of names. */
    public boolean isLineOfNames() {
        return row == NAMES;
    }

    public List<FieldError> errors() {
        return errors;
    }
}
