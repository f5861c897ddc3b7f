package com.scrapersky.session.errors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.scrapersky.session.ConnectionException;
import com.scrapersky.session.DatabaseException;
import com.scrapersky.session.DatabaseSession;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.ErrorClass;
import com.scrapersky.session.RetryPolicy;
import com.scrapersky.session.SessionContext;
import com.scrapersky.session.SessionUsageException;
import com.scrapersky.session.SessionWork;
import com.scrapersky.session.StatementException;
import com.scrapersky.session.TransactionOutcomeUnknownException;
import com.scrapersky.session.TransactionRolledBackException;
import com.scrapersky.session.functional.Route;
import com.scrapersky.session.testkit.HandOver;
import com.scrapersky.session.testkit.PoolerError;
import com.scrapersky.session.testkit.PoolerFaults;
import com.scrapersky.session.testkit.TransactionPooler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is tried again, what is not, and that nothing is done twice. */
class RetryTest {

    private static final PoolerError BUSY = PoolerError.fatal("08P01", "query_wait_timeout");
    private static final PoolerError SERVER_DOWN =
            PoolerError.fatal("08P01", "server login has been failing, try again later (server_login_retry)");
    private static final PoolerError NOT_SERIALIZABLE =
            PoolerError.error("40001", "could not serialize access due to concurrent update");
    private static final PoolerError LOCKED = PoolerError.error("55P03", "could not obtain lock on relation \"retry\"");

    private static final RetryPolicy QUICK =
            RetryPolicy.standard().withPauses(Duration.ofMillis(1), Duration.ofMillis(10));

    private static TransactionPooler pooler;

    private DatabaseSessionFactory sessions;
    private final List<PoolerFaults.Fault> faults = new ArrayList<>();

    @BeforeAll
    static void start() {
        pooler = TransactionPooler.pgBouncer118(Route.postgres().url())
                .poolSize(2)
                .handOver(HandOver.LONGEST_IDLE)
                .start();
    }

    @AfterAll
    static void stop() {
        assertThat(pooler.counters().backendSwitches())
                .as("attempts on another backend than the one before")
                .isPositive();
        pooler.close();
    }

    @BeforeEach
    void open() {
        Route.postgres()
                .execute(
                        "drop table if exists retry_test",
                        "create table retry_test (id int)",
                        "grant select, insert on retry_test to public");
        sessions = DatabaseSessionFactory.builder(pooler.url())
                .maximumPoolSize(1)
                .retry(QUICK)
                .build();
    }

    @AfterEach
    void close() throws Exception {
        for (PoolerFaults.Fault fault : faults) {
            fault.close();
        }
        sessions.close();
    }

    /** Each strikes once. */
    private void answer(int times, PoolerError error, String statement) {
        for (int i = 0; i < times; i++) {
            faults.add(pooler.faults().answer(error, statement));
        }
    }

    private static int insert(DatabaseSession session) {
        return session.sql("insert into retry_test values (1)").update();
    }

    private static long rows() throws Exception {
        try (var connection = Route.postgres().connect();
                var statement = connection.createStatement();
                var result = statement.executeQuery("select count(*) from retry_test")) {
            result.next();
            return result.getLong(1);
        }
    }

    /** Work that says how often it was run. */
    private static <T> SessionWork<T, RuntimeException> counted(
            AtomicInteger runs, SessionWork<T, RuntimeException> work) {
        return session -> {
            runs.incrementAndGet();
            return work.run(session);
        };
    }

    @Test
    void aStatementThatWasNotExecutedIsExecutedAgain() throws Exception {
        answer(2, BUSY, "insert into retry_test");
        assertThat(sessions.sql("insert into retry_test values (1)").update()).isEqualTo(1);
        assertThat(rows()).isEqualTo(1);
        assertThat(sessions.retries()).isEqualTo(Map.of("08P01", 2L));
    }

    @Test
    void soIsAPipelineAndABatch() throws Exception {
        answer(1, BUSY, "insert into retry_test");
        var inserted = sessions.pipeline(pipeline -> {
            pipeline.sql("insert into retry_test values (1)").update();
            return pipeline.sql("insert into retry_test values (2)").update();
        });
        assertThat(inserted.get()).isEqualTo(1);
        answer(1, BUSY, "insert into retry_test");
        assertThat(sessions.sql("insert into retry_test values (:id)").batch(List.of(Map.of("id", 3), Map.of("id", 4))))
                .containsExactly(1, 1);
        assertThat(rows()).isEqualTo(4);
        assertThat(sessions.retries()).isEqualTo(Map.of("08P01", 2L));
    }

    /** pgjdbc ends a transaction of its own behind some 250 of them. */
    @Test
    void aTextOfSeveralStatementsIsNot() throws Exception {
        answer(1, BUSY, "values \\(999\\)");
        String text = "insert into retry_test values (1); ".repeat(299) + "insert into retry_test values (999)";
        assertThatThrownBy(() -> sessions.sql(text).update()).isInstanceOf(DatabaseException.class);
        assertThat(rows()).isLessThan(300);
        assertThat(sessions.retries()).isEmpty();
    }

    /** PgDog's refusal leaves the connection as it is, in a transaction that has failed. */
    @Test
    void aConnectionThatLivesOnIsGivenBackWithoutItsTransaction() throws Exception {
        answer(1, PoolerError.error("58000", "checkout timeout"), "insert into retry_test");
        AtomicInteger runs = new AtomicInteger();
        sessions.write(counted(runs, RetryTest::insert));
        assertThat(runs).hasValue(1);
        assertThat(rows()).isEqualTo(1);
        assertThat(sessions.sql("select 1").single(Integer.class)).isEqualTo(1);
    }

    @Test
    void theFirstStatementOfASessionGoesOverAnotherConnectionAndItsWorkIsRunOnce() throws Exception {
        answer(2, BUSY, "insert into retry_test");
        AtomicInteger runs = new AtomicInteger();
        assertThat(sessions.write(counted(runs, RetryTest::insert))).isEqualTo(1);
        assertThat(runs).hasValue(1);
        assertThat(rows()).isEqualTo(1);

        answer(1, BUSY, "retry_test");
        long counted = sessions.read(
                session -> session.sql("select count(*) from retry_test").single(Long.class));
        assertThat(counted).isEqualTo(1);
        answer(1, BUSY, "insert into retry_test");
        try (DatabaseSession session = sessions.openSession()) {
            insert(session);
            session.commit();
        }
        assertThat(rows()).isEqualTo(2);
    }

    @Test
    void inTheContextThatItBeganWith() {
        var context = SessionContext.builder().setting("app.tenant", "seven").build();
        answer(1, BUSY, "app.tenant");
        assertThat(sessions.withContext(context)
                        .<String, RuntimeException>read(session -> session.sql("select current_setting('app.tenant')")
                                .single(String.class)))
                .isEqualTo("seven");
        assertThat(sessions.retries()).isEqualTo(Map.of("08P01", 1L));
    }

    @Test
    void whatWasDoneToTheConnectionBeforeIsNotLost() {
        answer(1, BUSY, "insert into retry_test");
        AtomicInteger runs = new AtomicInteger();
        var told = catchThrowableOfType(
                ConnectionException.class,
                () -> sessions.write(counted(runs, session -> {
                    try {
                        session.connection().setSchema("pg_catalog");
                    } catch (java.sql.SQLException impossible) {
                        throw new AssertionError(impossible);
                    }
                    return insert(session);
                })));
        assertThat(told.errorClass()).isEqualTo(ErrorClass.NOT_EXECUTED);
        assertThat(sessions.retries()).isEmpty();
    }

    @Test
    void aLaterStatementOfATransactionIsNot() throws Exception {
        answer(1, BUSY, "insert into retry_test");
        AtomicInteger runs = new AtomicInteger();
        var told = catchThrowableOfType(
                ConnectionException.class,
                () -> sessions.write(counted(runs, session -> {
                    session.sql("select 1").row();
                    return insert(session);
                })));
        assertThat(told.errorClass()).isEqualTo(ErrorClass.ROLLED_BACK);
        assertThat(runs).hasValue(1);
        assertThat(rows()).isZero();
    }

    @Test
    void repeatableWorkIsRunAgainWhereTheServerRolledBack() throws Exception {
        for (PoolerError error : List.of(BUSY, NOT_SERIALIZABLE)) {
            answer(1, error, "select 'second'");
            AtomicInteger runs = new AtomicInteger();
            sessions.repeatable().write(counted(runs, session -> {
                insert(session);
                return session.sql("select 'second'").row();
            }));
            assertThat(runs).as(error.text()).hasValue(2);
        }
        assertThat(rows()).isEqualTo(2);

        answer(1, NOT_SERIALIZABLE, "(?i)^commit");
        AtomicInteger runs = new AtomicInteger();
        sessions.repeatable().write(counted(runs, RetryTest::insert));
        assertThat(runs).as("refused by COMMIT").hasValue(2);
        assertThat(rows()).isEqualTo(3);
        assertThat(sessions.retries()).isEqualTo(Map.of("08P01", 1L, "40001", 2L));
    }

    @Test
    void aBackendKilledBeforeCommitWasSent() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        sessions.repeatable().write(counted(runs, session -> {
            int pid = session.sql("select pg_backend_pid()").single(Integer.class);
            if (runs.get() == 1) {
                Route.postgres().execute("select pg_terminate_backend(" + pid + ")");
            }
            return insert(session);
        }));
        assertThat(runs).hasValue(2);
        assertThat(rows()).isEqualTo(1);
    }

    @Test
    void aCauseCounts() throws Exception {
        answer(1, NOT_SERIALIZABLE, "insert into retry_test");
        AtomicInteger runs = new AtomicInteger();
        sessions.repeatable().write(counted(runs, session -> {
            try {
                return insert(session);
            } catch (DatabaseException failure) {
                throw new IllegalStateException("the transfer failed", failure);
            }
        }));
        assertThat(runs).hasValue(2);
        assertThat(rows()).isEqualTo(1);
    }

    @Test
    void otherWorkIsNotRunAgain() {
        answer(1, NOT_SERIALIZABLE, "insert into retry_test");
        AtomicInteger runs = new AtomicInteger();
        assertThatThrownBy(() -> sessions.write(counted(runs, RetryTest::insert)))
                .isInstanceOf(TransactionRolledBackException.class);
        assertThatThrownBy(() -> sessions.repeatable()
                        .write(counted(
                                runs, session -> session.sql("select 1/0").row())))
                .isInstanceOf(StatementException.class);
        assertThatThrownBy(() -> sessions.repeatable().write(counted(runs, session -> {
                    throw new IllegalStateException("of the program's own");
                })))
                .isInstanceOf(IllegalStateException.class);
        assertThat(runs).hasValue(3);
    }

    @Test
    void aLostAnswerToCommitIsNeverRepeated() throws Exception {
        for (boolean committed : new boolean[] {true, false}) {
            faults.add(
                    committed
                            ? pooler.faults().cutAfterCommit()
                            : pooler.faults().cutBeforeCommit());
            AtomicInteger runs = new AtomicInteger();
            assertThatThrownBy(() -> sessions.repeatable().write(counted(runs, RetryTest::insert)))
                    .isInstanceOf(TransactionOutcomeUnknownException.class);
            assertThat(runs).hasValue(1);
        }
        assertThat(rows()).as("only the first got there").isEqualTo(1);
        faults.add(pooler.faults().cutAfter("insert into retry_test"));
        assertThatThrownBy(
                        () -> sessions.sql("insert into retry_test values (1)").update())
                .isInstanceOfSatisfying(
                        ConnectionException.class,
                        unknown -> assertThat(unknown.errorClass()).isEqualTo(ErrorClass.OUTCOME_UNKNOWN));
        assertThat(rows()).isEqualTo(2);
        assertThat(sessions.retries()).isEmpty();
    }

    @Test
    void aLockThatIsNotToBeHadByChoice() {
        AtomicInteger runs = new AtomicInteger();
        answer(1, LOCKED, "insert into retry_test");
        assertThatThrownBy(() -> sessions.repeatable().write(counted(runs, RetryTest::insert)))
                .isInstanceOf(StatementException.class);
        assertThat(runs).hasValue(1);
        answer(1, LOCKED, "insert into retry_test");
        sessions.withRetry(QUICK.withLockedRepeated(true)).repeatable().write(counted(runs, RetryTest::insert));
        assertThat(runs).hasValue(3);
    }

    @Test
    void endsAtItsLimitsAndTellsAllFailures() throws Exception {
        answer(4, BUSY, "insert into retry_test");
        var told = catchThrowableOfType(
                ConnectionException.class,
                () -> sessions.sql("insert into retry_test values (1)").update());
        assertThat(told.getSuppressed()).hasSize(3).allMatch(ConnectionException.class::isInstance);
        assertThat(sessions.retries()).isEqualTo(Map.of("08P01", 3L));

        answer(1, BUSY, "insert into retry_test");
        var once = catchThrowableOfType(
                ConnectionException.class,
                () -> sessions.withRetry(RetryPolicy.none())
                        .sql("insert into retry_test values (1)")
                        .update());
        assertThat(once.errorClass()).isEqualTo(ErrorClass.NOT_EXECUTED);
        assertThat(once.getSuppressed()).isEmpty();
        assertThat(rows()).isZero();
    }

    @Test
    void aPauseThatIsLongerThanTheDeadlineIsNotBegun() {
        answer(1, SERVER_DOWN, "insert into retry_test");
        long begun = System.nanoTime();
        var told = catchThrowableOfType(
                ConnectionException.class,
                () -> sessions.sql("insert into retry_test values (1)").update());
        assertThat(told.errorClass()).isEqualTo(ErrorClass.WAIT);
        assertThat(told.retryAfter()).hasValue(Duration.ofSeconds(15));
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void pausesAsLongAsItSays() {
        answer(2, BUSY, "select 'paused'");
        var slow =
                sessions.withRetry(RetryPolicy.standard().withPauses(Duration.ofMillis(100), Duration.ofMillis(200)));
        long begun = System.nanoTime();
        slow.sql("select 'paused'").row();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(Duration.ofMillis(200));
    }

    @Test
    void anInterruptEndsIt() {
        answer(1, BUSY, "select 'interrupted'");
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> sessions.withRetry(QUICK.withPauses(Duration.ofSeconds(5), Duration.ofSeconds(5)))
                            .sql("select 'interrupted'")
                            .row())
                    .isInstanceOf(ConnectionException.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertThatThrownBy(() -> QUICK.withAttempts(0)).isInstanceOf(SessionUsageException.class);
        assertThatThrownBy(() -> QUICK.withPauses(Duration.ofSeconds(2), Duration.ofSeconds(1)))
                .isInstanceOf(SessionUsageException.class);
        assertThat(RetryPolicy.none()).hasToString("no retry");
    }
}
