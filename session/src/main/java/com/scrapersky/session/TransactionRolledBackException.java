package com.scrapersky.session;

/**
 * The server rolled the transaction back, or would not commit it: a serialization failure, a deadlock, or a commit of a
 * transaction in which a statement had already failed (which plain JDBC reports as success: PostgreSQL answers
 * {@code ROLLBACK} to that {@code COMMIT}, and pgjdbc 42.7.14 does not raise it).
 *
 * <p>{@link #isRetryable()} is true where repeating the whole transaction may succeed.
 */
public final class TransactionRolledBackException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    TransactionRolledBackException(Facts facts) {
        super(facts);
    }
}
