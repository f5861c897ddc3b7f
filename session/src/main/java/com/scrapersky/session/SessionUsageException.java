package com.scrapersky.session;

/**
 * A session or factory is used against its contract: after its end, from another thread, nested, or with transaction
 * control that is not the caller's. Nothing was sent. The remedy is a change of the calling code.
 */
public final class SessionUsageException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    SessionUsageException(Facts facts) {
        super(facts);
    }
}
