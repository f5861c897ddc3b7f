package com.scrapersky.session;

/**
 * A row breaks a constraint (SQLSTATE class 23): not null, unique, foreign key, check or exclusion. The kind is the
 * {@link #sqlState()} (23502, 23505, 23503, 23514, 23P01), the constraint and its columns have accessors. The offending
 * values are not in the message.
 */
public final class ConstraintViolationException extends StatementException {

    private static final long serialVersionUID = 1L;

    ConstraintViolationException(Facts facts, Place place) {
        super(facts, place);
    }
}
