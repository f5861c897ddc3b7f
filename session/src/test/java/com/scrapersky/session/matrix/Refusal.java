package com.scrapersky.session.matrix;

import com.scrapersky.session.SessionFeatureRefusedException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Ends a program at the step that was refused by name. */
final class Refusal extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final SessionFeatureRefusedException refused;

    Refusal(String step, SessionFeatureRefusedException refused) {
        super(step + " was refused: " + refused.getMessage(), refused);
        this.refused = refused;
    }

    SessionFeatureRefusedException refused() {
        return refused;
    }

    /** The refusal that an error is or carries, as a batch's or setClientInfo's does. */
    static @Nullable SessionFeatureRefusedException in(SQLException error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof SessionFeatureRefusedException refused) {
                return refused;
            }
        }
        SQLException next = error.getNextException();
        return next == null ? null : in(next);
    }
}
