package com.scrapersky.session.testkit.conformance;

import static com.scrapersky.session.testkit.conformance.JdbcSteps.execute;
import static com.scrapersky.session.testkit.conformance.JdbcSteps.outcome;
import static com.scrapersky.session.testkit.conformance.JdbcSteps.shape;
import static com.scrapersky.session.testkit.conformance.JdbcSteps.transaction;
import static com.scrapersky.session.testkit.conformance.JdbcSteps.value;

import com.scrapersky.session.testkit.conformance.JdbcCase.Step;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.postgresql.PGConnection;

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
        Step prepared = JdbcSteps::prepared;
        cases.add(JdbcCase.of("plain statement", select, select, select));
        for (String threshold : List.of("0", "1", "5", "-1")) {
            cases.add(JdbcCase.of("prepared statement", prepared, prepared, prepared)
                    .with("prepareThreshold", threshold));
            cases.add(JdbcCase.of("one prepared statement for long", JdbcSteps::preparedManyTimes)
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
            cases.add(JdbcCase.of("batch", JdbcSteps::batch, JdbcSteps::batch).with("prepareThreshold", threshold));
            cases.add(JdbcCase.of("fetch size in a transaction", JdbcSteps::fetchSize, JdbcSteps::fetchSize)
                    .with("prepareThreshold", threshold));
        }
        cases.add(JdbcCase.of("metadata before execution", JdbcSteps::metaData, JdbcSteps::metaData));
        cases.add(JdbcCase.of("parameter metadata", JdbcSteps::parameterMetaData, JdbcSteps::parameterMetaData));
        cases.add(JdbcCase.of("syntax error", connection -> value(connection, "selec"), select));
        cases.add(JdbcCase.of(
                        "altered table behind a prepared statement",
                        connection -> execute(connection, "create table if not exists shape (a int)"),
                        connection -> shape(connection, "a"),
                        connection -> execute(connection, "alter table shape add b int"),
                        connection -> shape(connection, "a"))
                .with("prepareThreshold", "1"));
        cases.add(JdbcCase.of("copy in and out", JdbcSteps::copy, JdbcSteps::copy));
        cases.add(JdbcCase.of("large object", JdbcSteps::largeObject));
        cases.add(JdbcCase.of("cursor of a function", JdbcSteps::refcursor));
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
                    JdbcCase.of("transactions", JdbcSteps::transaction, JdbcSteps::transaction, JdbcSteps::transaction)
                            .with("prepareThreshold", threshold));
            cases.add(JdbcCase.of("savepoint", JdbcSteps::savepoint, JdbcSteps::savepoint)
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
        remembered(cases, "set datestyle = 'ISO, DMY'", "show datestyle");
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
            cases.add(JdbcCase.of(all, JdbcSteps::prepared, connection -> execute(connection, all), JdbcSteps::prepared)
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
}
