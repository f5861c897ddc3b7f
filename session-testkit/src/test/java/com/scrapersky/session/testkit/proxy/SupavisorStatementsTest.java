package com.scrapersky.session.testkit.proxy;

import static com.scrapersky.session.testkit.proxy.Jdbc.execute;
import static com.scrapersky.session.testkit.proxy.Jdbc.query;
import static com.scrapersky.session.testkit.proxy.Jdbc.unnamed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.testkit.TransactionPooler;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

/** Facts seen on a running Supavisor that a client can see, one test each: named statements switched off, which is the default; and traffic in general. */
class SupavisorStatementsTest extends SupavisorFixture {

    @Test
    void namedStatementsFailWithTheDriversDefaults() throws SQLException {
        List<String> states = new ArrayList<>();
        try (Connection first = pooler.connect(Map.of("prepareThreshold", "1"));
                Connection second = pooler.connect(Map.of("prepareThreshold", "1"))) {
            for (int i = 0; i < 20; i++) {
                for (Connection connection : List.of(first, second)) {
                    try (PreparedStatement statement =
                            connection.prepareStatement(i % 2 == 0 ? "select ?::int" : "select 'a' || ?::text")) {
                        statement.setObject(1, i);
                        statement.executeQuery().close();
                    } catch (SQLException e) {
                        states.add(String.valueOf(e.getSQLState()));
                    }
                }
            }
        }
        assertThat(states).isNotEmpty().isSubsetOf("42P05", "26000", "08P01", "22P02", "22021");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void programsWithoutNamedStatementsHaveNoTrouble(boolean autocommit) throws SQLException {
        try (Connection connection = unnamed(pooler);
                PreparedStatement statement = connection.prepareStatement("select ?::int")) {
            connection.setAutoCommit(autocommit);
            for (int i = 0; i < 40; i++) {
                statement.setInt(1, i);
                try (ResultSet rows = statement.executeQuery()) {
                    rows.next();
                    assertThat(rows.getInt(1)).isEqualTo(i);
                }
                if (!autocommit) {
                    connection.commit();
                }
            }
        }
    }

    @Test
    void anUnnamedStatementLivesForOneBatchOnly() throws Exception {
        try (TransactionPooler trusting = supavisor().trustClients().start();
                Wire wire = Wire.open(trusting)) {
            wire.send(Wire.parse("", "select 1"), Wire.bind("", ""), Wire.execute(), Wire.sync());
            assertThat(wire.untilReady()).contains("D:1", "Z:I");
            wire.send(Wire.parse("", "select 2"), Wire.sync());
            assertThat(wire.untilReady()).containsExactly("1", "Z:I");
            wire.send(Wire.bind("", ""), Wire.execute(), Wire.sync());
            assertThat(wire.untilReady()).doesNotContain("D:2");
        }
    }

    @Test
    void statementsCanBeCancelled() throws SQLException {
        try (Connection connection = unnamed(pooler);
                Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(1);
            assertThatThrownBy(() -> statement.execute("select pg_sleep(60)"))
                    .satisfies(e -> assertState(e, "57014", ""));
            assertThat(query(connection, "select 1")).isEqualTo("1");
        }
    }

    @Test
    void statementsCanBeCancelledByAnotherThread() throws Exception {
        try (Connection connection = unnamed(pooler);
                Connection admin = postgres.connect();
                Statement statement = connection.createStatement()) {
            CompletableFuture<String> state = CompletableFuture.supplyAsync(() -> {
                try {
                    statement.execute("select pg_sleep(60)");
                    return "slept";
                } catch (SQLException e) {
                    return String.valueOf(e.getSQLState());
                }
            });
            while (!query(
                            admin,
                            "select count(*) from pg_stat_activity where query = 'select pg_sleep(60)'"
                                    + " and state = 'active'")
                    .equals("1")) {
                Thread.onSpinWait();
            }
            statement.cancel();
            assertThat(state.get()).isEqualTo("57014");
            assertThat(query(connection, "select 1")).isEqualTo("1");
        }
    }

    /** Eight connections of 40 statements each, as it was measured. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void eightProgramsWithoutNamedStatementsHaveNoTroubleEither(boolean autocommit) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<Integer>> programs = new ArrayList<>();
            for (int program = 0; program < 8; program++) {
                programs.add(threads.submit(() -> {
                    int right = 0;
                    try (Connection connection = unnamed(pooler);
                            PreparedStatement statement = connection.prepareStatement("select ?::int")) {
                        connection.setAutoCommit(autocommit);
                        for (int i = 0; i < 40; i++) {
                            statement.setInt(1, i);
                            try (ResultSet rows = statement.executeQuery()) {
                                rows.next();
                                right += rows.getInt(1) == i ? 1 : 0;
                            }
                            if (!autocommit) {
                                connection.commit();
                            }
                        }
                    }
                    return right;
                }));
            }
            int right = 0;
            for (Future<Integer> program : programs) {
                right += program.get();
            }
            assertThat(right).isEqualTo(320);
            assertThat(pooler.counters().backendSwitches()).isGreaterThan(300);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void notificationsNeverArrive() throws SQLException {
        try (Connection listener = unnamed(pooler);
                Connection sender = unnamed(pooler)) {
            execute(listener, "listen news");
            for (int i = 0; i < 6; i++) {
                execute(sender, "notify news");
                query(listener, "select 1");
            }
            assertThat(listener.unwrap(PGConnection.class).getNotifications()).isEmpty();
        }
    }

    @Test
    void trafficIsLostBehindASyncThatComesFirst() throws Exception {
        try (TransactionPooler trusting = supavisor().trustClients().start();
                Wire wire = Wire.open(trusting)) {
            wire.send(Wire.sync(), Wire.query("select 'lost'"));
            assertThat(wire.untilReady()).containsExactly("Z:I");
            wire.send(Wire.query("select 'kept'"));
            assertThat(wire.untilReady()).contains("D:kept");
        }
    }

    @Test
    void aFetchSizeWorksWithoutNamedStatements() throws SQLException {
        try (Connection connection = unnamed(pooler)) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.setFetchSize(10);
                int count = 0;
                try (ResultSet rows = statement.executeQuery("select * from generate_series(1, 95)")) {
                    while (rows.next()) {
                        count++;
                    }
                }
                assertThat(count).isEqualTo(95);
            }
        }
    }
}
