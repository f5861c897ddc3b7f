package com.scrapersky.session.matrix;

import static com.scrapersky.session.matrix.StatementRows.row;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import org.postgresql.jdbc.PgStatement;

/** Limits of statements, how they are cancelled, and when they time out. */
final class LimitRows {

    private LimitRows() {}

    static MatrixRow[] limits() {
        return new MatrixRow[] {
            row("the most rows", on -> {
                try (Statement statement = on.createStatement();
                        PreparedStatement prepared = on.prepareStatement("select * from generate_series(1, ?)")) {
                    statement.setMaxRows(2);
                    prepared.setMaxRows(3);
                    prepared.setInt(1, 9);
                    statement.setMaxFieldSize(2);
                    return Told.rows(statement.executeQuery("select 'abc' from generate_series(1, 5)"))
                            + Told.rows(prepared.executeQuery())
                            + statement.getMaxRows()
                            + prepared.getMaxRows();
                }
            }),
            row("a fetch size", on -> {
                try (PreparedStatement statement =
                        on.prepareStatement("select n, ?::text from generate_series(1, 7) as n")) {
                    statement.setFetchSize(2);
                    statement.setString(1, "x");
                    ResultSet rows = statement.executeQuery();
                    rows.next();
                    // Another statement between.
                    return rows.getInt(1)
                            + Player.execute(on, "select 'between'")
                            + Told.rows(rows)
                            + statement.getFetchSize();
                }
            }),
            row("a fetch size of a text", on -> {
                try (Statement statement = on.createStatement()) {
                    statement.setFetchSize(3);
                    statement.setFetchDirection(ResultSet.FETCH_FORWARD);
                    return Told.rows(statement.executeQuery("select * from generate_series(1, 7)"));
                }
            }),
            MatrixRow.jdbc("a fetch size over commit", player -> {
                player.execute("SET app.tenant = 'x'");
                player.autoCommit(false);
                player.step("read and commit", on -> {
                    try (Statement statement = on.createStatement(
                            ResultSet.TYPE_FORWARD_ONLY,
                            ResultSet.CONCUR_READ_ONLY,
                            ResultSet.HOLD_CURSORS_OVER_COMMIT)) {
                        statement.setFetchSize(2);
                        ResultSet rows = statement.executeQuery("select * from generate_series(1, 5)");
                        rows.next();
                        on.commit();
                        return Told.rows(rows);
                    }
                });
                player.rollback();
                player.step("closed by commit", on -> {
                    try (Statement statement = on.createStatement(
                            ResultSet.TYPE_FORWARD_ONLY,
                            ResultSet.CONCUR_READ_ONLY,
                            ResultSet.CLOSE_CURSORS_AT_COMMIT)) {
                        statement.setFetchSize(2);
                        ResultSet rows = statement.executeQuery("select * from generate_series(1, 5)");
                        rows.next();
                        on.commit();
                        try {
                            return Told.rows(rows);
                        } catch (java.sql.SQLException closed) {
                            // Its message has the portal's name.
                            return closed.getSQLState();
                        }
                    }
                });
                player.rollback();
            }),
            MatrixRow.jdbc("a query timeout", player -> {
                for (int i = 0; i < 2; i++) {
                    player.step("sleep", on -> {
                        try (Statement statement = on.createStatement()) {
                            statement.unwrap(PgStatement.class).setQueryTimeoutMs(50);
                            return Told.results(statement, statement.execute("select pg_sleep(20)"));
                        }
                    });
                    player.execute("select 'goes on'", "SET app.tenant = 'x'");
                }
                player.step("sleep prepared", on -> {
                    try (PreparedStatement statement = on.prepareStatement("select pg_sleep(?)")) {
                        statement.setInt(1, 20);
                        statement.unwrap(PgStatement.class).setQueryTimeoutMs(50);
                        return Told.results(statement, statement.execute());
                    }
                });
                player.execute(SettingRows.TENANT);
            }),
            MatrixRow.jdbc(
                    "statement_timeout",
                    player -> player.execute(
                            "SET statement_timeout = 50",
                            "select pg_sleep(20)",
                            "select 'goes on'",
                            "RESET statement_timeout",
                            "select pg_sleep(0.06)")),
            MatrixRow.jdbc("cancel", player -> {
                for (int i = 0; i < 2; i++) {
                    player.step("cancel", LimitRows::cancelled);
                    player.execute("select 'goes on'", "SET app.tenant = 'x'");
                }
            }),
        };
    }

    /** Cancels again and again, as a request may come before the statement does. */
    private static Object cancelled(Connection on) throws Exception {
        try (PreparedStatement statement = on.prepareStatement("select pg_sleep(?)")) {
            statement.setInt(1, 20);
            Thread canceller = new Thread(() -> {
                try {
                    while (!Thread.currentThread().isInterrupted() && !isRunning("pg_sleep($")) {
                        Thread.onSpinWait();
                    }
                    statement.cancel();
                } catch (java.sql.SQLException failed) {
                    throw new IllegalStateException(failed);
                }
            });
            canceller.start();
            try {
                return Told.results(statement, statement.execute());
            } finally {
                canceller.interrupt();
                canceller.join();
            }
        }
    }

    private static boolean isRunning(String text) throws java.sql.SQLException {
        return Player.execute(
                        Fixture.admin(),
                        "select count(*) from pg_stat_activity where state = 'active' and pid <> pg_backend_pid() and wait_event = 'PgSleep' and position('"
                                + text + "' in query) > 0")
                .endsWith("[1]");
    }
}
