package com.scrapersky.session.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.scrapersky.session.DatabaseSession;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.DatabaseUrl;
import com.scrapersky.session.ErrorClass;
import com.scrapersky.session.RetryPolicy;
import com.scrapersky.session.SessionContext;
import com.scrapersky.session.TransactionOutcomeUnknownException;
import com.scrapersky.session.TransactionRolledBackException;
import com.scrapersky.session.functional.Route;
import com.scrapersky.session.testkit.PostgresEndpoint;
import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.RoundTrips;
import com.scrapersky.session.testkit.TransactionPooler;
import com.scrapersky.session.testkit.reliability.FaultyNetwork;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What became of a COMMIT without an answer is found out, and said rightly, on every way to the server. */
class LostCommitTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    @BeforeEach
    void table() {
        Route.postgres().execute("drop table if exists lost_commit", "create table lost_commit (id int)");
    }

    private static DatabaseSessionFactory open(PostgresEndpoint endpoint, int port) {
        return open(endpoint, port, 2);
    }

    private static DatabaseSessionFactory open(PostgresEndpoint endpoint, int port, int connections) {
        return DatabaseSessionFactory.builder(
                        DatabaseUrl.parse("postgresql://127.0.0.1:" + port + "/" + endpoint.database())
                                .withUser(endpoint.user())
                                .withPassword(endpoint.password()))
                .maximumPoolSize(connections)
                .commitCheck(LIMIT)
                .build();
    }

    private static int insert(DatabaseSession session) {
        return session.sql("insert into lost_commit values (1)").update();
    }

    private static long rows(PostgresLab postgres) throws SQLException {
        try (Connection connection = postgres.connect();
                Statement statement = connection.createStatement();
                var row = statement.executeQuery("select count(*) from lost_commit")) {
            row.next();
            return row.getLong(1);
        }
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void whatWasCommittedReturnsItsResult(Route route) throws Exception {
        try (FaultyNetwork network = new FaultyNetwork(route.endpoint().port());
                DatabaseSessionFactory sessions = open(route.endpoint(), network.port())) {
            network.cutAfterCommit();
            int changed = sessions.write(LostCommitTest::insert);
            assertThat(network.hasCut()).isTrue();
            assertThat(changed).isEqualTo(1);
            assertThat(rows(Route.postgres())).isEqualTo(1);

            network.cutAfterCommit();
            DatabaseSession session = sessions.openSession();
            insert(session);
            session.commit();
            assertThat(network.hasCut()).isTrue();
            assertThat(rows(Route.postgres())).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void whatWasRolledBackIsSaidToBe(Route route) throws Exception {
        try (FaultyNetwork network = new FaultyNetwork(route.endpoint().port());
                DatabaseSessionFactory sessions = open(route.endpoint(), network.port())) {
            network.cutBeforeCommit();
            var rolledBack = catchThrowableOfType(
                    TransactionRolledBackException.class, () -> sessions.write(LostCommitTest::insert));
            assertThat(network.hasCut()).isTrue();
            assertThat(rolledBack.errorClass()).isEqualTo(ErrorClass.ROLLED_BACK);
            assertThat(rolledBack.isRetryable()).isTrue();
            assertThat(rolledBack).hasMessageContaining("asked afterwards");
            assertThat(rows(Route.postgres())).isZero();

            AtomicInteger runs = new AtomicInteger();
            network.cutBeforeCommit();
            sessions.repeatable().write(session -> {
                runs.incrementAndGet();
                return insert(session);
            });
            assertThat(runs).hasValue(2);
            assertThat(rows(Route.postgres())).isEqualTo(1);
        }
    }

    /** Whatever comes first in a transaction, it is asked for its number. */
    @ParameterizedTest
    @EnumSource(
            value = Route.class,
            names = {"DIRECT", "PGBOUNCER_1_26", "LIKE_SUPAVISOR"})
    void whateverTheFirstStatementIs(Route route) throws Exception {
        try (FaultyNetwork network = new FaultyNetwork(route.endpoint().port());
                DatabaseSessionFactory sessions = open(route.endpoint(), network.port())) {
            assertFound(
                    network,
                    () -> sessions.write(
                            session -> session.pipeline(pipeline -> pipeline.sql("insert into lost_commit values (:id)")
                                            .param("id", 1)
                                            .update())
                                    .get()));
            assertFound(
                    network,
                    () -> sessions.write(session -> session.sql("insert into lost_commit values (:id)")
                            .batch(List.of(Map.of("id", 1), Map.of("id", 2)))));
            assertFound(
                    network,
                    () -> sessions.write(session -> session.sql("insert into lost_commit values (1) returning id")
                            .row()));
            assertFound(network, () -> sessions.write(session -> session.savepoint(LostCommitTest::insert)));
            assertFound(
                    network,
                    () -> sessions.write(session ->
                            session.copy("copy lost_commit from stdin").from(new StringReader("1\n"))));
            assertFound(
                    network,
                    () -> sessions.write(session -> {
                        try (Statement statement = session.connection().createStatement()) {
                            return statement.executeUpdate("insert into lost_commit values (1)");
                        } catch (SQLException failed) {
                            throw new IllegalStateException(failed);
                        }
                    }));
            assertFound(
                    network,
                    () -> sessions.write(session -> {
                        session.sql("set local lock_timeout = '1s'").update();
                        session.sql("lock table lost_commit").update();
                        return insert(session);
                    }));
            assertFound(
                    network,
                    () -> sessions.withContext(SessionContext.builder()
                                    .setting("app.tenant", "a")
                                    .build())
                            .write(LostCommitTest::insert));
        }
    }

    private static void assertFound(FaultyNetwork network, Callable<?> work) throws Exception {
        long before = rows(Route.postgres());
        network.cutAfterCommit();
        work.call();
        assertThat(network.hasCut()).isTrue();
        assertThat(rows(Route.postgres())).isGreaterThan(before);
    }

    @Test
    void itCostsNoRoundTrip() throws Exception {
        try (TransactionPooler pooler = TransactionPooler.pgBouncer126(
                                Route.postgres().url())
                        .handOver(com.scrapersky.session.testkit.HandOver.LONGEST_IDLE)
                        .start();
                // A second one would log in meanwhile, and be counted.
                DatabaseSessionFactory sessions = open(pooler, pooler.port(), 1)) {
            sessions.write(LostCommitTest::insert);
            assertThat(RoundTrips.of(() -> sessions.write(LostCommitTest::insert)))
                    .isEqualTo(2);
            assertThat(RoundTrips.of(() -> sessions.write(session -> insert(session) + insert(session))))
                    .isEqualTo(3);
            assertThat(RoundTrips.of(() -> sessions.write(session -> session.pipeline(pipeline -> {
                        pipeline.sql("insert into lost_commit values (1)").update();
                        return pipeline.sql("insert into lost_commit values (2)")
                                .update();
                    }))))
                    .isEqualTo(2);
        }
    }

    /** COMMIT itself takes its time here, and the server process is ended in it. */
    @Test
    void theBackendIsKilledInCommitBeforeItCommits() throws Exception {
        PostgresLab postgres = Route.postgres();
        postgres.execute(
                "create or replace function lost_commit_wait() returns trigger language plpgsql as"
                        + " 'begin perform pg_sleep(60); return null; end'",
                "create constraint trigger slow after insert on lost_commit deferrable initially deferred for each row"
                        + " execute function lost_commit_wait()");
        try (DatabaseSessionFactory sessions = open(postgres, postgres.port())) {
            var written = CompletableFuture.supplyAsync(() -> catchThrowableOfType(
                    TransactionRolledBackException.class, () -> sessions.write(LostCommitTest::insert)));
            kill(postgres, "wait_event = 'PgSleep'");
            assertThat(written.join().isRetryable()).isTrue();
            assertThat(rows(postgres)).isZero();
        }
    }

    /** The server has committed, and waits for a standby that never comes. */
    @Test
    void theServerIsKilledInCommitAfterItCommitted() throws Exception {
        try (PostgresLab postgres = PostgresLab.builder()
                .setting("synchronous_standby_names", "nobody")
                .setting("fsync", "on")
                .setting("synchronous_commit", "on")
                .start()) {
            postgres.execute("set synchronous_commit = local", "create table lost_commit (id int)");
            try (DatabaseSessionFactory sessions = open(postgres, postgres.port())) {
                var ended = CompletableFuture.supplyAsync(() -> sessions.write(LostCommitTest::insert));
                kill(postgres, "wait_event = 'SyncRep'");
                assertThat(ended.join()).isEqualTo(1);
                assertThat(rows(postgres)).isEqualTo(1);

                var crashed = CompletableFuture.supplyAsync(() -> catchThrowableOfType(
                        TransactionOutcomeUnknownException.class, () -> sessions.write(LostCommitTest::insert)));
                await(postgres, "wait_event = 'SyncRep'");
                postgres.crash();
                postgres.restart();
                // It is there, but the number alone does not prove it after a crash.
                assertThat(crashed.join()).hasMessageContaining("restarted or replaced");
                assertThat(rows(postgres)).isEqualTo(2);
            }
        }
    }

    /** A crash takes along what was not committed, and that is certain. */
    @Test
    void theServerCrashesBeforeItCommits() throws Exception {
        try (PostgresLab postgres = PostgresLab.builder()
                .setting("fsync", "on")
                .setting("synchronous_commit", "on")
                .start()) {
            postgres.execute("create table lost_commit (id int)");
            try (FaultyNetwork network = new FaultyNetwork(postgres.port());
                    DatabaseSessionFactory sessions = open(postgres, network.port())) {
                DatabaseSession session = sessions.openSession();
                insert(session);
                postgres.crash();
                network.cutBeforeCommit();
                var restarted = CompletableFuture.runAsync(postgres::restart);
                var rolledBack = catchThrowableOfType(TransactionRolledBackException.class, session::commit);
                restarted.join();
                assertThat(rolledBack.isRetryable()).isTrue();
                assertThat(rows(postgres)).isZero();
            }
        }
    }

    @Test
    void withoutTheCheckNothingIsAsked() throws Exception {
        try (FaultyNetwork network = new FaultyNetwork(Route.DIRECT.endpoint().port());
                DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(Route.DIRECT
                                .endpoint()
                                .url()
                                .replace(":" + Route.DIRECT.endpoint().port(), ":" + network.port()))
                        .retry(RetryPolicy.none())
                        .build()) {
            network.cutAfterCommit();
            catchThrowableOfType(
                    TransactionOutcomeUnknownException.class, () -> sessions.write(LostCommitTest::insert));
            assertThat(network.hasCut()).isTrue();
        }
    }

    private static void kill(PostgresLab postgres, String which) throws SQLException {
        int pid = await(postgres, which);
        postgres.execute("select pg_terminate_backend(" + pid + ")");
    }

    private static int await(PostgresLab postgres, String which) throws SQLException {
        try (Connection connection = postgres.connect();
                Statement statement = connection.createStatement()) {
            for (int attempt = 0; attempt < 2000; attempt++) {
                try (var row =
                        statement.executeQuery("select pid from pg_stat_activity, pg_sleep(0.01) where " + which)) {
                    if (row.next()) {
                        return row.getInt(1);
                    }
                }
            }
        }
        throw new AssertionError("nobody waits so: " + which);
    }
}
