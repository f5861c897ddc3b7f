package com.scrapersky.session.internal.guard;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.internal.sql.SqlPart;
import com.scrapersky.session.internal.sql.SqlPart.Kind;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.postgresql.util.GT;

/**
 * The texts that a plain statement was given for a batch. Where all are clean the driver sends them in its own way, with the
 * session's settings in front in a round trip of their own. Otherwise they go one by one, each guarded.
 */
final class StatementBatch {

    private final List<KnownText> texts = new ArrayList<>();
    private boolean clean = true;

    void add(KnownText text) {
        texts.add(text);
        clean &= text.clean();
    }

    /** Whether the driver may send it in its own way. */
    boolean isDrivers(VirtualSession session) throws SQLException {
        return (clean
                        && !session.losesCount()
                        && !isRefusedAtOnce(session)
                        && !(SeparateSettings.isWrapped(session) && beginsWithRows()))
                || session.hasOwnBackend()
                || (controlsTransactions()
                        && session.isUntouched()
                        && texts.stream().allMatch(KnownText::isStateless));
    }

    private boolean controlsTransactions() {
        return texts.stream().anyMatch(KnownText::controlsTransactions);
    }

    /** The driver has sent it in its own way. */
    void followed(VirtualSession session) {
        for (KnownText text : texts) {
            Landing.followed(session, text);
        }
    }

    /** Whether the server refuses the first text, and so the batch, outside of a transaction block. */
    private boolean isRefusedAtOnce(VirtualSession session) throws SQLException {
        return !texts.isEmpty()
                && !texts.get(0).sql().parts().isEmpty()
                && FlightDispatch.isRefusedHere(
                        session, texts.get(0).sql().parts().get(0));
    }

    /** Whether the driver describes the first statement before the batch, because it returns rows. */
    private boolean beginsWithRows() {
        return texts.size() > 1 && GeneratedKeys.returnsRows(texts.get(0).sql());
    }

    /** Each by itself; as in any batch, what comes after a failure is not executed. */
    long[] executeOneByOne(PoolSafeStatement<?> statement) throws SQLException {
        List<KnownText> all = List.copyOf(texts);
        boolean refused = isRefusedAtOnce(statement.session);
        boolean beginsWithRows = beginsWithRows();
        for (KnownText text : all) {
            // What is refused is refused before anything is executed.
            Boarding.board(statement.session, text);
        }
        long[] counts = new long[all.size()];
        Arrays.fill(counts, Statement.EXECUTE_FAILED);
        if (refused) {
            each(statement, all, counts, 0, 0, counts.length);
            return counts;
        }
        if (controlsTransactions()) {
            int rest = behindTransactions(statement.session, all);
            each(statement, all, counts, 0, 0, rest);
            if (rest < counts.length) {
                AutoCommit.together(statement.session, () -> {
                    each(statement, all, counts, 0, rest, counts.length);
                    return counts;
                });
            }
            return counts;
        }
        // These commit at once, whatever becomes of what follows; behind anything else the server refuses them.
        int first = 0;
        while (first < counts.length && commitsAtOnce(all.get(first))) {
            first++;
        }
        each(statement, all, counts, 0, 0, first);
        int from = first;
        int committed = AutoCommit.together(statement.session, () -> {
            int end = from == 0 && beginsWithRows ? 1 : counts.length;
            each(statement, all, counts, 0, from, end);
            // Behind rows without an upper bound the driver sends a Sync (QueryExecutorImpl.flushIfDeadlockRisk).
            if (end < counts.length && statement.hasBoundedRows()) {
                each(statement, all, counts, 0, end, counts.length);
                return counts.length;
            }
            return end;
        });
        if (committed < counts.length) {
            AutoCommit.together(statement.session, () -> {
                each(statement, all, counts, committed, committed, counts.length);
                return counts;
            });
        }
        return counts;
    }

    /**
     * Texts that share a Sync are a transaction even where none begins it, one that BEGIN, COMMIT or ROLLBACK behind them take
     * over. One by one they would be one each, so such a batch is refused.
     *
     * @return where those begin that stand behind the last transaction, and are one together
     */
    private static int behindTransactions(VirtualSession session, List<KnownText> all) throws SQLException {
        boolean autoCommit = session.connection().getAutoCommit();
        boolean outside = autoCommit && !session.isInTransaction();
        int rest = all.size();
        for (int i = 0; i < all.size(); i++) {
            boolean controls = all.get(i).controlsTransactions();
            boolean alone = rest == all.size();
            for (SqlPart part : all.get(i).sql().parts()) {
                if (!part.controlsTransaction()) {
                    alone &= !outside;
                } else if (outside && !alone) {
                    throw refusal(session);
                } else {
                    outside = outside ? part.kind() != Kind.BEGIN : part.endsTransaction();
                }
            }
            boolean last = i == all.size() - 1;
            if (controls && outside && !last && (!alone || !autoCommit)) {
                throw refusal(session);
            }
            if (!controls && outside && rest == all.size()) {
                rest = i;
            }
        }
        return rest;
    }

    private static SQLException refusal(VirtualSession session) {
        return session.guard()
                .refusal(
                        SessionFeature.OWN_TRANSACTION,
                        "in a batch, texts that begin or end a transaction stand behind others that would share it, in a session"
                                + " that has set something; execute them one by one");
    }

    private static boolean commitsAtOnce(KnownText text) {
        List<SqlPart> parts = text.sql().parts();
        return parts.size() == 1
                && (parts.get(0).kind() == Kind.OWN_TRANSACTION
                        || (parts.get(0).kind() == Kind.DISCARD_ALL
                                && parts.get(0).resets().contains("*")));
    }

    /** @param kept how many were committed before, and stay so whatever becomes of these */
    private static void each(
            PoolSafeStatement<?> statement, List<KnownText> all, long[] counts, int kept, int from, int to)
            throws SQLException {
        for (int i = from; i < to; i++) {
            try {
                String sql = all.get(i).sql().text();
                counts[i] = Math.max(0, statement.execute(sql) ? 0 : statement.getLargeUpdateCount());
            } catch (SQLException failed) {
                // As the driver tells it: what shared a Sync with the failure did not happen.
                int[] none = new int[counts.length];
                Arrays.fill(none, Statement.EXECUTE_FAILED);
                for (int before = 0; before < kept; before++) {
                    none[before] = PoolSafeStatement.narrow(counts[before]);
                }
                BatchUpdateException aborted = new BatchUpdateException(
                        GT.tr(
                                "Batch entry {0} {1} was aborted: {2}  Call getNextException to see other errors in the batch.",
                                i, "<unknown>", failed.getMessage()),
                        failed.getSQLState(),
                        failed.getErrorCode(),
                        none,
                        failed);
                aborted.setNextException(failed);
                throw aborted;
            }
        }
    }

    /** A batch that was begun on the connection that was left. */
    void refuseIfLeftBehind(PoolSafeStatement<?> statement) throws SQLException {
        if (!texts.isEmpty() && statement.isLeftBehind()) {
            throw statement
                    .session
                    .guard()
                    .refusal(
                            SessionFeature.PREPARED_STATEMENT,
                            "a batch was begun before its connection moved to a session of its own; begin it again");
        }
    }
}
