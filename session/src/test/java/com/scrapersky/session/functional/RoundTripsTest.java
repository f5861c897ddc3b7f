package com.scrapersky.session.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.DatabaseSession;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.Pipeline;
import com.scrapersky.session.PoolerProfile;
import com.scrapersky.session.RawSql;
import com.scrapersky.session.Result;
import com.scrapersky.session.Row;
import com.scrapersky.session.testkit.HandOver;
import com.scrapersky.session.testkit.MayKeepBackend;
import com.scrapersky.session.testkit.MustChangeBackend;
import com.scrapersky.session.testkit.RoundTrips;
import com.scrapersky.session.testkit.TransactionPooler;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The costs that the documentation promises, counted at the wire. */
@MustChangeBackend
class RoundTripsTest {

    private static TransactionPooler pooler;
    private static DatabaseSessionFactory sessions;

    @BeforeAll
    static void start() {
        Route.postgres()
                .execute(
                        "drop table if exists trips",
                        "create table trips (id int, note text)",
                        "drop type if exists mood_of_trip",
                        "create type mood_of_trip as enum ('fine')");
        pooler = TransactionPooler.pgBouncer118(Route.postgres().url())
                .poolSize(2)
                // So that all its backends can be held and looked at.
                .handOver(HandOver.LONGEST_IDLE)
                .start();
        sessions =
                DatabaseSessionFactory.builder(pooler.url()).maximumPoolSize(1).build();
    }

    @AfterAll
    static void stop() {
        sessions.close();
        pooler.close();
    }

    private interface Work {
        void run();
    }

    /** HikariCP asks a connection that was idle for 500 ms whether it is alive: that is not what is counted here. */
    private static long trips(Work work) {
        sessions.sql("select 'awake'").row();
        return RoundTrips.of(pooler, work::run);
    }

    @Test
    void aStatementTakesOne() {
        assertThat(trips(() -> sessions.sql("select :n::int").param("n", 1).row()))
                .isEqualTo(1);
        assertThat(trips(() -> sessions.sql(
                                "select 'fine'::mood_of_trip, array['fine'::mood_of_trip], (1, 2), '10.0.0.1'::inet")
                        .batch(List.of())))
                .isZero();
        assertThat(trips(() -> sessions.sql(
                                "select 'fine'::mood_of_trip m, array['fine'::mood_of_trip] a, (1, 2) c, '10.0.0.1'::inet i")
                        .rows()))
                .as("types that the driver does not know are not asked for")
                .isEqualTo(1);
        assertThat(trips(() -> sessions.sql("select n, repeat('x', 1000) from generate_series(1, 2000) n")
                        .rows()))
                .isEqualTo(1);
        assertThat(trips(() -> sessions.sql("insert into trips values (:id, :note)")
                        .param("id", 1)
                        .param("note", null)
                        .update()))
                .isEqualTo(1);
        assertThat(trips(() -> RawSql.executeRawSqlOne(sessions, "select n from generate_series(1, 10) n", Map.of())))
                .isEqualTo(1);
        assertThat(trips(() -> sessions.sql("select 1; select 2").rows())).isEqualTo(1);
    }

    @Test
    void aBatchOfAThousandTakesOne() {
        String insert = "insert into trips values (:id, :note)";
        for (int sets : new int[] {1, 2, 255, 256, 1000}) {
            assertThat(trips(() -> sessions.sql(insert).batch(sets(sets))))
                    .as("BEGIN, %s sets and COMMIT", sets)
                    .isEqualTo(1);
            assertThat(trips(() -> sessions.write(session -> session.sql(insert).batch(sets(sets)))))
                    .isEqualTo(1 + 1);
        }
        assertThat(trips(() -> sessions.sql("update trips set note = :note where id = :id")
                        .batch(sets(1000))))
                .isEqualTo(1);
        assertThat(trips(() -> sessions.sql(insert).batch(sets(10_000))))
                .as("one for a thousand sets and the 64,000 bytes behind them")
                .isBetween(5L, 9L);
    }

    @Test
    void aPipelineTakesOne() {
        for (int n : new int[] {1, 2, 5, 300}) {
            assertThat(trips(() -> sessions.pipeline(pipeline -> select(pipeline, n))))
                    .isEqualTo(1);
            assertThat(trips(() -> sessions.write(session -> session.pipeline(pipeline -> select(pipeline, n)))))
                    .isEqualTo(1 + 1);
        }
        assertThat(trips(() -> sessions.pipeline().execute())).isZero();
        assertThat(trips(() -> sessions.pipeline(pipeline -> {
                    pipeline.sql("insert into trips values (:id, :note)").batch(sets(1000));
                    return select(pipeline, 5);
                })))
                .isEqualTo(1);
        String big = "x".repeat(70_000);
        assertThat(trips(() -> sessions.pipeline(pipeline -> {
                    pipeline.sql("insert into trips values (1, :note)")
                            .param("note", big)
                            .update();
                    pipeline.sql("insert into trips values (2, :note)")
                            .param("note", big)
                            .update();
                    return pipeline.sql("select * from trips").rows();
                })))
                .as("nothing that returns rows stands in front of the big values")
                .isEqualTo(1);
        assertThat(trips(() -> sessions.pipeline(pipeline -> {
                    pipeline.sql("select * from trips").rows();
                    return pipeline.sql("insert into trips values (1, :note)")
                            .param("note", big)
                            .update();
                })))
                .as("more than the buffers may hold, behind rows that nobody reads yet")
                .isEqualTo(2);
        assertThat(trips(() -> assertThatThrownBy(() -> sessions.pipeline(
                                pipeline -> pipeline.sql("select 1 / 0").row()))
                        .hasMessageContaining("division by zero")))
                .as("the error, with whose Sync the transaction is over")
                .isEqualTo(1);
        assertThat(trips(() -> assertThatThrownBy(() -> sessions.pipeline(pipeline -> {
                            pipeline.sql("set local lock_timeout = 100").update();
                            return pipeline.sql("select 1 / 0").row();
                        }))
                        .hasMessageContaining("division by zero")))
                .as("what a transaction was begun for: the error, and ROLLBACK")
                .isEqualTo(2);
    }

    private static Result<Row> select(Pipeline pipeline, int times) {
        Result<Row> last = pipeline.sql("select 0").row();
        for (int i = 1; i < times; i++) {
            last = pipeline.sql("select :i::int, :t")
                    .param("i", i)
                    .param("t", "text")
                    .row();
        }
        return last;
    }

    /** Why BEGIN stands in front of each: the driver sends a Sync of its own, and what was in front of it is committed. */
    @Test
    void byItselfTheDriverBreaksALongText() throws Exception {
        sessions.sql("delete from trips").update();
        String text = "insert into trips values (1, null);".repeat(300) + "select 1 / 0";
        try (Connection connection = DriverManager.getConnection(pooler.jdbcUrl() + "&prepareThreshold=0");
                Statement statement = connection.createStatement()) {
            assertThat(RoundTrips.of(
                            pooler,
                            () -> assertThatThrownBy(() -> statement.execute(text))
                                    .hasMessageContaining("division by zero")))
                    .isEqualTo(2);
        }
        assertThat(sessions.sql("select count(*) from trips").single(Long.class))
                .isEqualTo(255);
    }

    @Test
    void aCopyTakesThreeAndTheCommit() {
        sessions.sql("delete from trips").update();
        assertThat(trips(() -> sessions.write(session ->
                        session.copy("copy trips (id, note) from stdin").from(sets(5000)))))
                .isEqualTo(3 + 1);
        assertThat(trips(() -> sessions.write(session -> {
                    session.sql("select 1").row();
                    return session.copy("copy trips to stdout").forEachRow(row -> {});
                })))
                .as("BEGIN travels with the statement before; all rows come with the answer to the start")
                .isEqualTo(1 + 1 + 1);
    }

    private static List<Map<String, Object>> sets(int count) {
        return IntStream.range(0, count)
                .mapToObj(id -> Map.<String, Object>of("id", id, "note", "n" + id))
                .toList();
    }

    @Test
    void aTransactionOfNStatementsTakesNPlusOne() {
        for (int n : new int[] {1, 2, 5}) {
            assertThat(trips(() -> sessions.write(session -> select(session, n))))
                    .isEqualTo(n + 1);
            assertThat(trips(() -> sessions.read(session -> select(session, n))))
                    .isEqualTo(n + 1);
        }
        assertThat(trips(() -> sessions.write(session -> null))).isZero();
        assertThat(trips(() -> sessions.write(session -> session.savepoint(inner -> select(inner, 1)))))
                .isEqualTo(1 + 2 + 1);
    }

    private static int select(DatabaseSession session, int times) {
        for (int i = 0; i < times; i++) {
            session.sql("select :i::int").param("i", i).row();
        }
        return times;
    }

    @Test
    void aStreamTakesOneForEachPage() {
        assertThat(trips(() -> {
                    try (Stream<Row> rows =
                            sessions.sql("select n from generate_series(1, 1000) n").pageSize(250).stream()) {
                        assertThat(rows).hasSize(1000);
                    }
                }))
                .as("four full pages, the empty one that ends them, the commit")
                .isEqualTo(4 + 1 + 1);
    }

    @Test
    void hikariAddsNoneAfterARest() {
        sessions.sql("select 'awake'").row();
        // What is waited for is the time itself: HikariCP's bound is 500 ms since the connection was given back.
        CompletableFuture.runAsync(() -> {}, CompletableFuture.delayedExecutor(600, TimeUnit.MILLISECONDS))
                .join();
        assertThat(RoundTrips.of(pooler, () -> sessions.sql("select 1").row())).isEqualTo(1);
    }

    @Test
    @MayKeepBackend("the look at the catalogue is its only transaction")
    void buildingTakesThreeAndTheCatalogueOne() {
        assertThat(RoundTrips.of(
                        pooler,
                        () -> DatabaseSessionFactory.builder(pooler.url())
                                .pooler(PoolerProfile.pgBouncerTransaction())
                                .maximumPoolSize(1)
                                .build()
                                .close()))
                .as("startup, two steps of SCRAM, and a look at the database's functions and triggers")
                .isEqualTo(3 + 1);
    }
}
