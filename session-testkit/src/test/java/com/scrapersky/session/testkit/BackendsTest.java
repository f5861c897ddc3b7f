package com.scrapersky.session.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackendsTest {

    private static PostgresLab postgres;

    @BeforeAll
    static void startPostgres() {
        postgres = PostgresLab.start();
    }

    @AfterAll
    static void stopPostgres() {
        postgres.close();
    }

    // server_round_robin turns PgBouncer's order from last-used-first into first-used-first.
    @ParameterizedTest
    @CsvSource({"V1_18,1,0", "V1_18,3,0", "V1_18,3,1", "V1_26,1,0", "V1_26,2,1", "V1_26,5,0", "V1_26,5,1"})
    void putsEachTransactionWhereTheTestSays(PgBouncerVersion version, int poolSize, String roundRobin)
            throws SQLException {
        try (PgBouncerLab pooler = PgBouncerLab.builder(postgres)
                        .version(version)
                        .poolSize(poolSize)
                        .setting("server_round_robin", roundRobin)
                        .start();
                Backends backends = Backends.of(pooler);
                Connection subject = pooler.connect(Map.of("prepareThreshold", "0"))) {
            List<Integer> pids = backends.pids();
            assertThat(pids).hasSize(poolSize).doesNotHaveDuplicates().isSorted();
            List<Integer> plan = new ArrayList<>(pids);
            plan.addAll(pids.subList(0, pids.size() / 2));
            plan.addAll(pids);
            for (int pid : plan) {
                assertThat(backends.on(pid, () -> pid(subject))).isEqualTo(pid);
                assertThat(backends.lastPid()).isEqualTo(pid);
            }
            assertThat(backends.onEach(() -> pid(subject)))
                    .allSatisfy((pid, ran) -> assertThat(ran).isEqualTo(pid));
            assertThat(backends.pids()).isEqualTo(pids);
        }
    }

    @Test
    void keepsTheBackendOfATransactionThatStaysOpen() throws SQLException {
        try (PgBouncerLab pooler = PgBouncerLab.builder(postgres).poolSize(3).start();
                Backends backends = Backends.of(pooler);
                Connection open = pooler.connect();
                Connection subject = pooler.connect()) {
            List<Integer> pids = backends.pids();
            open.setAutoCommit(false);
            assertThat(backends.on(pids.get(1), () -> pid(open))).isEqualTo(pids.get(1));
            assertThat(backends.on(pids.get(2), () -> pid(subject))).isEqualTo(pids.get(2));
            assertThat(backends.on(pids.get(0), () -> pid(open))).isEqualTo(pids.get(1));
            assertThatThrownBy(() -> backends.on(pids.get(1), () -> pid(subject)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(pids.get(1).toString());
            open.rollback();
            assertThat(backends.on(pids.get(1), () -> pid(subject))).isEqualTo(pids.get(1));
        }
    }

    @Test
    void goesRoundAllBackends() throws SQLException {
        try (PgBouncerLab pooler = PgBouncerLab.builder(postgres).poolSize(3).start();
                Backends backends = Backends.of(pooler);
                Connection subject = pooler.connect()) {
            List<Integer> ran = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                ran.add(backends.onAnother(() -> pid(subject)));
            }
            assertThat(new HashSet<>(ran.subList(0, 3))).hasSize(3);
            assertThat(ran.subList(3, 6)).isEqualTo(ran.subList(0, 3));
            // Without holding anything: the server still tells which one it was.
            int wherever = pid(subject);
            assertThat(backends.lastPid()).isEqualTo(wherever);
            assertThat(backends.<Integer, SQLException>onAnother(() -> pid(subject)))
                    .isNotEqualTo(wherever);
        }
    }

    @Test
    void saysThatTheOnlyBackendHasNoOther() throws SQLException {
        try (PgBouncerLab pooler = PgBouncerLab.builder(postgres).poolSize(1).start();
                Backends backends = Backends.of(pooler);
                Connection subject = pooler.connect()) {
            backends.onAnother(() -> pid(subject));
            assertThatThrownBy(() -> backends.onAnother(() -> pid(subject)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("larger pool than 1");
        }
    }

    @Test
    void tellsWorkThatDidNotReachThePooler() throws SQLException {
        try (PgBouncerLab pooler = PgBouncerLab.builder(postgres).poolSize(2).start();
                Backends backends = Backends.of(pooler);
                Connection through = pooler.connect();
                Connection direct = postgres.connect()) {
            pid(through);
            backends.on(backends.pids().get(0), () -> pid(direct));
            assertThatThrownBy(backends::lastPid).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void followsBackendsThatAreReplaced() throws SQLException {
        try (PgBouncerLab pooler = PgBouncerLab.builder(postgres).poolSize(2).start();
                Backends backends = Backends.of(pooler);
                Connection subject = pooler.connect()) {
            List<Integer> before = backends.pids();
            pooler.reconnect();
            List<Integer> after = backends.pids();
            assertThat(after).hasSize(2).doesNotContainAnyElementsOf(before);
            assertThatThrownBy(() -> backends.on(before.get(0), () -> pid(subject)))
                    .isInstanceOf(IllegalArgumentException.class);
            pooler.restart();
            try (Connection anew = pooler.connect()) {
                for (int pid : backends.pids()) {
                    assertThat(backends.on(pid, () -> pid(anew))).isEqualTo(pid);
                }
            }
        }
    }

    @Test
    void holdsBackendsInSessionMode() throws SQLException {
        try (PgBouncerLab pooler = PgBouncerLab.builder(postgres)
                        .poolMode(PoolMode.SESSION)
                        .poolSize(2)
                        .start();
                Backends backends = Backends.of(pooler)) {
            for (int pid : backends.pids()) {
                int ran = backends.on(pid, () -> {
                    try (Connection subject = pooler.connect()) {
                        return pid(subject);
                    }
                });
                assertThat(ran).isEqualTo(pid);
            }
        }
    }

    @Test
    void leavesNoBackendFreeAndLeavesNothingBehind() throws SQLException {
        try (PgBouncerLab pooler = PgBouncerLab.builder(postgres)
                        .poolSize(2)
                        .setting("query_wait_timeout", "1")
                        .start();
                Backends backends = Backends.of(pooler);
                Connection subject = pooler.connect()) {
            backends.whileAllHeld(() -> {
                assertThatThrownBy(() -> pid(subject)).hasMessageContaining("query_wait_timeout");
                assertThatThrownBy(backends::pids).hasMessageContaining("inside the work");
            });
            String state = "select (select count(*) from pg_prepared_statements) + (select count(*) from pg_settings"
                    + " where source = 'session' and name not in ('application_name', 'client_encoding', 'DateStyle',"
                    + " 'TimeZone', 'IntervalStyle', 'standard_conforming_strings'))";
            try (Connection plain = pooler.connect(Map.of("prepareThreshold", "0"))) {
                assertThat(backends.onEach(() -> number(plain, state)).values()).containsOnly(0);
            }
        }
    }

    private static int pid(Connection connection) throws SQLException {
        return number(connection, "select pg_backend_pid()");
    }

    private static int number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getInt(1);
        }
    }
}
