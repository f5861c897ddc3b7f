package com.scrapersky.session.internal.guard;

import java.sql.ClientInfoStatus;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.TransactionState;
import org.postgresql.util.GT;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;

/**
 * The settings that JDBC has methods for: isolation, read-only, schema and the application's name. They are told to each
 * transaction as everything else is that the session sets; on a backend of the session's own they are the driver's.
 */
final class JdbcSettings {

    private static final String APPLICATION_NAME = "application_name";
    private static final String SEARCH_PATH = "search_path";
    private static final String DEFAULT_READ_ONLY = "default_transaction_read_only";

    private JdbcSettings() {}

    static void setIsolation(VirtualSession session, int level) throws SQLException {
        if (session.hasOwnBackend()) {
            session.connection().setTransactionIsolation(level);
            return;
        }
        requireOpen(session);
        if (session.isInTransaction()) {
            throw new PSQLException(
                    "Cannot change transaction isolation level in the middle of a transaction.",
                    PSQLState.ACTIVE_SQL_TRANSACTION);
        }
        session.state().change(session.guard().isolation().with(session.state().session(), level), false);
    }

    static int isolation(VirtualSession session) throws SQLException {
        if (session.hasOwnBackend()) {
            return session.connection().getTransactionIsolation();
        }
        requireOpen(session);
        requireNotFailed(session);
        return session.guard().isolation().of(session);
    }

    static void setReadOnly(VirtualSession session, boolean readOnly) throws SQLException {
        if (session.hasOwnBackend() || !session.guard().isReadOnlySentAtOnce()) {
            session.connection().setReadOnly(readOnly);
            return;
        }
        requireOpen(session);
        if (session.isInTransaction()) {
            throw new PSQLException(
                    "Cannot change transaction read-only property in the middle of a transaction.",
                    PSQLState.ACTIVE_SQL_TRANSACTION);
        }
        VirtualState state = session.state();
        Settings settings = state.session();
        state.change(
                readOnly
                        ? settings.with(DEFAULT_READ_ONLY, "on")
                        : settings.without(DEFAULT_READ_ONLY, state.defaults()),
                false);
    }

    static boolean isReadOnly(VirtualSession session) throws SQLException {
        if (session.hasOwnBackend() || !session.guard().isReadOnlySentAtOnce()) {
            return session.connection().isReadOnly();
        }
        requireOpen(session);
        return "on".equals(session.state().session().get(DEFAULT_READ_ONLY));
    }

    /** As the driver's own: in a transaction part of it, and begins one. */
    static void setSchema(VirtualSession session, @Nullable String schema) throws SQLException {
        if (session.hasOwnBackend()) {
            session.connection().setSchema(schema);
            return;
        }
        requireOpen(session);
        requireNotFailed(session);
        boolean inTransaction = beginAsTheDriver(session);
        VirtualState state = session.state();
        Settings wanted = schema == null
                ? state.session().without(SEARCH_PATH, state.defaults())
                : state.session().with(SEARCH_PATH, SqlLiteral.schema(schema));
        state.change(wanted, inTransaction);
    }

    static @Nullable String schema(VirtualSession session) throws SQLException {
        if (session.hasOwnBackend()) {
            return session.connection().getSchema();
        }
        requireOpen(session);
        requireNotFailed(session);
        String path = session.state().session().get(SEARCH_PATH);
        String only = path == null ? null : SqlLiteral.onlySchema(path);
        if (only != null && session.guard().isSchema(only) && !session.state().isHiddenStatePossible()) {
            beginAsTheDriver(session);
            return only;
        }
        try (Statement statement = session.face().createStatement();
                var row = statement.executeQuery("select current_schema()")) {
            String current = row.next() ? row.getString(1) : null;
            if (current != null && current.equals(only)) {
                session.guard().foundSchema(current);
            }
            return current;
        }
    }

    /** The driver begins a transaction here where it is not in autocommit. */
    private static boolean beginAsTheDriver(VirtualSession session) throws SQLException {
        if (session.connection().getAutoCommit()) {
            return session.isInTransaction();
        }
        session.state().begin();
        return true;
    }

    static void setClientInfo(VirtualSession session, String name, @Nullable String value)
            throws SQLClientInfoException {
        if (session.hasOwnBackend() || !name.equals("ApplicationName")) {
            session.connection().setClientInfo(name, value);
            return;
        }
        String wanted = value == null ? "" : value;
        try {
            requireOpen(session);
            if (wanted.equals(clientInfo(session, name))) {
                // The driver sends nothing then, not even in a failed transaction.
                return;
            }
            requireNotFailed(session);
        } catch (SQLException refused) {
            Map<String, ClientInfoStatus> failures = new HashMap<>();
            failures.put(name, ClientInfoStatus.REASON_UNKNOWN);
            throw PSQLState.CONNECTION_DOES_NOT_EXIST.getState().equals(refused.getSQLState())
                    // As the driver tells it, without a state.
                    ? new SQLClientInfoException(refused.getMessage(), failures, refused)
                    : new SQLClientInfoException(
                            GT.tr("Failed to set ClientInfo property: {0}", name),
                            refused.getSQLState(),
                            failures,
                            refused);
        }
        VirtualState state = session.state();
        state.change(
                state.session().with(APPLICATION_NAME, wanted), session.transactionState() != TransactionState.IDLE);
    }

    static void setClientInfo(VirtualSession session, Properties properties) throws SQLClientInfoException {
        if (session.hasOwnBackend()) {
            session.connection().setClientInfo(properties);
        } else {
            setClientInfo(session, "ApplicationName", properties.getProperty("ApplicationName"));
        }
    }

    static @Nullable String clientInfo(VirtualSession session, String name) throws SQLException {
        String untold = session.hasOwnBackend() || !name.equals("ApplicationName")
                ? null
                : session.state().untold(APPLICATION_NAME, session.transactionState());
        return untold != null ? untold : session.connection().getClientInfo(name);
    }

    static Properties clientInfo(VirtualSession session) throws SQLException {
        Properties properties = new Properties();
        properties.putAll(session.connection().getClientInfo());
        String name = clientInfo(session, "ApplicationName");
        if (name != null) {
            properties.setProperty("ApplicationName", name);
        }
        return properties;
    }

    private static void requireOpen(VirtualSession session) throws SQLException {
        if (session.face().isClosed()) {
            throw new PSQLException("This connection has been closed.", PSQLState.CONNECTION_DOES_NOT_EXIST);
        }
    }

    /** What the server would answer to anything in a failed transaction. */
    private static void requireNotFailed(VirtualSession session) throws SQLException {
        if (session.transactionState() == TransactionState.FAILED) {
            throw new PSQLException(
                    "ERROR: current transaction is aborted, commands ignored until end of transaction block",
                    PSQLState.IN_FAILED_SQL_TRANSACTION);
        }
    }
}
