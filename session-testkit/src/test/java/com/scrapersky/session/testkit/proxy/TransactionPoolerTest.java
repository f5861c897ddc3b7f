package com.scrapersky.session.testkit.proxy;

import static com.scrapersky.session.testkit.proxy.Jdbc.execute;
import static com.scrapersky.session.testkit.proxy.Jdbc.pid;
import static com.scrapersky.session.testkit.proxy.Jdbc.query;
import static com.scrapersky.session.testkit.proxy.Jdbc.unnamed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.testkit.HandOver;
import com.scrapersky.session.testkit.PoolerCounters;
import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.TransactionPooler;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TransactionPoolerTest {

    private static PostgresLab postgres;

    @BeforeAll
    static void start() {
        postgres = PostgresLab.builder().maxConnections(60).start();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    private static TransactionPooler.Builder pooler() {
        return TransactionPooler.pgBouncer118(postgres.url());
    }

    @Test
    void handsEveryTransactionToAnotherBackend() throws SQLException {
        try (TransactionPooler pooler = pooler().poolSize(3).start();
                Connection connection = unnamed(pooler)) {
            List<Integer> pids = new ArrayList<>();
            for (int i = 0; i < 9; i++) {
                pids.add(pid(connection));
            }
            connection.setAutoCommit(false);
            for (int i = 0; i < 6; i++) {
                pids.add(pid(connection));
                assertThat(pid(connection)).isEqualTo(pids.get(pids.size() - 1));
                connection.commit();
            }
            for (int i = 1; i < pids.size(); i++) {
                assertThat(pids.get(i)).isNotEqualTo(pids.get(i - 1));
            }
            assertThat(new HashSet<>(pids)).hasSize(3);
            assertThat(pooler.backendPids()).containsAll(pids);
            PoolerCounters counters = pooler.counters();
            assertThat(counters.sameBackendAgain()).isZero();
            assertThat(counters.backendSwitches()).isEqualTo(counters.transactions() - 1);
            assertThat(counters.held()).hasSize((int) counters.transactions());
        }
    }

    @Test
    void handsOverEvenWhenAllOthersAreBusy() throws SQLException {
        try (TransactionPooler pooler = pooler().poolSize(2).start();
                Connection holder = unnamed(pooler);
                Connection connection = unnamed(pooler)) {
            holder.setAutoCommit(false);
            pid(holder);
            int last = 0;
            for (int i = 0; i < 10; i++) {
                int next = pid(connection);
                assertThat(next).isNotEqualTo(last);
                last = next;
            }
            assertThat(pooler.counters().sameBackendAgain()).isZero();
        }
    }

    @Test
    void hasOtherOrdersToo() throws SQLException {
        try (TransactionPooler pooler =
                        pooler().poolSize(3).handOver(HandOver.LAST_RELEASED).start();
                Connection connection = unnamed(pooler)) {
            assertThat(pid(connection)).isEqualTo(pid(connection));
        }
        try (TransactionPooler pooler =
                        pooler().poolSize(2).handOver(HandOver.LONGEST_IDLE).start();
                Connection holder = unnamed(pooler);
                Connection connection = unnamed(pooler)) {
            assertThat(pid(connection)).isNotEqualTo(pid(connection));
            holder.setAutoCommit(false);
            pid(holder);
            assertThat(pid(connection)).isEqualTo(pid(connection));
            assertThat(pooler.backendPids()).hasSize(2);
            pooler.handOver(HandOver.ALWAYS_OTHER);
            assertThat(pid(connection)).isNotEqualTo(pid(connection));
            assertThat(pooler.backendPids()).hasSize(3);
            pooler.handOver(HandOver.LONGEST_IDLE);
            assertThat(pooler.backendPids()).hasSize(2);
        }
    }

    @Test
    void makesNamedStatementsFail() throws SQLException {
        try (TransactionPooler pooler = pooler().poolSize(2).start();
                Connection connection = pooler.connect(Map.of("prepareThreshold", "1"))) {
            // In autocommit pgjdbc heals this by itself, with a second try.
            connection.setAutoCommit(false);
            PreparedStatement statement = connection.prepareStatement("select ?::int");
            statement.setInt(1, 1);
            statement.executeQuery().close();
            assertThatThrownBy(() -> {
                        connection.commit();
                        statement.executeQuery().close();
                    })
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("26000"));
        }
        try (TransactionPooler pooler = pooler().poolSize(1).start();
                Connection first = pooler.connect(Map.of("prepareThreshold", "1"));
                Connection second = pooler.connect(Map.of("prepareThreshold", "1"))) {
            List<String> states = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                for (Connection connection : List.of(first, second)) {
                    try (PreparedStatement statement = connection.prepareStatement("select " + i)) {
                        statement.executeQuery().close();
                    } catch (SQLException e) {
                        states.add(e.getSQLState());
                    }
                }
            }
            assertThat(states).contains("42P05");
        }
    }

    @Test
    void carriesUnnamedStatements() throws SQLException {
        try (TransactionPooler pooler = pooler().poolSize(2).start();
                Connection connection = unnamed(pooler);
                PreparedStatement statement = connection.prepareStatement("select ?::int + 1")) {
            for (int i = 0; i < 20; i++) {
                statement.setInt(1, i);
                try (ResultSet rows = statement.executeQuery()) {
                    rows.next();
                    assertThat(rows.getInt(1)).isEqualTo(i + 1);
                }
            }
            assertThat(pooler.counters().namedParses()).isZero();
        }
    }

    @Test
    void servesAHundredClients() throws Exception {
        try (TransactionPooler pooler = pooler().poolSize(8).start()) {
            execute(postgres.connect(), "create table if not exists tally (client int, step int)");
            ExecutorService threads = Executors.newFixedThreadPool(100);
            List<Future<Integer>> results = new ArrayList<>();
            for (int client = 0; client < 100; client++) {
                int number = client;
                results.add(threads.submit(() -> work(pooler, number)));
            }
            for (Future<Integer> result : results) {
                assertThat(result.get()).isEqualTo(20);
            }
            threads.shutdown();
            try (Connection connection = postgres.connect()) {
                assertThat(query(connection, "select count(*) from tally")).isEqualTo("2000");
            }
            assertThat(pooler.counters().sameBackendAgain()).isZero();
            assertThat(pooler.backendPids()).hasSizeLessThanOrEqualTo(9);
        }
    }

    private static int work(TransactionPooler pooler, int client) throws SQLException {
        int done = 0;
        try (Connection connection = unnamed(pooler);
                PreparedStatement insert = connection.prepareStatement("insert into tally values (?, ?)")) {
            connection.setAutoCommit(false);
            int last = 0;
            for (int step = 0; step < 20; step++) {
                int pid = pid(connection);
                assertThat(pid).isNotEqualTo(last);
                last = pid;
                insert.setInt(1, client);
                insert.setInt(2, step);
                done += insert.executeUpdate();
                assertThat(pid(connection)).isEqualTo(pid);
                connection.commit();
            }
        }
        return done;
    }

    @Test
    void leaksWhatASessionSets() throws SQLException {
        try (TransactionPooler pooler = pooler().poolSize(1).start();
                Connection first = unnamed(pooler);
                Connection second = unnamed(pooler)) {
            execute(first, "set statement_timeout = '77s'");
            List<String> seen =
                    List.of(query(second, "show statement_timeout"), query(second, "show statement_timeout"));
            assertThat(seen).contains("77s");
        }
    }

    @Test
    void carriesTrackedSettingsAlong() throws SQLException {
        try (TransactionPooler pooler = pooler().poolSize(2).start();
                Connection first = unnamed(pooler);
                Connection second = unnamed(pooler)) {
            execute(first, "set timezone = 'Asia/Tokyo'");
            execute(first, "set application_name = 'it''s'");
            for (int i = 0; i < 4; i++) {
                assertThat(query(first, "show timezone")).isEqualTo("Asia/Tokyo");
                assertThat(query(first, "show application_name")).isEqualTo("it's");
                assertThat(query(second, "show timezone")).isEqualTo("Europe/Berlin");
            }
        }
    }

    @Test
    void replaysASettingOnlyWhereItDiffers() throws SQLException {
        try (TransactionPooler pooler = TransactionPooler.pgBouncer126(postgres.url())
                        .poolSize(2)
                        .start();
                Connection connection = unnamed(pooler)) {
            for (int i = 0; i < 4; i++) {
                query(connection, "select 1");
            }
            PoolerCounters before = pooler.counters();
            for (int i = 0; i < 4; i++) {
                query(connection, "select 1");
            }
            PoolerCounters after = pooler.counters();
            assertThat(after.backendSwitches() - before.backendSwitches()).isEqualTo(4);
            assertThat(after.bytesToServer() - before.bytesToServer())
                    .isEqualTo(after.bytesFromClients() - before.bytesFromClients());
        }
    }

    @Test
    void refusesAnUnknownStartupParameter() {
        try (TransactionPooler pooler = pooler().start()) {
            assertThatThrownBy(() -> pooler.connect(Map.of("currentSchema", "a")))
                    .isInstanceOfSatisfying(SQLException.class, e -> {
                        assertThat(e.getSQLState()).isEqualTo("08P01");
                        assertThat(e.getMessage()).contains("unsupported startup parameter: search_path");
                    });
        }
    }

    @Test
    void refusesAWrongPassword() {
        try (TransactionPooler pooler = pooler().start()) {
            assertThatThrownBy(() -> DriverManager.getConnection(
                            "jdbc:postgresql://127.0.0.1:" + pooler.port() + "/postgres", "postgres", "wrong"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("SASL authentication failed");
        }
    }

    @Test
    void letsAClientWaitForABackendAndGiveUp() throws SQLException {
        try (TransactionPooler pooler = pooler().poolSize(1)
                        .checkoutTimeout(Duration.ofMillis(200))
                        .start();
                Connection holder = unnamed(pooler);
                Connection connection = unnamed(pooler)) {
            holder.setAutoCommit(false);
            pid(holder);
            assertThatThrownBy(() -> pid(connection))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("query_wait_timeout");
            assertThat(pid(holder)).isPositive();
        }
    }

    @Test
    void passesCancelRequestsOn() throws SQLException {
        try (TransactionPooler pooler = pooler().poolSize(2).start();
                Connection connection = unnamed(pooler);
                Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(1);
            assertThatThrownBy(() -> statement.execute("select pg_sleep(60)"))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("57014"));
            assertThat(query(connection, "select 1")).isEqualTo("1");
        }
    }

    @Test
    void closesTheBackendOfAClientThatDiesInATransaction() throws Exception {
        try (TransactionPooler pooler = pooler().poolSize(1).trustClients().start()) {
            execute(postgres.connect(), "create table if not exists victim (id int)");
            int pid;
            try (Wire wire = Wire.open(pooler)) {
                wire.send(Wire.query("begin; insert into victim values (1); select pg_backend_pid()"));
                pid = Integer.parseInt(wire.until('D').get(3).substring(2));
            }
            try (Connection connection = unnamed(pooler)) {
                assertThat(pid(connection)).isNotEqualTo(pid);
                assertThat(query(connection, "select count(*) from victim")).isEqualTo("0");
            }
        }
    }

    @Test
    void saysThatTheServerCannotBeReached() throws Exception {
        int port;
        try (PostgresLab gone = PostgresLab.start()) {
            port = gone.port();
        }
        try (TransactionPooler pooler = TransactionPooler.builder("postgresql://u:p@127.0.0.1:" + port + "/d")
                .start()) {
            assertThatThrownBy(pooler::connect)
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("server login has been failing");
        }
    }
}
