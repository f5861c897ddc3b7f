package com.scrapersky.session.internal.guard;

import com.scrapersky.session.internal.sql.SqlPart;
import com.scrapersky.session.internal.sql.SqlPart.Kind;
import java.util.List;
import java.util.Locale;

/** What the statements of a flight are as a transaction: whether one can be put around them, and what has to follow it. */
final class FlightTransaction {

    /**
     * With what goes around them they stay below the 256 steps behind which the driver puts a Sync, for fear that both sides
     * wait on full buffers (QueryExecutorImpl.flushIfDeadlockRisk, 42.7.14): outside of a transaction the settings end there.
     */
    private static final int STATEMENTS_UNDER_ONE_SYNC = 60;

    private FlightTransaction() {}

    /** Whether the driver may put a Sync among so many. */
    static boolean mayBeSplit(int statements) {
        return statements > STATEMENTS_UNDER_ONE_SYNC;
    }

    /** Whether the backend has to be cleaned behind them. */
    static boolean isUnclean(KnownText text, List<SqlPart> parts) {
        return text.mayHideState() || parts.stream().anyMatch(part -> part.kind() == Kind.RESET_ALL);
    }

    /** Whether a transaction can be put around them. What the server refuses as the first it would accept behind BEGIN. */
    static boolean isWrapped(KnownText text, List<SqlPart> parts) {
        boolean refused = !parts.isEmpty() && parts.get(0).needsBlock();
        return !refused && canBeWrapped(text, parts);
    }

    /** A procedure may end transactions, which it cannot within one. */
    private static boolean canBeWrapped(KnownText text, List<SqlPart> parts) {
        return parts.stream()
                .noneMatch(part -> isTransactionControl(part.kind())
                        || part.kind() == Kind.OWN_TRANSACTION
                        || (part.call() && text.endsTransactions())
                        || (part.kind() == Kind.DO && endsTransactionInside(part)));
    }

    private static boolean endsTransactionInside(SqlPart part) {
        String body = part.text().toLowerCase(Locale.ROOT);
        return body.contains("commit") || body.contains("rollback");
    }

    /** Whether one of them begins or ends a transaction. */
    static boolean isControlled(List<SqlPart> parts) {
        return parts.stream().anyMatch(part -> isTransactionControl(part.kind()));
    }

    private static boolean isTransactionControl(Kind kind) {
        return switch (kind) {
            case BEGIN, COMMIT, ROLLBACK, PREPARE_TRANSACTION -> true;
            default -> false;
        };
    }
}
