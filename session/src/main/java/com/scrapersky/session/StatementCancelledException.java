package com.scrapersky.session;

/**
 * The server ended the statement before it was done (SQLSTATE 57014): a statement timeout, or somebody cancelled it. The
 * statement had no effect.
 */
public final class StatementCancelledException extends StatementException {

    private static final long serialVersionUID = 1L;

    StatementCancelledException(Facts facts, Place place) {
        super(facts, place);
    }
}
