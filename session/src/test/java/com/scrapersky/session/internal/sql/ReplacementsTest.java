package com.scrapersky.session.internal.sql;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.internal.sql.SqlPart.Kind;
import com.scrapersky.session.testkit.PostgresLab;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link GuardedSql} says of the tables' statements, held against a real server. */
class ReplacementsTest {

    private static final Set<Kind> OF_TRANSACTIONS = Set.of(
            Kind.BEGIN,
            Kind.COMMIT,
            Kind.ROLLBACK,
            Kind.SAVEPOINT,
            Kind.RELEASE,
            Kind.ROLLBACK_TO,
            Kind.PREPARE_TRANSACTION,
            Kind.SET_TRANSACTION);

    private static final Set<String> SEEN_OF_A_ROLE =
            Set.of("role", "session_authorization", "current_user", "session_user", "is_superuser");

    private static PostgresLab postgres;
    private static Connection connection;
    private static Map<String, String> baseline;

    @BeforeAll
    static void start() throws SQLException {
        postgres = PostgresLab.start();
        postgres.execute(
                "create role bob",
                "grant pg_read_all_settings to bob",
                "create table t (id int primary key, a text, c text)",
                "create table s (name text, value text)",
                "create table temp (n int)",
                "create sequence sq",
                "create type mood as enum ('fine')",
                "create index i on t (a)",
                "create materialized view v as select 1 as n",
                "create unique index on v (n)");
        connection = postgres.connect();
        // What is not at its default shows whether a reset resets.
        try (Statement statement = connection.createStatement()) {
            // Loading a library adds its settings.
            statement.execute("load 'auto_explain'");
            statement.execute("load 'plpgsql'");
            for (String name : List.of("time.zone", "\"all\".x")) {
                statement.execute("set " + name + " = 'before'");
            }
            statement.execute("set work_mem = '8MB'");
            statement.execute("set app.tenant = 'before'");
            statement.execute("set session.a = 'before'");
            statement.execute("set time zone 'Asia/Tokyo'");
            statement.execute("set search_path = 'before', public");
            statement.execute("set default_transaction_deferrable = on");
        }
        connection.setAutoCommit(false);
        baseline = settings(Set.of());
        connection.rollback();
    }

    @AfterAll
    static void stop() throws SQLException {
        connection.close();
        postgres.close();
    }

    @AfterEach
    void rollBack() throws SQLException {
        connection.rollback();
        assertThat(changes(Set.of())).isEmpty();
        connection.rollback();
    }

    static Stream<SqlPart> replaced() {
        return GuardedSqlTest.rows()
                .flatMap(row -> GuardedSql.of(row.text()).parts().stream())
                .filter(part -> !part.replacement().equals(part.text()))
                .filter(part -> part.kind() != Kind.RESET_ALL && part.kind() != Kind.DISCARD_ALL);
    }

    @ParameterizedTest
    @MethodSource("replaced")
    void aReplacementDoesTheSameUntilTheTransactionEnds(SqlPart part) throws SQLException {
        Set<String> names = new TreeSet<>(part.keeps());
        names.addAll(part.resets());
        String expected = outcome(part.text(), names);
        connection.rollback();
        assertThat(outcome(part.replacement(), names)).isEqualTo(expected);
        connection.commit();
        assertThat(changes(Set.of())).as("after the commit").isEmpty();
    }

    @Test
    void nearlyAllReplacementsAreAccepted() throws SQLException {
        List<String> refused = new ArrayList<>();
        for (SqlPart part : replaced().toList()) {
            String outcome = outcome(part.replacement(), Set.of());
            connection.rollback();
            if (outcome.startsWith("SQLState")) {
                refused.add(part.text());
            }
        }
        // What the server does not take in the original either; the driver cuts the last of them in its string.
        assertThat(refused)
                .containsExactlyInAnyOrder(
                        "SET ROLE \"NONE\"",
                        "SET lock_timeout = ?",
                        "SET search_path TO DEFAULT, x",
                        "SET x.y = 'a",
                        "RESET \"all\"",
                        "SELECT set_config('a.b', 'x', false), set_config(?, 'y', false)",
                        "SET application_name = E'a''b\\'; SET c.d = 1 --'");
    }

    @Test
    void aKeptSettingIsTheOneThatChanged() throws SQLException {
        for (SqlPart part : replaced().toList()) {
            Set<String> names = new TreeSet<>(part.keeps());
            names.addAll(part.resets());
            String sent = outcome(part.replacement(), Set.of());
            if (!sent.startsWith("SQLState")) {
                for (String changed : changes(Set.of()).keySet()) {
                    // A role shows in several places.
                    boolean ofRole = names.contains("role") || names.contains("session_authorization");
                    assertThat(names.contains(changed) || (ofRole && SEEN_OF_A_ROLE.contains(changed)))
                            .as(changed + " after " + part.text())
                            .isTrue();
                }
            }
            connection.rollback();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"RESET ALL", "DISCARD ALL", "DEALLOCATE ALL"})
    void nothingIsSentForWhatWouldHarmOthers(String text) throws SQLException {
        String replacement = GuardedSql.of(text).parts().get(0).replacement();
        try (Connection other = postgres.connect();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("prepare kept as select 1");
            statement.execute("declare c cursor for select 1");
            statement.execute("create temp table kept (a int)");
            statement.execute("grant all on kept to bob");
            statement.execute("set local role bob");
            statement.execute("set transaction read only");
            assertThat(statement.execute(replacement)).isFalse();
            assertThat(statement.getUpdateCount()).isZero();
            statement.execute("execute kept");
            statement.execute("fetch c");
            statement.execute("table kept");
        }
        assertThat(outcome(replacement, Set.of())).doesNotStartWith("SQLState");
        assertThat(changes(Set.of())).isEmpty();
    }

    /** PREPARE survives a rollback. */
    @BeforeEach
    void deallocate() throws SQLException {
        execute("deallocate all");
        connection.rollback();
    }

    static Stream<SqlPart> statements() {
        return GuardedSqlTest.rows()
                .map(row -> GuardedSql.of(row.text()))
                .filter(sql -> sql.parts().size() == 1)
                .map(sql -> sql.parts().get(0))
                .filter(part -> !OF_TRANSACTIONS.contains(part.kind()));
    }

    @Test
    void whatIsSaidToLeaveTheSessionAsItIsDoes() throws SQLException {
        int checked = 0;
        for (SqlPart part : statements().toList()) {
            boolean plain = part.features().isEmpty() && (part.kind() == Kind.QUERY || part.kind() == Kind.UTILITY);
            if (plain && execute(part.text()) == null) {
                assertThat(changes(Set.of())).as(part.text()).isEmpty();
                assertThat(held()).as(part.text()).isEqualTo("0");
                checked++;
            }
            connection.rollback();
        }
        assertThat(checked).isGreaterThan(50);
    }

    /** How many channels, prepared statements and holdable cursors the session has. */
    private static String held() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select (select count(*) from pg_listening_channels())"
                        + " + (select count(*) from pg_prepared_statements where from_sql)"
                        + " + (select count(*) from pg_cursors where is_holdable)")) {
            row.next();
            return row.getString(1);
        }
    }

    @Test
    void aSnapshotIsTakenWhereItIsSaid() throws SQLException {
        int checked = 0;
        for (SqlPart part : statements().toList()) {
            if (execute(part.text()) == null) {
                String state = execute("set transaction isolation level serializable");
                assertThat(state).as(part.text()).isEqualTo(part.snapshot() ? "25001" : null);
                checked++;
            }
            connection.rollback();
        }
        assertThat(checked).isGreaterThan(250);
    }

    @Test
    void whatRunsInNoTransactionIsKnown() throws SQLException {
        List<String> refused = new ArrayList<>();
        for (SqlPart part : statements().toList()) {
            String state = execute(part.text());
            connection.rollback();
            if ("25001".equals(state) && part.kind() != Kind.DISCARD_ALL) {
                assertThat(part.kind()).as(part.text()).isEqualTo(Kind.OWN_TRANSACTION);
                refused.add(part.text());
            } else if (state == null) {
                assertThat(part.kind()).as(part.text()).isNotEqualTo(Kind.OWN_TRANSACTION);
            }
        }
        assertThat(refused).hasSizeGreaterThan(20);
    }

    /** The settings after the text, or the server's error. */
    private static String outcome(String text, Set<String> names) throws SQLException {
        String state = execute(text);
        return state == null ? changes(names).toString() : "SQLState " + state;
    }

    /** Executes the text, with "1" for its parameters; the SQLState of its failure, or null. */
    private static String execute(String text) throws SQLException {
        try (CallableStatement statement = connection.prepareCall(text)) {
            int parameters = GuardedSql.of(text).parts().get(0).placeholders();
            boolean returns = text.startsWith("{?") || text.startsWith("{ ?");
            if (returns) {
                statement.registerOutParameter(1, Types.VARCHAR);
            }
            for (int i = returns ? 2 : 1; i <= parameters; i++) {
                statement.setObject(i, "1", Types.OTHER);
            }
            statement.execute();
            return null;
        } catch (SQLException e) {
            return e.getSQLState();
        }
    }

    /** What differs from the session's own settings, and the settings with these names in any case. */
    private static Map<String, String> changes(Set<String> names) throws SQLException {
        Map<String, String> changes = settings(names);
        changes.entrySet()
                .removeIf(entry ->
                        !names.contains(entry.getKey()) && entry.getValue().equals(baseline.get(entry.getKey())));
        return changes;
    }

    private static Map<String, String> settings(Set<String> names) throws SQLException {
        Map<String, String> settings = new TreeMap<>();
        try (Statement statement = connection.createStatement()) {
            try (ResultSet rows = statement.executeQuery("select name, setting from pg_catalog.pg_settings"
                    + " where name not like 'transaction\\_%' and name <> 'in_hot_standby'"
                    + " union all values ('current_user', current_user), ('session_user', session_user),"
                    + " ('app.tenant', current_setting('app.tenant', true)),"
                    + " ('session.a', current_setting('session.a', true))")) {
                while (rows.next()) {
                    settings.put(rows.getString(1).toLowerCase(Locale.ROOT), rows.getString(2));
                }
            }
            for (String name : names) {
                try (ResultSet row = statement.executeQuery(
                        "select pg_catalog.current_setting('" + name.replace("'", "''") + "', true)")) {
                    row.next();
                    settings.put(name, String.valueOf(row.getString(1)));
                }
            }
        }
        return settings;
    }
}
