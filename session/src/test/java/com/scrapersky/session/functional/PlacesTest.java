package com.scrapersky.session.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.scrapersky.session.ConnectionException;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.ErrorClass;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** Callers wait for a place in front of the pool: each place is given up, whatever becomes of the connection. */
class PlacesTest {

    private static final int POOL = 3;

    /** Whoever finds no place waits for longer before HikariCP is asked anyway: for a quarter of 30 s. */
    private static final Duration AT_ONCE = Duration.ofSeconds(5);

    private static DatabaseSessionFactory open(Duration connectionTimeout) {
        return DatabaseSessionFactory.builder(Route.PGBOUNCER_1_26.endpoint().url())
                .maximumPoolSize(POOL)
                .connectionTimeout(connectionTimeout)
                .build();
    }

    private static HikariPoolMXBean pool(DatabaseSessionFactory sessions) throws SQLException {
        return sessions.dataSource().unwrap(HikariDataSource.class).getHikariPoolMXBean();
    }

    private static List<Connection> borrowAll(DataSource pool) throws SQLException {
        List<Connection> held = new ArrayList<>();
        for (int i = 0; i < POOL; i++) {
            held.add(pool.getConnection());
        }
        return held;
    }

    private static void closeAll(List<Connection> held) throws SQLException {
        for (Connection connection : held) {
            connection.close();
        }
    }

    @Test
    void everyWayToEndAConnectionGivesItsPlaceUp() throws Exception {
        ExecutorService workers = Executors.newFixedThreadPool(4 * POOL);
        try (DatabaseSessionFactory sessions = open(Duration.ofSeconds(30))) {
            DataSource pool = sessions.dataSource();
            List<Future<?>> done = new ArrayList<>();
            for (int worker = 0; worker < 4 * POOL; worker++) {
                Random random = new Random(worker);
                done.add(workers.submit(() -> {
                    for (int i = 0; i < 60; i++) {
                        useOnce(sessions, pool, random.nextInt(6));
                    }
                    return null;
                }));
            }
            for (Future<?> worker : done) {
                worker.get();
            }
            assertThat(pool(sessions).getActiveConnections()).isZero();
            assertThat(pool(sessions).getThreadsAwaitingConnection()).isZero();
            long began = System.nanoTime();
            closeAll(borrowAll(pool));
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .as("until all connections were had at once: nobody waited for a place that was lost")
                    .isLessThan(AT_ONCE);
        } finally {
            workers.shutdownNow();
        }
    }

    private static void useOnce(DatabaseSessionFactory sessions, DataSource pool, int way) throws SQLException {
        switch (way) {
            case 0 -> assertThat(sessions.sql("select 1").single(Integer.class)).isEqualTo(1);
            case 1 ->
                sessions.write(session -> session.sql("select set_config('app.tenant', 'a', true)")
                        .row());
            case 2 ->
                assertThatThrownBy(() -> sessions.sql("select 1/0").row()).hasMessageContaining("division by zero");
            case 3 -> {
                Connection connection = pool.getConnection();
                connection.close();
                connection.close();
            }
            case 4 -> {
                try (Connection connection = pool.getConnection()) {
                    connection.setAutoCommit(false);
                    connection.abort(Runnable::run);
                }
            }
            default -> {
                try (Connection connection = pool.getConnection();
                        Statement statement = connection.createStatement()) {
                    statement.execute("set app.tenant = 'b'");
                    assertThatThrownBy(() -> statement.execute("select nonsense"))
                            .isInstanceOf(SQLException.class);
                }
            }
        }
    }

    @Test
    void whoWaitsIsCountedAndServed() throws Exception {
        // The common pool may have one thread.
        ExecutorService callers = Executors.newFixedThreadPool(2);
        try (DatabaseSessionFactory sessions = open(Duration.ofSeconds(30))) {
            List<Connection> held = borrowAll(sessions.dataSource());
            List<Future<Integer>> waiting = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                waiting.add(callers.submit(() -> sessions.sql("select 1").single(Integer.class)));
            }
            while (pool(sessions).getThreadsAwaitingConnection() < 2) {
                Thread.onSpinWait();
            }
            assertThat(pool(sessions).getActiveConnections()).isEqualTo(POOL);
            closeAll(held);
            for (Future<Integer> served : waiting) {
                assertThat(served.get()).isEqualTo(1);
            }
            assertThat(pool(sessions).getThreadsAwaitingConnection()).isZero();
        } finally {
            callers.shutdownNow();
        }
    }

    /** Both in front of the pool and within it, for the time that was asked for and no longer. */
    @Test
    void theWaitIsAsLongAsWasAskedForAndSaysSo() throws Exception {
        Duration timeout = Duration.ofSeconds(6);
        try (DatabaseSessionFactory sessions = open(timeout)) {
            List<Connection> held = borrowAll(sessions.dataSource());
            long began = System.nanoTime();
            assertThatThrownBy(() -> sessions.dataSource().getConnection())
                    .isInstanceOf(SQLTransientConnectionException.class)
                    .hasMessageContaining("timed out after 6000ms")
                    .hasMessageContaining("active=3");
            // A quarter of it goes by in front: with the whole of it in HikariCP's queue it would be a quarter more.
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .isGreaterThanOrEqualTo(timeout)
                    .isLessThan(timeout.plus(timeout.dividedBy(4)));
            var late = catchThrowableOfType(
                    ConnectionException.class, () -> sessions.sql("select 1").row());
            assertThat(late.errorClass()).isEqualTo(ErrorClass.WAIT);
            assertThat(late).hasMessageContaining("of 3 in the pool 3 are in use");
            closeAll(held);
            assertThat(sessions.sql("select 1").single(Integer.class)).isEqualTo(1);
        }
    }

    /** HikariCP takes the place of what is broken before whoever has it closes it; a program that never does is served, too. */
    @Test
    void aConnectionThatIsNeverClosedTakesNoPlaceOnceItIsBroken() throws Exception {
        try (DatabaseSessionFactory sessions = open(Duration.ofSeconds(20))) {
            for (Connection connection : borrowAll(sessions.dataSource())) {
                connection.unwrap(org.postgresql.core.BaseConnection.class).abort(Runnable::run);
                assertThatThrownBy(() -> connection.createStatement().execute("select 1"))
                        .isInstanceOf(SQLException.class);
            }
            long began = System.nanoTime();
            assertThat(sessions.sql("select 1").single(Integer.class)).isEqualTo(1);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
        }
    }

    @Test
    void anInterruptedCallerTakesNoPlace() throws Exception {
        try (DatabaseSessionFactory sessions = open(Duration.ofSeconds(30))) {
            List<Connection> held = borrowAll(sessions.dataSource());
            CompletableFuture<Throwable> failure = new CompletableFuture<>();
            Thread waiting = new Thread(() -> {
                try {
                    sessions.dataSource().getConnection().close();
                    failure.complete(null);
                } catch (SQLException | RuntimeException interrupted) {
                    failure.complete(interrupted);
                }
            });
            waiting.start();
            while (pool(sessions).getThreadsAwaitingConnection() < 1) {
                Thread.onSpinWait();
            }
            waiting.interrupt();
            assertThat(failure.get()).isInstanceOf(SQLException.class).hasMessageContaining("Interrupted");
            assertThat(pool(sessions).getThreadsAwaitingConnection()).isZero();
            closeAll(held);
            long began = System.nanoTime();
            closeAll(borrowAll(sessions.dataSource()));
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(AT_ONCE);
        }
    }
}
