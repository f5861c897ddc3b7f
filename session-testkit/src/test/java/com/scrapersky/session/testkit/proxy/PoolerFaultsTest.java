package com.scrapersky.session.testkit.proxy;

import static com.scrapersky.session.testkit.proxy.Jdbc.execute;
import static com.scrapersky.session.testkit.proxy.Jdbc.pid;
import static com.scrapersky.session.testkit.proxy.Jdbc.query;
import static com.scrapersky.session.testkit.proxy.Jdbc.unnamed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.testkit.HandOver;
import com.scrapersky.session.testkit.Manners;
import com.scrapersky.session.testkit.PoolerError;
import com.scrapersky.session.testkit.PoolerFaults;
import com.scrapersky.session.testkit.PoolerFaults.Direction;
import com.scrapersky.session.testkit.PoolerFaults.Fault;
import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.TransactionPooler;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class PoolerFaultsTest {

    private static PostgresLab postgres;
    private TransactionPooler pooler;
    private PoolerFaults faults;

    @BeforeAll
    static void start() {
        postgres = PostgresLab.start();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @BeforeEach
    void open() throws SQLException {
        pooler = TransactionPooler.pgBouncer118(postgres.url()).poolSize(2).start();
        faults = pooler.faults();
        try (Connection connection = postgres.connect()) {
            execute(connection, "drop table if exists entry");
            execute(connection, "create table entry (id int)");
        }
    }

    @AfterEach
    void close() {
        pooler.close();
    }

    private static String entries() throws SQLException {
        try (Connection connection = postgres.connect()) {
            return query(connection, "select count(*) from entry");
        }
    }

    @ParameterizedTest
    @EnumSource(Direction.class)
    void delays(Direction direction) throws SQLException {
        try (Connection connection = unnamed(pooler)) {
            query(connection, "select 1");
            query(connection, "select 1");
            query(connection, "select 1");
            try (Fault slow = faults.delay(direction, Duration.ofMillis(150))) {
                long before = System.nanoTime();
                assertThat(query(connection, "select 1")).isEqualTo("1");
                assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThan(Duration.ofMillis(140));
                assertThat(slow).isNotNull();
            }
            assertThat(query(connection, "select 2")).isEqualTo("2");
        }
    }

    @ParameterizedTest
    @EnumSource(Direction.class)
    void stalls(Direction direction) throws Exception {
        try (Connection connection = unnamed(pooler)) {
            query(connection, "select 1");
            CompletableFuture<String> answer;
            try (Fault stall = faults.stall(direction)) {
                answer = CompletableFuture.supplyAsync(() -> {
                    try {
                        return query(connection, "select 'at last'");
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                });
                assertThatThrownBy(() -> answer.get(200, TimeUnit.MILLISECONDS))
                        .isInstanceOf(java.util.concurrent.TimeoutException.class);
                assertThat(stall).isNotNull();
            }
            assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo("at last");
        }
    }

    @Test
    void cutsExactlyAfterSoManyBytesToTheClient() throws Exception {
        try (TransactionPooler trusting = TransactionPooler.pgBouncer118(postgres.url())
                        .trustClients()
                        .start();
                Wire wire = Wire.open(trusting)) {
            trusting.faults().cutAfter(Direction.TO_CLIENT, 100);
            wire.send(Wire.query("select repeat('x', 10000)"));
            assertThat(wire.readRaw(10_000)).hasSize(100);
        }
    }

    @Test
    void cutsExactlyAfterSoManyBytesToTheServer() throws Exception {
        try (TransactionPooler one = TransactionPooler.pgBouncer118(postgres.url())
                        .trustClients()
                        .poolSize(1)
                        .handOver(HandOver.LAST_RELEASED)
                        .start();
                Wire wire = Wire.open(one)) {
            byte[] insert = Wire.query("insert into entry values (1)");
            // The last byte of the second message stays away, so the server never has it.
            one.faults().cutAfter(Direction.TO_SERVER, 2L * insert.length - 1);
            wire.send(insert);
            assertThat(wire.untilReady()).contains("C:INSERT 0 1");
            wire.send(insert);
            assertThat(wire.untilReady()).containsExactly("E:FATAL:08P01:server conn crashed?", "EOF");
            assertThat(entries()).isEqualTo("1");
        }
    }

    @Test
    void cutsABackendThatLogsIn() {
        try (TransactionPooler fresh =
                TransactionPooler.pgBouncer118(postgres.url()).poolSize(1).start()) {
            faults = fresh.faults();
            faults.cutAfter(Direction.TO_SERVER, 10);
            assertThatThrownBy(fresh::connect)
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("server login has been failing");
        }
    }

    @ParameterizedTest
    @EnumSource(Direction.class)
    void cutsAfterSoManyBytes(Direction direction) throws SQLException {
        try (Connection connection = unnamed(pooler)) {
            query(connection, "select 1");
            try (Fault cut = faults.cutAfter(direction, 1000)) {
                assertThatThrownBy(() -> {
                            for (int i = 0; i < 50; i++) {
                                query(connection, "select repeat('x', 100) /* " + "y".repeat(100) + " */");
                            }
                        })
                        .isInstanceOfSatisfying(
                                SQLException.class,
                                e -> assertThat(e.getSQLState()).startsWith("08"));
                assertThat(cut).isNotNull();
            }
        }
        try (Connection connection = unnamed(pooler)) {
            assertThat(query(connection, "select 1")).isEqualTo("1");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1"})
    void cutsBeforeTheCommit(String prepareThreshold) throws SQLException {
        try (Connection connection = pooler.connect(Map.of("prepareThreshold", prepareThreshold))) {
            connection.setAutoCommit(false);
            execute(connection, "insert into entry values (1)");
            faults.cutBeforeCommit();
            assertThatThrownBy(connection::commit)
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).startsWith("08"));
        }
        assertThat(entries()).isEqualTo("0");
    }

    @Test
    void cutsAfterTheCommit() throws SQLException {
        try (Connection connection = unnamed(pooler)) {
            connection.setAutoCommit(false);
            execute(connection, "insert into entry values (1)");
            faults.cutAfterCommit();
            assertThatThrownBy(connection::commit)
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).startsWith("08"));
        }
        assertThat(entries()).isEqualTo("1");
    }

    @Test
    void cutsAroundAStatement() throws SQLException {
        try (Connection connection = unnamed(pooler)) {
            faults.cutAfter("^insert");
            assertThatThrownBy(() -> execute(connection, "insert into entry values (1)"))
                    .isInstanceOf(SQLException.class);
        }
        assertThat(entries()).isEqualTo("1");
        try (Connection connection = unnamed(pooler)) {
            connection.setAutoCommit(false);
            faults.cutAfter("^insert");
            assertThatThrownBy(() -> execute(connection, "insert into entry values (1)"))
                    .isInstanceOf(SQLException.class);
        }
        assertThat(entries()).isEqualTo("1");
        try (Connection connection = unnamed(pooler)) {
            faults.cutBefore("^insert");
            assertThatThrownBy(() -> execute(connection, "insert into entry values (1)"))
                    .isInstanceOf(SQLException.class);
        }
        assertThat(entries()).isEqualTo("1");
    }

    @ParameterizedTest
    @FieldSource("com.scrapersky.session.testkit.PoolerError#ALL")
    void answersWithEveryKnownError(PoolerError error) throws SQLException {
        boolean fatal = error.severity().equals("FATAL");
        try (Connection connection = unnamed(pooler)) {
            faults.answer(error, "from entry");
            assertThat(query(connection, "select 1")).isEqualTo("1");
            assertThatThrownBy(() -> query(connection, "select count(*) from entry"))
                    .isInstanceOfSatisfying(SQLException.class, e -> {
                        if (error.sqlState().equals("26000")) {
                            // pgjdbc tries again by itself, on the connection that is gone.
                            assertThat(e.getSQLState()).isEqualTo("08003");
                        } else {
                            assertThat(e.getSQLState()).isEqualTo(error.sqlState());
                            assertThat(e.getMessage()).contains(error.text());
                        }
                    });
            assertThat(connection.isValid(1)).isEqualTo(!fatal);
        }
        try (Fault closed = faults.refuseClients(error)) {
            assertThatThrownBy(pooler::connect)
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo(error.sqlState()));
            assertThat(closed).isNotNull();
        }
        unnamed(pooler).close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"extended", "simple"})
    void answersWithAnErrorThatTheConnectionSurvives(String mode) throws SQLException {
        PoolerError conflict = PoolerError.error("40001", "could not serialize access");
        try (Connection connection = pooler.connect(Map.of("prepareThreshold", "0", "preferQueryMode", mode))) {
            faults.answer(conflict);
            assertThatThrownBy(() -> query(connection, "select 1"))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("40001"));
            assertThat(query(connection, "select 1")).isEqualTo("1");
            connection.setAutoCommit(false);
            execute(connection, "insert into entry values (1)");
            faults.answer(conflict, "^update");
            assertThatThrownBy(() -> execute(connection, "update entry set id = 2"))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("40001"));
            assertThatThrownBy(() -> query(connection, "select 1"))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25P02"));
            connection.rollback();
            assertThat(query(connection, "select count(*) from entry")).isEqualTo("0");
            connection.commit();
            int pid = pid(connection);
            connection.commit();
            assertThat(pid(connection)).isNotEqualTo(pid);
        }
    }

    @Test
    void hangsUp() throws SQLException {
        try (Fault closed = faults.refuseClients()) {
            assertThatThrownBy(pooler::connect).isInstanceOf(SQLException.class);
            assertThat(closed).isNotNull();
        }
        unnamed(pooler).close();
    }

    @Test
    void exhaustsThePool() throws SQLException {
        try (TransactionPooler impatient = TransactionPooler.builder(postgres)
                        .preset(Manners.supavisor())
                        // Enough to open a backend on a busy machine, too.
                        .checkoutTimeout(Duration.ofSeconds(1))
                        .start();
                Connection first = unnamed(impatient);
                Connection second = unnamed(impatient)) {
            first.setAutoCommit(false);
            int pid = pid(first);
            try (Fault full = impatient.faults().exhaustPool()) {
                assertThat(pid(first)).isEqualTo(pid);
                assertThatThrownBy(() -> pid(second))
                        .isInstanceOf(SQLException.class)
                        .hasMessageContaining("ECHECKOUTTIMEOUT");
                assertThat(full).isNotNull();
            }
            first.commit();
            assertThat(pid(first)).isPositive();
        }
    }

    @Test
    void killsBackends() throws SQLException {
        try (Connection connection = unnamed(pooler)) {
            connection.setAutoCommit(false);
            faults.killBackend(pid(connection));
            assertThatThrownBy(() -> pid(connection))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("57P01"));
        }
        try (Connection connection = unnamed(pooler)) {
            int pid = pid(connection);
            faults.killBackends();
            assertThat(pid(connection)).isNotEqualTo(pid);
        }
    }

    @Test
    void dropsBackends() throws SQLException {
        try (TransactionPooler supavisor =
                        TransactionPooler.supavisor(postgres.url()).start();
                Connection connection = unnamed(supavisor)) {
            connection.setAutoCommit(false);
            supavisor.faults().dropBackend(pid(connection));
            assertThatThrownBy(() -> pid(connection))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("(EDBHANDLEREXITED) DbHandler exited. Check logs for more information");
        }
    }

    @Test
    void drainsAndRestarts() throws SQLException {
        try (Connection idle = unnamed(pooler);
                Connection busy = unnamed(pooler)) {
            busy.setAutoCommit(false);
            pid(busy);
            faults.drain();
            for (Connection connection : List.of(idle, busy)) {
                assertThatThrownBy(() -> pid(connection))
                        .isInstanceOfSatisfying(
                                SQLException.class,
                                e -> assertThat(e.getSQLState()).isEqualTo("57P01"));
            }
        }
        try (Connection connection = unnamed(pooler)) {
            List<Integer> before = pooler.backendPids();
            faults.restart();
            assertThatThrownBy(() -> pid(connection))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).startsWith("08"));
            try (Connection fresh = unnamed(pooler)) {
                assertThat(before).doesNotContain(pid(fresh));
            }
        }
    }

    @Test
    void goAwayTogether() throws SQLException {
        try (Connection connection = unnamed(pooler)) {
            faults.answer(PoolerError.error("40001", "never seen"));
            faults.exhaustPool();
            faults.stall(Direction.TO_CLIENT);
            faults.delay(Direction.TO_SERVER, Duration.ofHours(1));
            faults.clear();
            assertThat(query(connection, "select 1")).isEqualTo("1");
        }
    }
}
