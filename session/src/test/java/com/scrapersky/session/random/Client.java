package com.scrapersky.session.random;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

/** Runs one client's lines on one side, and notes everything visible. Used by one thread at a time. */
final class Client {

    private final Side side;
    private final Map<String, PreparedStatement> prepared = new HashMap<>();
    private final Map<String, Savepoint> savepoints = new HashMap<>();
    private final Map<String, ResultSet> cursors = new HashMap<>();
    private @Nullable Connection connection;
    private StringJoiner seen = new StringJoiner(", ");

    Client(Side side) {
        this.side = side;
    }

    Connection connection() throws SQLException {
        Connection current = connection;
        if (current == null) {
            throw new SQLException("the client has no connection", "08003");
        }
        return current;
    }

    Map<String, PreparedStatement> prepared() {
        return prepared;
    }

    Map<String, Savepoint> savepoints() {
        return savepoints;
    }

    Map<String, ResultSet> cursors() {
        return cursors;
    }

    /** Notes something that the program sees. */
    void see(String what) {
        seen.add(what);
    }

    void borrow() throws SQLException {
        connection = side.borrow();
    }

    /** Gives the connection back in whatever state it is. */
    void giveBack() throws SQLException {
        prepared.clear();
        savepoints.clear();
        cursors.clear();
        Connection former = connection;
        connection = null;
        if (former != null) {
            side.giveBack(former);
        }
    }

    /** Runs a step and gives what was seen. */
    Entry perform(Step step) {
        return note(() -> step.run(this));
    }

    /** Leaves a step out that was refused on the other side. */
    Entry leaveOut() {
        try {
            Connection current = connection;
            return current != null
                            && current.unwrap(BaseConnection.class).getTransactionState() == TransactionState.FAILED
                    ? Entry.refusedInFailedTransaction()
                    : Entry.refused("");
        } catch (SQLException e) {
            throw new IllegalStateException("Side " + side.name() + " is not plain pgjdbc: " + e.getMessage(), e);
        }
    }

    Entry begin() {
        return note(this::borrow);
    }

    Entry end() {
        return note(this::giveBack);
    }

    private interface Work {
        void run() throws SQLException;
    }

    private Entry note(Work work) {
        seen = new StringJoiner(", ");
        String why = "";
        try {
            work.run();
        } catch (SQLException error) {
            if (side.isPooled() && Refusal.is(error)) {
                return Entry.refused(String.valueOf(error.getMessage()));
            }
            see("fails with " + error.getSQLState());
            why = String.valueOf(error.getMessage());
        } catch (RuntimeException error) {
            see("throws " + error.getClass().getSimpleName());
            why = Arrays.stream(error.getStackTrace())
                    .limit(5)
                    .map(StackTraceElement::toString)
                    .collect(Collectors.joining(", ", error.getMessage() + " at ", ""));
        }
        return new Entry((seen.length() == 0 ? "done" : seen.toString()) + state(), why);
    }

    /** What can be asked for without a statement, after every step. */
    private String state() {
        Connection current = connection;
        if (current == null) {
            return "";
        }
        try {
            return (current.getAutoCommit() ? "" : " (in transaction)") + (current.isReadOnly() ? " (read only)" : "");
        } catch (SQLException error) {
            return " (connection fails with " + error.getSQLState() + ")";
        }
    }
}
