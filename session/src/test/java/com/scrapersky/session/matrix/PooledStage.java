package com.scrapersky.session.matrix;

import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.SessionFeature;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

/** Behind a pooler: every transaction runs on another backend than the one before, which is looked up at the server. */
final class PooledStage implements Stage {

    private final BackendChange change;
    private final @Nullable DatabaseSessionFactory sessions;
    private final Map<SessionFeature, Long> movesBefore;
    private final Set<Integer> met = new HashSet<>();

    PooledStage(BackendChange change, @Nullable DatabaseSessionFactory sessions) throws SQLException {
        this.change = change;
        this.sessions = sessions;
        this.movesBefore = moves();
        change.begin();
    }

    private Map<SessionFeature, Long> moves() {
        return sessions == null ? Map.of() : sessions.sessionMoves();
    }

    /** How many connections moved to a session of their own since the program began, by the feature that needed it. */
    Map<SessionFeature, Long> moved() {
        Map<SessionFeature, Long> moved = new EnumMap<>(SessionFeature.class);
        moves().forEach((feature, count) -> {
            long since = count - movesBefore.getOrDefault(feature, 0L);
            if (since > 0) {
                moved.put(feature, since);
            }
        });
        return moved;
    }

    /** How many backends the program has met. */
    int backendsMet() {
        return met.size();
    }

    @Override
    public Object run(Connection connection, Work work) throws Exception {
        if (!moved().isEmpty() || isInTransaction(connection)) {
            return work.run(connection);
        }
        try {
            return change.run(() -> work.run(connection));
        } finally {
            change.ranOn().ifPresent(met::add);
        }
    }

    private static boolean isInTransaction(Connection connection) throws SQLException {
        return !connection.isClosed()
                && connection.unwrap(BaseConnection.class).getTransactionState() != TransactionState.IDLE;
    }

    @Override
    public Object runWhileAllBusy(Connection connection, Work work) throws Exception {
        return change.runWhileAllBusy(() -> work.run(connection));
    }
}
