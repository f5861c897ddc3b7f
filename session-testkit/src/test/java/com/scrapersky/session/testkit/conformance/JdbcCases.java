package com.scrapersky.session.testkit.conformance;

import com.scrapersky.session.testkit.conformance.JdbcCase.Step;
import java.io.ByteArrayInputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.postgresql.PGConnection;
import org.postgresql.largeobject.LargeObject;
import org.postgresql.largeobject.LargeObjectManager;

/** What programs do with JDBC: the list on which the imitation of a pooler and the real one have to agree. */
final class JdbcCases {

    private JdbcCases() {}

    static List<JdbcCase> all() {
        List<JdbcCase> cases = new ArrayList<>();
        statements(cases);
        transactions(cases);
        sessionState(cases);
        driverCalls(cases);
        connecting(cases);
        return cases;
    }

    private static void statements(List<JdbcCase> cases) {
        Step select = connection -> value(connection, "select 7 * 6");
        Step prepared = JdbcCases::prepared;
        cases.add(JdbcCase.of("plain statement", select, select, select));
        for (String threshold : List.of("0", "1", "5", "-1")) {
            cases.add(JdbcCase.of("prepared statement", prepared, prepared, prepared)
                    .with("prepareThreshold", threshold));
            cases.add(JdbcCase.of("one prepared statement for long", JdbcCases::preparedManyTimes)
                    .with("prepareThreshold", threshold));
        }
        cases.add(JdbcCase.of("simple query mode", prepared, prepared).with("preferQueryMode", "simple"));
        cases.add(JdbcCase.of("several statements in one text", connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute("select 1; select 2");
                statement.getMoreResults();
                try (ResultSet rows = statement.getResultSet()) {
                    rows.next();
                    return rows.getString(1);
                }
            }
        }));
        for (String threshold : List.of("0", "1")) {
            cases.add(JdbcCase.of("batch", JdbcCases::batch, JdbcCases::batch).with("prepareThreshold", threshold));
            cases.add(JdbcCase.of("fetch size in a transaction", JdbcCases::fetchSize, JdbcCases::fetchSize)
                    .with("prepareThreshold", threshold));
        }
        cases.add(JdbcCase.of("metadata before execution", JdbcCases::metaData, JdbcCases::metaData));
        cases.add(JdbcCase.of("parameter metadata", JdbcCases::parameterMetaData, JdbcCases::parameterMetaData));
        cases.add(JdbcCase.of("syntax error", connection -> value(connection, "selec"), select));
        cases.add(JdbcCase.of(
                        "altered table behind a prepared statement",
                        connection -> execute(connection, "create table if not exists shape (a int)"),
                        connection -> shape(connection, "a"),
                        connection -> execute(connection, "alter table shape add b int"),
                        connection -> shape(connection, "a"))
                .with("prepareThreshold", "1"));
        cases.add(JdbcCase.of("copy in and out", JdbcCases::copy, JdbcCases::copy));
        cases.add(JdbcCase.of("large object", JdbcCases::largeObject));
        cases.add(JdbcCase.of("cursor of a function", JdbcCases::refcursor));
        cases.add(JdbcCase.of(
                "query timeout",
                connection -> {
                    try (Statement statement = connection.createStatement()) {
                        statement.setQueryTimeout(1);
                        statement.execute("select pg_sleep(30)");
                        return "slept";
                    }
                },
                select));
    }

    private static void transactions(List<JdbcCase> cases) {
        for (String threshold : List.of("0", "1")) {
            cases.add(
                    JdbcCase.of("transactions", JdbcCases::transaction, JdbcCases::transaction, JdbcCases::transaction)
                            .with("prepareThreshold", threshold));
            cases.add(JdbcCase.of("savepoint", JdbcCases::savepoint, JdbcCases::savepoint)
                    .with("prepareThreshold", threshold));
        }
        cases.add(JdbcCase.of("error in a transaction", connection -> {
            connection.setAutoCommit(false);
            try {
                value(connection, "select 1/0");
                return "no error";
            } catch (SQLException e) {
                String after = outcome(() -> value(connection, "select 1"));
                connection.rollback();
                return e.getSQLState() + ", then " + after + ", then " + transaction(connection);
            }
        }));
        cases.add(JdbcCase.of("commit of a failed transaction", connection -> {
            connection.setAutoCommit(false);
            outcome(() -> value(connection, "select 1/0"));
            connection.commit();
            return "told nothing";
        }));
        cases.add(JdbcCase.of("autosave", connection -> {
                    connection.setAutoCommit(false);
                    String error = outcome(() -> value(connection, "select 1/0"));
                    String after = value(connection, "select 1");
                    connection.commit();
                    return error + ", then " + after;
                })
                .with("autosave", "always"));
        cases.add(JdbcCase.of(
                "read-only transaction",
                connection -> {
                    connection.setReadOnly(true);
                    connection.setAutoCommit(false);
                    String written = outcome(() -> execute(connection, "create table forbidden (id int)"));
                    connection.rollback();
                    connection.setAutoCommit(true);
                    return written;
                },
                connection -> value(connection, "show transaction_read_only")));
        cases.add(JdbcCase.of(
                        "read-only always",
                        connection -> {
                            connection.setReadOnly(true);
                            return value(connection, "show transaction_read_only");
                        },
                        connection -> value(connection, "show transaction_read_only"))
                .with("readOnlyMode", "always"));
        cases.add(JdbcCase.of(
                "isolation level",
                connection -> {
                    connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
                    return "set";
                },
                connection -> String.valueOf(connection.getTransactionIsolation()),
                connection -> value(connection, "show transaction_isolation")));
    }

    /** SQL that a session remembers, and what a program sees of it on the next backend. */
    private static void sessionState(List<JdbcCase> cases) {
        Map<String, String> settings = Map.of(
                "statement_timeout", "'77s'",
                "search_path", "elsewhere, public",
                "timezone", "'Asia/Tokyo'",
                "datestyle", "'German'",
                "intervalstyle", "'iso_8601'",
                "application_name", "'mine'",
                "standard_conforming_strings", "off",
                "default_transaction_read_only", "on",
                "app.tenant", "'a'",
                "work_mem", "'5MB'");
        settings.forEach((name, value) -> {
            Step show = connection -> value(connection, "select current_setting('" + name + "', true)");
            cases.add(JdbcCase.of(
                    "set " + name, connection -> execute(connection, "set " + name + " = " + value), show, show));
        });
        remembered(cases, "set local statement_timeout = '77s'", "show statement_timeout");
        remembered(cases, "select set_config('lock_timeout', '66s', false)", "show lock_timeout");
        remembered(cases, "select set_config('lock_timeout', '66s', true)", "show lock_timeout");
        remembered(cases, "do $$ begin set lock_timeout = '55s'; end $$", "show lock_timeout");
        remembered(cases, "set role stranger", "select current_user");
        remembered(cases, "set session authorization stranger", "select session_user");
        remembered(cases, "create temp table scratch (id int)", "select count(*) from scratch");
        remembered(cases, "create temp table scratch (id int) on commit drop", "select count(*) from scratch");
        remembered(cases, "prepare sql_level as select 5", "execute sql_level");
        remembered(cases, "declare held cursor with hold for select 4", "fetch held");
        remembered(cases, "select pg_advisory_lock(4711)", "select pg_advisory_unlock(4711)");
        remembered(cases, "select pg_advisory_xact_lock(4711)", "select pg_advisory_unlock(4711)");
        remembered(cases, "select nextval('numbers')", "select currval('numbers')");
        remembered(cases, "select nextval('numbers')", "select lastval()");
        remembered(cases, "listen channel", "select count(*) from pg_listening_channels()");
        remembered(cases, "reset all", "show timezone");
        for (String all : List.of("discard all", "deallocate all")) {
            cases.add(JdbcCase.of(all, JdbcCases::prepared, connection -> execute(connection, all), JdbcCases::prepared)
                    .with("prepareThreshold", "1"));
        }
        cases.add(JdbcCase.of(
                "notifications",
                connection -> execute(connection, "listen channel"),
                connection -> execute(connection, "notify channel"),
                connection -> {
                    value(connection, "select 1");
                    return String.valueOf(connection.unwrap(PGConnection.class).getNotifications().length);
                }));
    }

    private static void remembered(List<JdbcCase> cases, String sql, String probe) {
        cases.add(JdbcCase.of(sql, connection -> execute(connection, sql), connection -> value(connection, probe)));
    }

    private static void driverCalls(List<JdbcCase> cases) {
        cases.add(JdbcCase.of(
                "setSchema",
                connection -> {
                    connection.setSchema("elsewhere");
                    return "set";
                },
                Connection::getSchema,
                connection -> value(connection, "show search_path")));
        cases.add(JdbcCase.of(
                "setClientInfo",
                connection -> {
                    connection.setClientInfo("ApplicationName", "mine");
                    return "set";
                },
                connection -> connection.getClientInfo("ApplicationName"),
                connection -> value(connection, "show application_name")));
        cases.add(JdbcCase.of(
                "isValid", connection -> String.valueOf(connection.isValid(5)), c -> String.valueOf(c.isValid(5))));
        cases.add(JdbcCase.of("backend pid", connection -> {
            int told = connection.unwrap(PGConnection.class).getBackendPID();
            return String.valueOf(value(connection, "select pg_backend_pid()").equals(String.valueOf(told)));
        }));
        cases.add(JdbcCase.of("tables", connection -> {
            try (ResultSet rows = connection.getMetaData().getTables(null, "public", "numbers", null)) {
                return rows.next() ? rows.getString("TABLE_NAME") : "none";
            }
        }));
        cases.add(
                JdbcCase.of("time zone of the client", c -> value(c, "show timezone"), c -> value(c, "show timezone")));
        cases.add(JdbcCase.of("parameters told at login", connection -> {
            Map<String, String> told = connection.unwrap(PGConnection.class).getParameterStatuses();
            return told.get("TimeZone") + " " + told.get("DateStyle") + " " + told.get("application_name");
        }));
    }

    /** Properties with which a connection is refused, or which get lost. */
    private static void connecting(List<JdbcCase> cases) {
        Step select = connection -> value(connection, "show search_path");
        cases.add(JdbcCase.of("schema in the URL", select, select).with("currentSchema", "elsewhere"));
        cases.add(JdbcCase.of("options in the URL", select).with("options", "-c statement_timeout=5s"));
        cases.add(JdbcCase.of("options in the URL", select, select).with("options", "-c search_path=elsewhere"));
        cases.add(JdbcCase.of("options in the URL", select).with("options", "reference=tenant"));
        cases.add(JdbcCase.of("name in the startup packet", c -> value(c, "show application_name"))
                .with("ApplicationName", "mine")
                .with("assumeMinServerVersion", "12"));
        cases.add(JdbcCase.of("channel binding", select).with("channelBinding", "require"));
        cases.add(JdbcCase.of("TLS", select).with("sslmode", "require"));
    }

    // ---- what the steps are made of

    static String outcome(java.util.concurrent.Callable<String> work) {
        try {
            return String.valueOf(work.call());
        } catch (SQLException e) {
            return "SQLSTATE " + e.getSQLState();
        } catch (Exception e) {
            return e.getClass().getSimpleName();
        }
    }

    static String value(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : "no row";
        }
    }

    static String execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
            return "done";
        }
    }

    private static String prepared(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select ?::int + 1")) {
            statement.setInt(1, 41);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getString(1);
            }
        }
    }

    private static String preparedManyTimes(Connection connection) throws SQLException {
        StringBuilder seen = new StringBuilder();
        try (PreparedStatement statement = connection.prepareStatement("select ?::int")) {
            for (int i = 0; i < 8; i++) {
                statement.setInt(1, i);
                try (ResultSet rows = statement.executeQuery()) {
                    rows.next();
                    seen.append(rows.getString(1));
                }
            }
        }
        return seen.toString();
    }

    private static String transaction(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try {
            String first = prepared(connection);
            String second = value(connection, "select 'second'");
            connection.commit();
            return first + " " + second;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private static String savepoint(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try {
            execute(connection, "create temp table short (id int) on commit drop");
            Savepoint savepoint = connection.setSavepoint();
            execute(connection, "insert into short values (1)");
            connection.rollback(savepoint);
            String count = value(connection, "select count(*) from short");
            connection.commit();
            return count;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private static String batch(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try {
            execute(connection, "create temp table short (id int) on commit drop");
            try (PreparedStatement insert = connection.prepareStatement("insert into short values (?)")) {
                for (int i = 0; i < 20; i++) {
                    insert.setInt(1, i);
                    insert.addBatch();
                }
                insert.executeBatch();
            }
            String sum = value(connection, "select sum(id) from short");
            connection.commit();
            return sum;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private static String fetchSize(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (PreparedStatement statement = connection.prepareStatement("select * from generate_series(1, 55)")) {
            statement.setFetchSize(10);
            int count = 0;
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    count++;
                }
            }
            connection.commit();
            return String.valueOf(count);
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private static String metaData(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select 1 as one")) {
            String name = statement.getMetaData().getColumnName(1);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return name + rows.getInt(1);
            }
        }
    }

    private static String parameterMetaData(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select ?::int")) {
            return statement.getParameterMetaData().getParameterTypeName(1);
        }
    }

    private static String shape(Connection connection, String column) throws SQLException {
        connection.setAutoCommit(false);
        try (PreparedStatement statement = connection.prepareStatement("select * from shape");
                ResultSet rows = statement.executeQuery()) {
            String label = rows.getMetaData().getColumnLabel(rows.findColumn(column));
            connection.commit();
            return label;
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private static String copy(Connection connection) throws Exception {
        connection.setAutoCommit(false);
        try {
            execute(connection, "create temp table short (id int) on commit drop");
            byte[] data = "1\n2\n3\n".getBytes(StandardCharsets.US_ASCII);
            var copy = connection.unwrap(PGConnection.class).getCopyAPI();
            copy.copyIn("copy short from stdin", new ByteArrayInputStream(data));
            StringWriter back = new StringWriter();
            copy.copyOut("copy short to stdout", back);
            connection.commit();
            return back.toString().replace('\n', ' ');
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private static String largeObject(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try {
            LargeObjectManager manager = connection.unwrap(PGConnection.class).getLargeObjectAPI();
            long oid = manager.createLO();
            LargeObject object = manager.open(oid);
            object.write(new byte[] {1, 2, 3});
            long size = object.size64();
            object.close();
            manager.delete(oid);
            connection.commit();
            return String.valueOf(size);
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private static String refcursor(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (CallableStatement call = connection.prepareCall("{? = call numbers_cursor()}")) {
            call.registerOutParameter(1, Types.REF_CURSOR);
            call.execute();
            int count = 0;
            try (ResultSet rows = (ResultSet) call.getObject(1)) {
                while (rows.next()) {
                    count++;
                }
            }
            connection.commit();
            return String.valueOf(count);
        } finally {
            connection.setAutoCommit(true);
        }
    }
}
