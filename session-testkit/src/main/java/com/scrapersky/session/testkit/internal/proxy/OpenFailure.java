package com.scrapersky.session.testkit.internal.proxy;

import com.scrapersky.session.testkit.internal.protocol.ErrorResponse;
import org.jspecify.annotations.Nullable;

/**
 * Why a backend could not be opened.
 *
 * @param answer what the server said, if it said something
 * @param reason the same in words
 * @param tls whether there was no TLS as the upstream URL wants it, which is nothing that the imitated pooler has a word for
 */
record OpenFailure(@Nullable ErrorResponse answer, String reason, boolean tls) {

    /** PostgreSQL's word for a connection that pg_hba.conf does not allow. */
    private static final String NOT_ALLOWED = "28000";

    static OpenFailure lost(String reason) {
        return new OpenFailure(null, reason, false);
    }

    static OpenFailure answered(ErrorResponse answer) {
        return new OpenFailure(answer, answer.text(), false);
    }

    static OpenFailure ofTls(String reason) {
        return new OpenFailure(null, reason, true);
    }

    /** Whether a connection without TLS could fare better. */
    boolean mayBeForTls() {
        return answer == null || answer.sqlState().equals(NOT_ALLOWED);
    }

    /** What a client hears. */
    ErrorResponse told(Etiquette etiquette, boolean duringLogin) {
        // 08001: the connection could not be established. What is wrong is in the pooler's own upstream URL, and
        // whoever
        // wrote that reads this.
        return tls ? ErrorResponse.fatal("08001", reason) : etiquette.unreachable(answer, reason, duringLogin);
    }
}
