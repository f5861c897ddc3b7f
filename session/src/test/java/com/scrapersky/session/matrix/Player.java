package com.scrapersky.session.matrix;

import com.scrapersky.session.SessionFeatureRefusedException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

/** Plays a program step by step, and writes down what it sees. Not thread-safe. */
final class Player implements AutoCloseable {

    private final Stage stage;
    private final DataSource dataSource;
    private final List<String> seen = new ArrayList<>();
    private final Map<String, Savepoint> savepoints = new HashMap<>();
    private final List<Connection> others = new ArrayList<>();
    private Connection connection;

    Player(Stage stage, DataSource dataSource) throws SQLException {
        this.stage = stage;
        this.dataSource = dataSource;
        this.connection = dataSource.getConnection();
    }

    List<String> seen() {
        return List.copyOf(seen);
    }

    Connection connection() {
        return connection;
    }

    /** Runs something on the connection, and notes what it returns or throws. */
    void step(String name, Stage.Work work) throws Exception {
        step(name, connection, work);
    }

    /** As {@link #step(String, Stage.Work)}, on another connection of the program. */
    void step(String name, Connection on, Stage.Work work) throws Exception {
        note(name, () -> stage.run(on, work));
    }

    /** As {@link #step(String, Stage.Work)}, while other clients keep all backends busy. */
    void stepWhileAllBusy(String name, Stage.Work work) throws Exception {
        note(name, () -> stage.runWhileAllBusy(connection, work));
    }

    /** What a step of either kind returns. */
    private interface Result {
        Object get() throws Exception;
    }

    private void note(String name, Result result) throws Exception {
        TransactionState before = state();
        String told;
        try {
            told = String.valueOf(result.get());
        } catch (SQLException error) {
            SessionFeatureRefusedException refused = Refusal.in(error);
            if (refused != null) {
                if (state() != before) {
                    throw new AssertionError(
                            name + " was refused, and its transaction is " + state() + " instead of " + before, error);
                }
                throw new Refusal(name, refused);
            }
            told = Told.error(error);
        }
        seen.add(name + " -> " + told);
    }

    private TransactionState state() throws SQLException {
        return connection.isClosed()
                ? TransactionState.IDLE
                : connection.unwrap(BaseConnection.class).getTransactionState();
    }

    /** Goes on after a refusal, as a program may that catches it. */
    void useAfterRefusal() throws SQLException {
        if (state() == TransactionState.FAILED) {
            connection.rollback();
        }
        execute(connection, "select 'goes on'");
    }

    /** Another connection of the same program, closed at its end. */
    Connection another() throws SQLException {
        Connection other = dataSource.getConnection();
        others.add(other);
        return other;
    }

    /** Gives the connection back and borrows one again. */
    void reborrow() throws Exception {
        connection.close();
        connection = dataSource.getConnection();
    }

    void execute(String... texts) throws Exception {
        for (String sql : texts) {
            step(sql, on -> execute(on, sql));
        }
    }

    static String execute(Connection on, String sql) throws SQLException {
        try (Statement statement = on.createStatement()) {
            return Told.results(statement, statement.execute(sql));
        }
    }

    void prepared(String sql, Object... values) throws Exception {
        step("prepared " + sql, on -> prepared(on, sql, values));
    }

    static String prepared(Connection on, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = on.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            return Told.results(statement, statement.execute());
        }
    }

    void autoCommit(boolean value) throws Exception {
        step("setAutoCommit(" + value + ")", on -> {
            on.setAutoCommit(value);
            return "done";
        });
    }

    void commit() throws Exception {
        step("commit", on -> {
            on.commit();
            return "done";
        });
    }

    void rollback() throws Exception {
        step("rollback", on -> {
            on.rollback();
            return "done";
        });
    }

    void savepoint(String name) throws Exception {
        step("setSavepoint " + name, on -> {
            savepoints.put(name, on.setSavepoint(name));
            return "done";
        });
    }

    void rollbackTo(String name) throws Exception {
        step("rollback to " + name, on -> {
            on.rollback(savepoints.get(name));
            return "done";
        });
    }

    void release(String name) throws Exception {
        step("release " + name, on -> {
            on.releaseSavepoint(savepoints.get(name));
            return "done";
        });
    }

    @Override
    public void close() throws SQLException {
        for (Connection other : others) {
            other.close();
        }
        connection.close();
    }
}
