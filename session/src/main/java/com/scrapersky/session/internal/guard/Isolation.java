package com.scrapersky.session.internal.guard;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.TransactionState;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;

/**
 * Isolation levels between JDBC's numbers and the server's words. What the server does by itself is asked once for all
 * connections: it is the same for each of them, because it comes from the role's and the database's settings.
 */
final class Isolation {

    private static final String SETTING = "default_transaction_isolation";

    private volatile @Nullable Integer serversOwn;

    Settings with(Settings session, int level) throws SQLException {
        Integer own = serversOwn;
        if (own != null && own == level) {
            return session.without(SETTING, Settings.NONE);
        }
        return session.with(SETTING, word(level));
    }

    /** Of the open transaction, or else of the next one. */
    int of(VirtualSession session) throws SQLException {
        // A pool's own connection may answer with what it believes.
        Connection connection = session.driver();
        if (session.state().areCharacteristicsChosen()) {
            return connection.getTransactionIsolation();
        }
        if (session.transactionState() != TransactionState.IDLE
                && session.state().isChangedInTransaction()) {
            // What was set within a transaction is for the next one.
            return connection.getTransactionIsolation();
        }
        String wanted = session.state().session().get(SETTING);
        if (wanted != null) {
            return level(wanted);
        }
        Integer own = serversOwn;
        if (own == null) {
            own = connection.getTransactionIsolation();
            serversOwn = own;
        }
        return own;
    }

    private static String word(int level) throws SQLException {
        return switch (level) {
            case Connection.TRANSACTION_READ_UNCOMMITTED -> "read uncommitted";
            case Connection.TRANSACTION_READ_COMMITTED -> "read committed";
            case Connection.TRANSACTION_REPEATABLE_READ -> "repeatable read";
            case Connection.TRANSACTION_SERIALIZABLE -> "serializable";
            default ->
                throw new PSQLException(
                        "Transaction isolation level " + level + " not supported.", PSQLState.NOT_IMPLEMENTED);
        };
    }

    private static int level(String word) {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "read uncommitted" -> Connection.TRANSACTION_READ_UNCOMMITTED;
            case "repeatable read" -> Connection.TRANSACTION_REPEATABLE_READ;
            case "serializable" -> Connection.TRANSACTION_SERIALIZABLE;
            default -> Connection.TRANSACTION_READ_COMMITTED;
        };
    }
}
