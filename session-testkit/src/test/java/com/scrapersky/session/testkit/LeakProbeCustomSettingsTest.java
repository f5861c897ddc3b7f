package com.scrapersky.session.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Custom settings are in no list of PostgreSQL's: where the probe gets their names from. */
class LeakProbeCustomSettingsTest {

    private static PostgresLab postgres;

    @BeforeAll
    static void start() {
        postgres = PostgresLab.start();
        postgres.execute(
                // Each of them the only place that knows the name.
                "create function context(name text) returns text language sql as 'select current_setting(name, true)'",
                "create function in_body() returns text language sql as $$ select context('in.body') $$",
                "create function in_sql_body() returns text return context('in.sql_body')",
                "create function in_config() returns int language sql set in_it.config = 'x' as 'select 1'",
                "create table job (id int default context('in_its.default')::int, tenant text,"
                        + " check (tenant <> context('in_its.check')))",
                "create view in_view as select * from job where tenant = context('in_its.view')",
                "create policy in_policy on job using (tenant = context('in_its.policy'))",
                "create function nothing() returns trigger language plpgsql as 'begin return null; end'",
                "create trigger in_trigger after insert on job for each row"
                        + " when (context('in_its.condition') = 'x') execute function nothing('in_its.argument')",
                "create rule in_rule as on delete to job where context('in_its.rule') = 'x' do instead nothing",
                "create role visitor",
                "alter role visitor set in_its.role = 'x'",
                "alter database postgres set in_its.database = ''");
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @ParameterizedTest
    @EnumSource(
            value = Pooler.class,
            names = {"PGBOUNCER_1_26", "HOSTILE_PGBOUNCER_1_26", "HOSTILE_SUPAVISOR"})
    void findsWhatTheDatabaseItselfMentions(Pooler kind) throws Exception {
        List<String> names = List.of(
                "in.body",
                "in.sql_body",
                "in_it.config",
                "in_its.argument",
                "in_its.check",
                "in_its.condition",
                "in_its.database",
                "in_its.default",
                "in_its.policy",
                "in_its.role",
                "in_its.rule",
                "in_its.view");
        try (PoolerLab pooler = kind.start(postgres, 2);
                Backends backends = Backends.of(pooler);
                Connection subject = connect(pooler);
                LeakProbe probe = LeakProbe.before(backends)) {
            int victim = backends.pids().get(1);
            for (String name : names) {
                backends.on(victim, () -> set(subject, name));
            }
            assertThat(probe.leaks())
                    .extracting(Leak::backend, Leak::kind, Leak::after)
                    .containsOnly(tuple(victim, LeakKind.CUSTOM_SETTING, "leaked"));
            assertThat(probe.leaks()).extracting(Leak::name).containsExactlyInAnyOrderElementsOf(names);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Pooler.class,
            names = {"PGBOUNCER_1_26", "HOSTILE_PGBOUNCER_1_26", "HOSTILE_SUPAVISOR"})
    void findsWhatTheLatestStatementsMention(Pooler kind) throws Exception {
        try (PoolerLab pooler = kind.start(postgres, 2);
                Backends backends = Backends.of(pooler);
                Connection subject = connect(pooler);
                LeakProbe probe = LeakProbe.before(backends)) {
            postgres.execute("create or replace procedure remember(name text, value text) language plpgsql as"
                    + " 'begin perform set_config(name, value, false); end'");
            backends.onAnother(() -> execute(subject, "call remember('said.in_a_call', 'x')"));
            backends.onAnother(() -> execute(subject, "set session said.in_a_set to 'x'"));
            assertThat(probe.leaks())
                    .extracting(Leak::name)
                    .containsExactlyInAnyOrder("said.in_a_call", "said.in_a_set");
        }
    }

    /** The hostile pooler hears everything: also earlier statements of a transaction, and names that are bound. */
    @Test
    void findsWhatAnyStatementMentionsBehindTheHostilePooler() throws Exception {
        try (PoolerLab pooler = Pooler.HOSTILE_PGBOUNCER_1_18.start(postgres, 2);
                Backends backends = Backends.of(pooler);
                Connection subject = connect(pooler);
                LeakProbe probe = LeakProbe.before(backends)) {
            backends.onAnother(() -> {
                subject.setAutoCommit(false);
                execute(subject, "set said.early = 'x'");
                try (PreparedStatement statement = subject.prepareStatement("select set_config(?, ?, false)")) {
                    statement.setString(1, "said.by_value");
                    statement.setString(2, "x");
                    statement.execute();
                }
                execute(subject, "select 1");
                subject.commit();
            });
            assertThat(probe.leaks()).extracting(Leak::name).containsExactlyInAnyOrder("said.early", "said.by_value");
        }
    }

    private static Connection connect(PoolerLab pooler) throws SQLException {
        return pooler.connect(Map.of("prepareThreshold", "0", "assumeMinServerVersion", "12"));
    }

    private static void set(Connection connection, String name) throws SQLException {
        // The name stands nowhere in one piece.
        try (PreparedStatement statement =
                connection.prepareStatement("select set_config(? || '.' || ?, 'leaked', false)")) {
            statement.setString(1, name.substring(0, name.indexOf('.')));
            statement.setString(2, name.substring(name.indexOf('.') + 1));
            statement.execute();
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
