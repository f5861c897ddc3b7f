package com.scrapersky.session.functional;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.DatabaseSession;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.PoolerProfile;
import com.scrapersky.session.RawSql;
import com.scrapersky.session.Row;
import com.scrapersky.session.testkit.HandOver;
import com.scrapersky.session.testkit.RoundTrips;
import com.scrapersky.session.testkit.TransactionPooler;
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
    void aBatchTakesOneForEach256Statements() {
        String insert = "insert into trips values (:id, :note)";
        assertThat(trips(() -> sessions.sql(insert).batch(sets(255)))).isEqualTo(1);
        assertThat(trips(() -> sessions.sql(insert).batch(sets(1000)))).isEqualTo(4 + 1);
        assertThat(trips(() -> sessions.write(session -> session.sql(insert).batch(sets(255)))))
                .isEqualTo(1 + 1);
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
