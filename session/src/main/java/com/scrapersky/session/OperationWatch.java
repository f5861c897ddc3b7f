package com.scrapersky.session;

import com.scrapersky.session.OperationObserver.Kind;
import com.scrapersky.session.OperationObserver.Observed;
import com.scrapersky.session.OperationObserver.Operation;
import com.scrapersky.session.SessionStatistics.Outcome;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells an {@link OperationObserver} of operations: whatever it does, they go on. */
final class OperationWatch {

    private static final Logger LOG = LoggerFactory.getLogger(OperationObserver.class);

    private OperationWatch() {}

    /** Does {@code work} as an operation outside of a session. */
    static <T extends @Nullable Object> T watch(
            OperationObserver observer, Kind kind, String keyword, Supplier<T> work) {
        Observed observed = begin(observer, kind, keyword, false);
        T result;
        try {
            result = work.get();
        } catch (Throwable failure) {
            end(observed, outcomeOf(failure), failure);
            throw failure;
        }
        end(observed, Outcome.COMMITTED, null);
        return result;
    }

    private static Outcome outcomeOf(Throwable failure) {
        return failure instanceof DatabaseException told && told.errorClass() == ErrorClass.OUTCOME_UNKNOWN
                ? Outcome.UNKNOWN
                : Outcome.ROLLED_BACK;
    }

    /** A session with its transaction begins; nothing is allocated where nobody wants to know. */
    static @Nullable Observed beginTransaction(@Nullable OperationObserver observer, boolean readOnly) {
        return observer == null ? null : begin(observer, Kind.TRANSACTION, "", readOnly);
    }

    private static @Nullable Observed begin(OperationObserver observer, Kind kind, String keyword, boolean readOnly) {
        try {
            return observer.begin(new Operation(kind, keyword, readOnly));
        } catch (RuntimeException broken) {
            LOG.warn("Sky Session: an observer could not be told that an operation begins", broken);
            return null;
        }
    }

    static void end(@Nullable Observed observed, Outcome outcome, @Nullable Throwable failure) {
        if (observed == null) {
            return;
        }
        try {
            observed.end(outcome, failure);
        } catch (RuntimeException broken) {
            LOG.warn("Sky Session: an observer could not be told that an operation has ended", broken);
        }
    }
}
