package com.scrapersky.session.testkit.proxy;

import static com.scrapersky.session.testkit.proxy.Jdbc.execute;
import static com.scrapersky.session.testkit.proxy.Jdbc.pid;
import static com.scrapersky.session.testkit.proxy.Jdbc.query;
import static com.scrapersky.session.testkit.proxy.Jdbc.unnamed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.testkit.HandOver;
import com.scrapersky.session.testkit.TransactionPooler;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.PGConnection;

/** Facts seen on a running Supavisor that a client can see, one test each: what stays on a backend, and how backends come and go. */
class SupavisorBackendsTest extends SupavisorFixture {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            set statement_timeout = '77s'                    | show statement_timeout             | 77s
            set role stranger                                | select current_user                | stranger
            set search_path = elsewhere                      | show search_path                   | elsewhere
            set session characteristics as transaction isolation level serializable | show transaction_isolation | serializable
            set default_transaction_read_only = on           | show default_transaction_read_only | on
            create temp table left_behind (id int)           | select to_regclass('pg_temp.left_behind') is not null | t
            select pg_advisory_lock(4711)                    | select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid() | 1
            listen channel                                   | select pg_listening_channels()     | channel
            declare held cursor with hold for select 1       | select name from pg_cursors where name = 'held' | held
            prepare sql_level as select 1                    | select name from pg_prepared_statements where from_sql | sql_level
            """)
    void sessionStateStaysOnTheBackendForWhoeverComesNext(String sql, String probe, String inherited)
            throws SQLException {
        try (Connection first = unnamed(pooler);
                Connection second = unnamed(pooler)) {
            execute(first, sql);
            List<String> seen = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                try (Statement statement = second.createStatement();
                        ResultSet rows = statement.executeQuery(probe)) {
                    seen.add(rows.next() ? rows.getString(1) : "");
                }
            }
            assertThat(seen).contains(inherited);
        }
    }

    @Test
    void sessionStateEndsWithTheTransactionWhereItIsLocal() throws SQLException {
        try (Connection first = unnamed(pooler);
                Connection second = unnamed(pooler)) {
            first.setAutoCommit(false);
            execute(first, "set local statement_timeout = '77s'");
            query(first, "select set_config('lock_timeout', '66s', true)");
            assertThat(query(first, "show statement_timeout")).isEqualTo("77s");
            first.commit();
            for (int i = 0; i < 4; i++) {
                assertThat(query(second, "show statement_timeout")).isEqualTo("0");
                assertThat(query(second, "show lock_timeout")).isEqualTo("0");
            }
        }
    }

    @Test
    void sessionStateIncludesTheDriversApplicationNameUnlessItIsInTheStartupPacket() throws SQLException {
        try (Connection quiet = pooler.connect(Map.of("prepareThreshold", "0", "assumeMinServerVersion", "12"))) {
            assertThat(query(quiet, "show application_name")).isEqualTo("Supavisor");
            assertThat(quiet.unwrap(PGConnection.class).getParameterStatus("application_name"))
                    .isEqualTo("Supavisor");
            List<String> seen = new ArrayList<>();
            try (Connection loud = pooler.connect(Map.of("ApplicationName", "loud"))) {
                for (int i = 0; i < 4; i++) {
                    seen.add(query(quiet, "show application_name"));
                }
                assertThat(loud.isClosed()).isFalse();
            }
            assertThat(seen).contains("loud");
        }
    }

    @Test
    void backendsAreOneMoreThanThePoolSizeSays() throws SQLException {
        try (TransactionPooler single = supavisor()
                        .poolSize(1)
                        .checkoutTimeout(Duration.ofMillis(200))
                        .start();
                Connection first = unnamed(single);
                Connection second = unnamed(single);
                Connection third = unnamed(single)) {
            first.setAutoCommit(false);
            second.setAutoCommit(false);
            assertThat(pid(first)).isNotEqualTo(pid(second));
            assertThatThrownBy(() -> pid(third))
                    .satisfies(e -> assertState(
                            e,
                            "XX000",
                            "(ECHECKOUTTIMEOUT) unable to check out connection from the pool after 200ms in"
                                    + " Transaction mode"));
        }
    }

    @Test
    void backendsComeBackToAQuietClientInTheRealOrder() throws SQLException {
        try (TransactionPooler lifo =
                        supavisor().handOver(HandOver.LAST_RELEASED).start();
                Connection quiet = unnamed(lifo);
                Connection other = unnamed(lifo)) {
            int pid = pid(quiet);
            assertThat(pid(quiet)).isEqualTo(pid);
            other.setAutoCommit(false);
            assertThat(pid(other)).isEqualTo(pid);
            assertThat(pid(quiet)).isNotEqualTo(pid);
        }
    }

    @Test
    void backendsAreClosedWithAClientThatDiesInATransaction() throws Exception {
        try (TransactionPooler trusting = supavisor().trustClients().start()) {
            int dead;
            try (Wire wire = Wire.open(trusting)) {
                wire.send(Wire.query("begin; select pg_backend_pid()"));
                dead = Integer.parseInt(wire.untilReady().get(2).substring(2));
            }
            try (Connection connection = unnamed(trusting)) {
                for (int i = 0; i < 6; i++) {
                    assertThat(pid(connection)).isNotEqualTo(dead);
                }
            }
        }
    }

    @Test
    void backendsMayDieUnnoticedWhileTheyAreIdle() throws SQLException {
        try (Connection connection = unnamed(pooler);
                Connection admin = postgres.connect()) {
            for (int i = 0; i < 6; i++) {
                int pid = pid(connection);
                query(admin, "select pg_terminate_backend(" + pid + ", 10000)");
                assertThat(pid(connection)).isNotEqualTo(pid);
            }
        }
    }

    @Test
    void backendsDieInATransactionWith57P01() throws SQLException {
        try (Connection connection = unnamed(pooler);
                Connection admin = postgres.connect()) {
            connection.setAutoCommit(false);
            query(admin, "select pg_terminate_backend(" + pid(connection) + ", 10000)");
            assertThatThrownBy(() -> pid(connection))
                    .satisfies(e -> assertState(e, "57P01", "terminating connection due to administrator command"));
            assertThat(connection.isClosed()).isTrue();
        }
    }

    @Test
    void sessionStateIncludesAnEncodingThatTheNextClientDoesNotKnowOf() throws Exception {
        try (TransactionPooler lifo = supavisor()
                        .handOver(HandOver.LAST_RELEASED)
                        .trustClients()
                        .start();
                Connection next = unnamed(lifo);
                Wire first = Wire.open(lifo)) {
            assertThat(query(next, "select length('\u00e9')")).isEqualTo("1");
            first.send(Wire.query("set client_encoding = 'LATIN1'"));
            assertThat(first.untilReady()).contains("S:client_encoding LATIN1");
            assertThat(query(next, "show client_encoding")).isEqualTo("LATIN1");
            assertThat(query(next, "select length('\u00e9')")).isEqualTo("2");
        }
    }

    @Test
    void clientsAreToldWhenThePoolerIsDrained() throws SQLException {
        try (Connection idle = unnamed(pooler);
                Connection busy = unnamed(pooler)) {
            busy.setAutoCommit(false);
            pid(busy);
            pooler.faults().drain();
            for (Connection connection : List.of(idle, busy)) {
                assertThatThrownBy(() -> pid(connection))
                        .satisfies(e -> assertState(e, "57P01", "terminating connection due to administrator command"));
            }
        }
    }

    @Test
    void clientsAreToldNothingWhenThePoolerIsRestarted() throws Exception {
        try (TransactionPooler trusting = supavisor().trustClients().start();
                Wire idle = Wire.open(trusting);
                Wire busy = Wire.open(trusting)) {
            busy.send(Wire.query("begin"));
            assertThat(busy.untilReady()).contains("Z:T");
            trusting.faults().restart();
            assertThat(idle.next()).isEqualTo("EOF");
            assertThat(busy.next()).isEqualTo("EOF");
            try (Connection fresh = unnamed(trusting)) {
                assertThat(pid(fresh)).isPositive();
            }
        }
    }
}
