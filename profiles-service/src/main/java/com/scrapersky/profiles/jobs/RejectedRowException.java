package com.scrapersky.profiles.jobs;

import com.scrapersky.profiles.FieldError;
import java.util.List;

/** A row of an import cannot be a profile, or cannot be read. Nothing of the import is kept. */
public final class RejectedRowException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final long row;
    private final transient List<FieldError> errors;

    RejectedRowException(long row, List<FieldError> errors) {
        super("row " + row + " of an import is rejected: "
                + errors.stream().map(FieldError::field).toList());
        this.row = row;
        this.errors = List.copyOf(errors);
    }

    /** Its number, from 1 on, without the line of names. */
    public long row() {
        return row;
    }

    public List<FieldError> errors() {
        return errors;
    }
}
