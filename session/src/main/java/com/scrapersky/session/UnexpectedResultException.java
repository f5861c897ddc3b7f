package com.scrapersky.session;

/**
 * A statement was executed, and its result is not what the caller said it would be: no row or several where one was
 * wanted, two columns of one name, a column that the target type does not have, a value that does not fit.
 *
 * <p>Inside {@code read} or {@code write} the transaction is rolled back when this exception leaves the work.
 */
public final class UnexpectedResultException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    UnexpectedResultException(Facts facts) {
        super(facts);
    }
}
