package com.scrapersky.session.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.scrapersky.session.DatabaseSession;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.SessionContext;
import com.scrapersky.session.StatementException;
import com.scrapersky.session.testkit.HandOver;
import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PostgresEndpoint;
import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.RoundTrips;
import com.scrapersky.session.testkit.TransactionPooler;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Reads that may go to a standby, by two real servers with streaming replication. */
@Tag("once")
class ReplicaTest {

    private enum Way {
        DIRECT,
        PGBOUNCER;

        PostgresEndpoint to(PostgresLab postgres) {
            return this == DIRECT ? postgres : postgres == primary ? primaryPooler : standbyPooler;
        }
    }

    private static PostgresLab primary;
    private static PostgresLab standby;
    private static PgBouncerLab primaryPooler;
    private static PgBouncerLab standbyPooler;

    @BeforeAll
    static void start() {
        primary = PostgresLab.builder().setting("synchronous_commit", "on").start();
        standby = primary.standby();
        primaryPooler = PgBouncerLab.builder(primary).start();
        standbyPooler = PgBouncerLab.builder(standby)
                .setting("server_login_retry", "0.5")
                .start();
    }

    @AfterAll
    static void stop() {
        standbyPooler.close();
        primaryPooler.close();
        standby.close();
        primary.close();
    }

    @BeforeEach
    void table() {
        primary.execute("drop table if exists replica_test", "create table replica_test (id int)");
        standby.awaitCaughtUp(primary);
    }

    @AfterEach
    void follow() {
        if (!standby.isRunning()) {
            standby.restart();
        }
        standby.execute("select pg_wal_replay_resume()");
    }

    private static DatabaseSessionFactory.Builder builder(Way way) {
        return DatabaseSessionFactory.builder(way.to(primary).url())
                .readUrl(way.to(standby).url())
                .maximumPoolSize(2)
                .replicaWait(Duration.ofMillis(50));
    }

    private static boolean isStandby(DatabaseSession session) {
        return session.sql("select pg_is_in_recovery()").single(Boolean.class);
    }

    private static boolean readsFromStandby(DatabaseSessionFactory sessions) {
        return sessions.read(ReplicaTest::isStandby);
    }

    private static int insert(DatabaseSession session) {
        return session.sql("insert into replica_test values (1)").update();
    }

    private static long count(DatabaseSession session) {
        return session.sql("select count(*) from replica_test").single(Long.class);
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - deadline).isNegative();
            Thread.onSpinWait();
        }
    }

    @ParameterizedTest
    @EnumSource
    void onlyWhatSaysThatItReadsGoesThere(Way way) {
        try (DatabaseSessionFactory sessions = builder(way).build()) {
            assertThat(readsFromStandby(sessions)).isTrue();
            assertThat(sessions.write(ReplicaTest::isStandby)).isFalse();
            assertThat(sessions.sql("select pg_is_in_recovery()").single(Boolean.class))
                    .isFalse();
            try (DatabaseSession session = sessions.openSession()) {
                assertThat(isStandby(session)).isFalse();
            }
            // Of the statement outside a session nobody knows what it wrote, until a read has asked.
            assertThat(readsFromStandby(sessions)).isFalse();
            // An idle server may keep what no commit wrote for 15 s (PostgreSQL, LogStandbySnapshot); the next commit
            // takes it along.
            primary.execute("insert into replica_test values (0)");
            await(() -> readsFromStandby(sessions));
            assertThat(sessions.withContext(SessionContext.builder()
                                    .setting("app.tenant", "a")
                                    .build())
                            .<String, RuntimeException>read(session -> isStandby(session)
                                    + session.sql("select current_setting('app.tenant')")
                                            .single(String.class)))
                    .isEqualTo("truea");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatWasWrittenIsFound(Way way) {
        try (DatabaseSessionFactory sessions =
                builder(way).replicaWait(Duration.ofSeconds(30)).build()) {
            int fromStandby = 0;
            for (int i = 1; i <= 100; i++) {
                sessions.write(ReplicaTest::insert);
                long wanted = i;
                fromStandby += sessions.read(session -> {
                    assertThat(count(session)).isEqualTo(wanted);
                    return isStandby(session) ? 1 : 0;
                });
            }
            assertThat(fromStandby)
                    .as("each had to wait for the write before it")
                    .isEqualTo(100);
        }
    }

    /** The standby stands still: who has written reads from the primary, whatever comes first. */
    @ParameterizedTest
    @EnumSource
    void whereTheReplicaIsBehindThePrimaryAnswers(Way way) throws Exception {
        try (DatabaseSessionFactory sessions = builder(way).build()) {
            assertThat(readsFromStandby(sessions)).isTrue();
            standby.execute("select pg_wal_replay_pause()");
            sessions.write(ReplicaTest::insert);
            assertThat(sessions.<Long, RuntimeException>read(ReplicaTest::count))
                    .isEqualTo(1);
            assertThat(readsFromStandby(sessions)).as("left out").isFalse();
            assertThat(sessions.retries()).isEmpty();
            standby.execute("select pg_wal_replay_resume()");
            await(() -> readsFromStandby(sessions));
            assertThat(sessions.<Long, RuntimeException>read(ReplicaTest::count))
                    .isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whateverComesFirst(Way way) throws Exception {
        try (DatabaseSessionFactory sessions = builder(way).build()) {
            List<java.util.function.ToLongFunction<DatabaseSession>> firsts = List.of(
                    session -> {
                        try (var rows = session.sql("select * from replica_test").stream()) {
                            return rows.count();
                        }
                    },
                    session -> session.pipeline(pipeline ->
                                    pipeline.sql("select * from replica_test").rows())
                            .get()
                            .size(),
                    session -> session.savepoint(ReplicaTest::count),
                    session -> session.sql("select 1; select id from replica_test")
                            .rows()
                            .size(),
                    session -> {
                        try (var statement = session.connection().createStatement();
                                var row = statement.executeQuery("select count(*) from replica_test")) {
                            row.next();
                            return row.getLong(1);
                        } catch (java.sql.SQLException failed) {
                            throw new IllegalStateException(failed);
                        }
                    });
            long written = 0;
            for (var first : firsts) {
                await(() -> readsFromStandby(sessions));
                standby.execute("select pg_wal_replay_pause()");
                sessions.write(ReplicaTest::insert);
                written++;
                assertThat(sessions.<Long, RuntimeException>read(first::applyAsLong))
                        .isEqualTo(written);
                standby.execute("select pg_wal_replay_resume()");
            }
        }
    }

    /** Nobody knows where they are, so the next read goes where they certainly are. */
    @Test
    void writesOutsideASessionAreFoundToo() {
        try (DatabaseSessionFactory sessions = builder(Way.DIRECT).build()) {
            standby.execute("select pg_wal_replay_pause()");
            sessions.sql("insert into replica_test values (1)").update();
            assertThat(sessions.<Long, RuntimeException>read(ReplicaTest::count))
                    .isEqualTo(1);
            sessions.pipeline(pipeline ->
                    pipeline.sql("insert into replica_test values (1)").update());
            assertThat(sessions.<Long, RuntimeException>read(ReplicaTest::count))
                    .isEqualTo(2);
            sessions.sql("insert into replica_test values (:id)").batch(List.of(Map.of("id", 3), Map.of("id", 4)));
            assertThat(sessions.<Long, RuntimeException>read(ReplicaTest::count))
                    .isEqualTo(4);
            standby.execute("select pg_wal_replay_resume()");
            await(() -> readsFromStandby(sessions));
            assertThat(sessions.<Long, RuntimeException>read(ReplicaTest::count))
                    .isEqualTo(4);
        }
    }

    @Test
    void aTransactionOfOneSnapshotIsNotReadThere() {
        try (DatabaseSessionFactory sessions = builder(Way.DIRECT).build()) {
            assertThat(readsFromStandby(sessions.withContext(SessionContext.builder()
                            .isolation(SessionContext.Isolation.REPEATABLE_READ)
                            .build())))
                    .isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aReplicaThatIsGoneIsLeftOutAndComesBack(Way way) {
        try (DatabaseSessionFactory sessions = builder(way).build()) {
            assertThat(readsFromStandby(sessions)).isTrue();
            standby.crash();
            for (int i = 0; i < 20; i++) {
                assertThat(readsFromStandby(sessions)).isFalse();
            }
            standby.restart();
            await(() -> readsFromStandby(sessions));
        }
    }

    @Test
    void itNeedNotBeThereAtFirst() {
        standby.stop();
        try (DatabaseSessionFactory sessions = builder(Way.DIRECT).build()) {
            assertThat(readsFromStandby(sessions)).isFalse();
            standby.restart();
            await(() -> readsFromStandby(sessions));
        }
    }

    /** Others write, so no position of the program's own tells. */
    @Test
    void aReplicaThatLagsIsLeftOut() {
        try (DatabaseSessionFactory sessions =
                builder(Way.DIRECT).maximumReplicaLag(Duration.ofSeconds(1)).build()) {
            assertThat(readsFromStandby(sessions)).isTrue();
            standby.execute("select pg_wal_replay_pause()");
            primary.execute("insert into replica_test values (1)");
            await(() -> !readsFromStandby(sessions));
            standby.execute("select pg_wal_replay_resume()");
            await(() -> readsFromStandby(sessions));
        }
    }

    /** What fails for its own reasons fails as ever, and counts against nobody. */
    @Test
    void anErrorOfTheProgramsOwnStaysOne() {
        try (DatabaseSessionFactory sessions = builder(Way.DIRECT).build()) {
            var wrong = catchThrowableOfType(
                    StatementException.class,
                    () -> sessions.read(
                            session -> session.sql("select nonsense").row()));
            assertThat(wrong.sqlState()).contains("42703");
            assertThat(readsFromStandby(sessions)).isTrue();
        }
    }

    @Test
    void neitherTheWaitNorThePositionCostsARoundTrip() throws Exception {
        try (TransactionPooler writes = pooler(primary);
                TransactionPooler reads = pooler(standby);
                DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(writes.url())
                        .readUrl(reads.url())
                        .replicaWait(Duration.ofSeconds(30))
                        .build()) {
            sessions.write(ReplicaTest::insert);
            readsFromStandby(sessions);
            // A look of the thread's own may fall into one of them.
            assertThat(least(() -> sessions.write(ReplicaTest::insert))).isEqualTo(2);
            assertThat(least(() -> {
                        sessions.write(ReplicaTest::insert);
                        assertThat(sessions.<Boolean, RuntimeException>read(ReplicaTest::isStandby))
                                .isTrue();
                    }))
                    .isEqualTo(4);
        }
    }

    private static TransactionPooler pooler(PostgresLab postgres) {
        return TransactionPooler.pgBouncer126(postgres.url())
                .handOver(HandOver.LONGEST_IDLE)
                .start();
    }

    private static long least(Runnable work) throws Exception {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            least = Math.min(least, RoundTrips.of(work::run));
        }
        return least;
    }
}
