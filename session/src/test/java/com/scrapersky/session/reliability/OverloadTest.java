package com.scrapersky.session.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.scrapersky.session.ConnectionException;
import com.scrapersky.session.DatabaseException;
import com.scrapersky.session.DatabaseSession;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.ErrorClass;
import com.scrapersky.session.PoolerProfile.Parameter;
import com.scrapersky.session.SessionContext;
import com.scrapersky.session.StatementCancelledException;
import com.scrapersky.session.functional.Route;
import com.scrapersky.session.testkit.Backends;
import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PgBouncerVersion;
import com.scrapersky.session.testkit.reliability.FaultyNetwork;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** Too much to do: what waits, waits for a bounded time; what is given up, is given up at the server, too. */
@Tag("once")
class OverloadTest {

    @Test
    void aCallerTooManyIsRefusedAtOnce() throws Exception {
        try (DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(
                        Route.PGBOUNCER_1_26.endpoint().url())
                .maximumPoolSize(1)
                .maximumWaiting(2)
                .connectionTimeout(Duration.ofMinutes(1))
                .build()) {
            HikariPoolMXBean pool =
                    sessions.dataSource().unwrap(HikariDataSource.class).getHikariPoolMXBean();
            List<CompletableFuture<Integer>> waiting = new ArrayList<>();
            try (DatabaseSession holder = sessions.openSession()) {
                holder.sql("select 1").row();
                for (int i = 0; i < 2; i++) {
                    waiting.add(CompletableFuture.supplyAsync(
                            () -> sessions.sql("select 1").single(Integer.class)));
                }
                while (pool.getThreadsAwaitingConnection() < 2) {
                    Thread.onSpinWait();
                }
                var shed = catchThrowableOfType(
                        ConnectionException.class,
                        () -> sessions.repeatable()
                                .write(session -> session.sql("select 1").row()));
                assertThat(shed.errorClass()).isEqualTo(ErrorClass.WAIT);
                assertThat(shed.retryAfter()).contains(Duration.ofSeconds(1));
                assertThat(shed.neverSent()).isTrue();
                assertThat(shed.isRetryable()).isTrue();
                assertThat(shed).hasMessageContaining("maximumWaiting").hasMessageContaining("1 are in use");
                assertThat(catchThrowable(() -> sessions.dataSource().getConnection()))
                        .isInstanceOf(SQLTransientConnectionException.class);
                assertThat(sessions.retries()).as("shed, and not repeated").isEmpty();
                assertThat(waiting).noneMatch(CompletableFuture::isDone);
            }
            assertThat(waiting).allSatisfy(served -> assertThat(served.get()).isEqualTo(1));
        }
    }

    @Test
    void whoWaitsIsToldAfterTheDeadlineWhenToComeBack() {
        try (DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(
                        Route.PGBOUNCER_1_26.endpoint().url())
                .maximumPoolSize(1)
                .connectionTimeout(Duration.ofMillis(300))
                .build()) {
            assertThat(parameter(sessions, "connectionTimeout")).isEqualTo("300");
            try (DatabaseSession holder = sessions.openSession()) {
                holder.sql("select 1").row();
                var late = catchThrowableOfType(
                        ConnectionException.class,
                        () -> sessions.sql("select 1").row());
                assertThat(late.errorClass()).isEqualTo(ErrorClass.WAIT);
                assertThat(late.retryAfter()).isPresent();
                assertThat(sessions.retries()).isEmpty();
            }
        }
        try (DatabaseSessionFactory sessions = Route.PGBOUNCER_1_26.open()) {
            assertThat(Duration.ofMillis(Long.parseLong(parameter(sessions, "connectionTimeout"))))
                    .as("the default, beside the 60 s of Supavisor and the 120 s of PgBouncer")
                    .isEqualTo(Duration.ofSeconds(10));
        }
    }

    private static String parameter(DatabaseSessionFactory sessions, String name) {
        return sessions.profile().parameters().stream()
                .filter(parameter -> parameter.name().equals(name))
                .map(Parameter::value)
                .findFirst()
                .orElseThrow();
    }

    /** The pooler lets eight clients in; a pool of thirty makes do with what it got, and stops asking. */
    @ParameterizedTest
    @EnumSource
    void thePoolDoesNotGrowPastWhatThePoolerGives(PgBouncerVersion version) throws Exception {
        try (PgBouncerLab pooler = PgBouncerLab.builder(Route.postgres())
                        .version(version)
                        .poolSize(2)
                        .setting("max_client_conn", "8")
                        .start();
                FaultyNetwork network = new FaultyNetwork(pooler.port());
                DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(
                                pooler.url().replace(":" + pooler.port(), ":" + network.port()))
                        .maximumPoolSize(30)
                        .connectionTimeout(Duration.ofSeconds(60))
                        .build()) {
            HikariDataSource pool = sessions.dataSource().unwrap(HikariDataSource.class);
            load(sessions, () -> pool.getMaximumPoolSize() < 30);
            int total = pool.getHikariPoolMXBean().getTotalConnections();
            assertThat(pool.getMaximumPoolSize()).isEqualTo(total).isBetween(1, 8);
            int asked = network.connections();
            load(sessions, () -> true);
            assertThat(network.connections())
                    .as("logins that were tried when it was known that there is no room")
                    .isLessThanOrEqualTo(asked + 1);
        }
    }

    /** Forty callers at once, again and again until {@code done}. */
    private static void load(DatabaseSessionFactory sessions, java.util.function.BooleanSupplier done)
            throws Exception {
        ExecutorService callers = Executors.newFixedThreadPool(40);
        try {
            do {
                List<Future<Integer>> answers = new ArrayList<>();
                for (int i = 0; i < 80; i++) {
                    answers.add(callers.submit(
                            () -> sessions.sql("select 1 from pg_sleep(0.01)").single(Integer.class)));
                }
                for (Future<Integer> answer : answers) {
                    assertThat(answer.get()).isEqualTo(1);
                }
            } while (!done.getAsBoolean());
        } finally {
            callers.shutdownNow();
        }
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void aStatementTimeoutEndsTheQueryAtTheServer(Route route) throws Exception {
        try (DatabaseSessionFactory sessions = route.open()) {
            DatabaseSessionFactory hasty = sessions.withContext(SessionContext.builder()
                    .statementTimeout(Duration.ofMillis(300))
                    .build());
            var late = catchThrowableOfType(
                    StatementCancelledException.class,
                    () -> hasty.sql("select pg_sleep(61)").row());
            assertThat(late.sqlState()).contains("57014");
            assertNothingRuns("pg_sleep(61)");
            assertThat(sessions.sql("select current_setting('statement_timeout')")
                            .single(String.class))
                    .as("it held for its transaction only")
                    .isEqualTo("0");
        }
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void aClientThatGivesUpLeavesNoQueryRunning(Route route) throws Exception {
        try (DatabaseSessionFactory sessions = route.open()) {
            assertThat(catchThrowable(() -> sessions.sql("select pg_sleep(62)")
                            .timeout(Duration.ofMillis(300))
                            .row()))
                    .isInstanceOf(StatementCancelledException.class);
            assertNothingRuns("pg_sleep(62)");

            try (Connection connection = sessions.dataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                var running = CompletableFuture.supplyAsync(
                        () -> catchThrowable(() -> statement.execute("select pg_sleep(63)")));
                await("pg_sleep(63)", true);
                connection.abort(Runnable::run);
                assertThat(running.get()).isInstanceOf(SQLException.class);
            }
            await("pg_sleep(63)", false);
        }
        String separator = route.endpoint().url().contains("?") ? "&" : "?";
        try (DatabaseSessionFactory sessions =
                DatabaseSessionFactory.open(route.endpoint().url() + separator + "socketTimeout=2")) {
            assertThat(parameter(sessions, "queryTimeout")).isEqualTo("1");
            assertThat(catchThrowable(() -> sessions.sql("select pg_sleep(64)").row()))
                    .isInstanceOf(StatementCancelledException.class);
            assertNothingRuns("pg_sleep(64)");
        }
    }

    /**
     * The pooler has no backend to give; the caller goes after its own time, and not after the pooler's. Behind all of them at
     * once: a cancelled statement has five seconds for its end.
     */
    @Test
    void aStatementThatWaitsForABackendCanBeGivenUp() {
        List<Route> routes = Arrays.stream(Route.values())
                .filter(route -> route != Route.DIRECT)
                .toList();
        routes.forEach(Route::pooler);
        ExecutorService callers = Executors.newFixedThreadPool(routes.size());
        try {
            Map<Route, Future<Void>> given = new EnumMap<>(Route.class);
            routes.forEach(route -> given.put(route, callers.submit(() -> isGivenUp(route))));
            assertThat(given).allSatisfy((route, call) -> assertThat(call).succeedsWithin(Duration.ofMinutes(1)));
        } finally {
            callers.shutdownNow();
        }
    }

    private static @Nullable Void isGivenUp(Route route) throws Exception {
        try (DatabaseSessionFactory sessions = route.open();
                Backends backends = Backends.of(route.pooler())) {
            sessions.sql("select 1").row();
            backends.whileAllHeld(() -> {
                Throwable late = catchThrowable(() ->
                        sessions.sql("select 1").timeout(Duration.ofMillis(500)).row());
                assertThat(late).isInstanceOf(DatabaseException.class);
            });
            assertThat(sessions.sql("select 1").single(Integer.class)).isEqualTo(1);
        }
        return null;
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void aTransactionThatWaitsForItsClientEnds(Route route) throws Exception {
        try (DatabaseSessionFactory sessions = route.open()) {
            DatabaseSessionFactory bounded = sessions.withContext(SessionContext.builder()
                    .idleInTransactionTimeout(Duration.ofMillis(200))
                    .build());
            try (DatabaseSession session = bounded.openSession()) {
                int pid = session.sql("select pg_backend_pid()").single(Integer.class);
                awaitEnd(pid);
                var ended = catchThrowableOfType(DatabaseException.class, session::commit);
                assertThat(ended.errorClass()).isIn(ErrorClass.ROLLED_BACK, ErrorClass.OUTCOME_UNKNOWN);
            }
            assertThat(bounded.sql("select 1").single(Integer.class)).isEqualTo(1);
        }
    }

    @Test
    void whoHoldsAConnectionTooLongIsNamed() throws Exception {
        BlockingQueue<ILoggingEvent> told = new LinkedBlockingQueue<>();
        var appender = new AppenderBase<ILoggingEvent>() {
            @Override
            protected void append(ILoggingEvent event) {
                told.add(event);
            }
        };
        appender.start();
        Logger logger = (Logger) LoggerFactory.getLogger("com.zaxxer.hikari.pool.ProxyLeakTask");
        logger.addAppender(appender);
        try (DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(
                        Route.DIRECT.endpoint().url())
                .leakDetection(Duration.ofSeconds(2))
                .build()) {
            try (DatabaseSession forgotten = sessions.openSession()) {
                ILoggingEvent event = told.poll(60, TimeUnit.SECONDS);
                assertThat(event).isNotNull();
                assertThat(event.getFormattedMessage())
                        .contains(Thread.currentThread().getName());
                assertThat(event.getThrowableProxy().getStackTraceElementProxyArray())
                        .extracting(frame -> frame.getStackTraceElement().getMethodName())
                        .contains("whoHoldsAConnectionTooLongIsNamed");
            }
        } finally {
            logger.detachAppender(appender);
        }
    }

    private static void assertNothingRuns(String text) throws SQLException {
        await(text, false);
    }

    private static void await(String text, boolean running) throws SQLException {
        awaitTrue(
                "select " + (running ? "" : "not ") + "exists (select from pg_stat_activity where state = 'active' and"
                        + " position('" + text + "' in query) > 0 and pid <> pg_backend_pid())");
    }

    private static void awaitEnd(int pid) throws SQLException {
        awaitTrue("select not exists (select from pg_stat_activity where pid = " + pid + ")");
    }

    private static void awaitTrue(String question) throws SQLException {
        try (Connection connection = Route.postgres().connect();
                Statement statement = connection.createStatement()) {
            for (int attempt = 0; attempt < 1000; attempt++) {
                try (var row = statement.executeQuery(question + ", pg_sleep(0.01)")) {
                    row.next();
                    if (row.getBoolean(1)) {
                        return;
                    }
                }
            }
        }
        throw new AssertionError(question);
    }
}
