package com.scrapersky.session;

/**
 * The connection was lost after COMMIT was sent and before its answer came: the transaction is either committed or not.
 * Never repeat it blindly; look into the database for its effect first, or let {@link
 * DatabaseSessionFactory.Builder#commitCheck} find out.
 */
public final class TransactionOutcomeUnknownException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    TransactionOutcomeUnknownException(Facts facts) {
        super(facts);
    }
}
