package com.scrapersky.session.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.DatabaseSession;
import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.PoolerProfile;
import com.scrapersky.session.Result;
import com.scrapersky.session.Row;
import com.scrapersky.session.SessionContext;
import com.scrapersky.session.SessionContext.Isolation;
import com.scrapersky.session.testkit.HandOver;
import com.scrapersky.session.testkit.MayLeak;
import com.scrapersky.session.testkit.PoolerLab;
import com.scrapersky.session.testkit.RoundTrips;
import com.scrapersky.session.testkit.TransactionPooler;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a context costs, counted at the wire, directly and in front of each pooler. What it leaves: {@link SessionContextTest}. */
@MayLeak(
        "a counting pooler in front of a real one has that one's clients for backends, so LeakWatch's look at them tells nothing")
class ContextRoundTripsTest {

    /**
     * Where the wire is counted: at a pooler of the testkit that plays that part, or stands in front of a real one, whose backends
     * are then looked at.
     */
    enum Wire {
        DIRECT(
                PoolerProfile::direct,
                () -> TransactionPooler.pgBouncer126(Route.postgres().url())),
        REAL_PGBOUNCER_1_18(
                PoolerProfile::pgBouncerTransaction,
                () -> TransactionPooler.pgBouncer118(
                        Route.PGBOUNCER_1_18.endpoint().url()),
                Route.PGBOUNCER_1_18),
        REAL_PGBOUNCER_1_26(
                PoolerProfile::pgBouncerTransaction,
                () -> TransactionPooler.pgBouncer126(
                        Route.PGBOUNCER_1_26.endpoint().url()),
                Route.PGBOUNCER_1_26),
        LIKE_PGBOUNCER_1_18(
                PoolerProfile::pgBouncerTransaction,
                () -> TransactionPooler.pgBouncer118(Route.postgres().url())),
        LIKE_PGBOUNCER_1_26(
                PoolerProfile::pgBouncerTransaction,
                () -> TransactionPooler.pgBouncer126(Route.postgres().url())),
        LIKE_SUPAVISOR(
                PoolerProfile::supavisorTransaction,
                () -> TransactionPooler.supavisor(Route.postgres().url()));

        private final Supplier<PoolerProfile> profile;
        private final Supplier<TransactionPooler.Builder> pooler;
        private final @Nullable Route real;

        Wire(Supplier<PoolerProfile> profile, Supplier<TransactionPooler.Builder> pooler) {
            this(profile, pooler, null);
        }

        Wire(Supplier<PoolerProfile> profile, Supplier<TransactionPooler.Builder> pooler, @Nullable Route real) {
            this.profile = profile;
            this.pooler = pooler;
            this.real = real;
        }

        /** Of two, each counted one would be where the one before it was; a real pooler has more behind these. */
        int backends() {
            return real == null ? 3 : 2;
        }

        PoolerLab backendsOf(TransactionPooler started) {
            return real == null ? started : real.pooler();
        }
    }

    private static final SessionContext ANN = SessionContext.builder()
            .role("trip_role")
            .claims(Map.of("sub", "ann"))
            .build();

    private static final SessionContext STRICT = SessionContext.builder()
            .role("trip_role")
            .claims(Map.of("sub", "ann"))
            .isolation(Isolation.SERIALIZABLE)
            .readOnly(true)
            .build();

    /** With the backend that says so. */
    private static final String WHO = "select current_user || (current_setting('request.jwt.claims')::jsonb ->> 'sub')"
            + " || ' on ' || pg_backend_pid()";

    private final Set<String> backends = new HashSet<>();

    private void assertAnn(String answer) {
        String[] told = answer.split(" on ", 2);
        assertThat(told[0]).isEqualTo("trip_roleann");
        backends.add(told[1]);
    }

    @BeforeAll
    static void role() {
        leaveNothing();
        Route.postgres()
                .execute(
                        "create role trip_role",
                        "alter role trip_role set statement_timeout = '30s'",
                        "create table context_trips (id int, note text)",
                        "grant all on context_trips to trip_role");
    }

    @AfterAll
    static void leaveNothing() {
        Route.postgres().execute("drop table if exists context_trips", "drop role if exists trip_role");
    }

    private interface Trips {
        long of(RoundTrips.Work<Exception> work) throws Exception;
    }

    private interface Program {
        void run(DatabaseSessionFactory sessions, Trips trips) throws Exception;
    }

    private void on(Wire wire, Program program) throws Exception {
        try (TransactionPooler pooler = wire.pooler
                        .get()
                        .poolSize(wire.backends())
                        .handOver(HandOver.LONGEST_IDLE)
                        .start();
                DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(pooler.url())
                        .pooler(wire.profile.get())
                        .maximumPoolSize(1)
                        .roles("trip_role")
                        .build()) {
            OtherBackends.during(
                    wire.backendsOf(pooler),
                    sessions,
                    () -> program.run(sessions, work -> {
                        // HikariCP asks a connection that was idle for 500 ms whether it is alive.
                        sessions.sql("select 'awake'").row();
                        return RoundTrips.of(pooler, work);
                    }));
        }
        if (!backends.isEmpty()) {
            assertThat(backends).hasSizeGreaterThan(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStatementTakesOneAndATransactionOneMoreThanItsStatements(Wire wire) throws Exception {
        on(wire, (sessions, trips) -> {
            for (SessionContext context : List.of(ANN, STRICT)) {
                DatabaseSessionFactory ann = sessions.withContext(context);
                for (int again = 0; again < 7; again++) {
                    assertThat(trips.of(() -> assertAnn(ann.sql(WHO).single(String.class))))
                            .isEqualTo(1);
                }
                for (int n : new int[] {1, 2, 5}) {
                    assertThat(trips.of(() -> ann.write(session -> ask(session, n))))
                            .isEqualTo(n + 1);
                    assertThat(trips.of(() -> ann.read(session -> ask(session, n))))
                            .isEqualTo(n + 1);
                }
                assertThat(trips.of(() -> ann.write(session -> null))).isZero();
                assertThat(trips.of(() -> {
                            try (Stream<Row> rows =
                                    ann.sql("select n from generate_series(1, 1000) n").pageSize(250).stream()) {
                                assertThat(rows).hasSize(1000);
                            }
                        }))
                        .isEqualTo(4 + 1 + 1);
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void aBatchFindsTheContextInItsFlush(Wire wire) throws Exception {
        on(wire, (sessions, trips) -> {
            DatabaseSessionFactory ann = sessions.withContext(ANN);
            String insert = "insert into context_trips values (:id, current_user)";
            List<Map<String, Integer>> sets = List.of(Map.of("id", 1), Map.of("id", 2), Map.of("id", 3));
            assertThat(trips.of(() -> ann.sql(insert).batch(sets)))
                    .as("BEGIN with the context, the batch, COMMIT")
                    .isEqualTo(1);
            assertThat(trips.of(() -> ann.write(session -> session.sql(insert).batch(sets))))
                    .isEqualTo(1 + 1);
            assertThat(trips.of(() -> jdbcBatch(ann)))
                    .as("BEGIN with the context, the driver's batch, COMMIT")
                    .isEqualTo(3);
            assertThat(trips.of(() -> ann.write(session -> {
                        session.sql("select 1").row();
                        return session.sql(insert).batch(sets);
                    })))
                    .as("behind another statement it adds none")
                    .isEqualTo(3);
        });
    }

    @ParameterizedTest
    @EnumSource
    void aPipelineAndABatchTakeOne(Wire wire) throws Exception {
        on(wire, (sessions, trips) -> {
            DatabaseSessionFactory strict = sessions.withContext(STRICT);
            assertThat(trips.of(() -> {
                        Result<String> isolation = strict.pipeline(pipeline -> {
                            pipeline.sql(WHO).single(String.class);
                            return pipeline.sql("select current_setting('transaction_isolation')"
                                            + " || current_setting('transaction_read_only')")
                                    .single(String.class);
                        });
                        assertThat(isolation.get()).isEqualTo("serializableon");
                    }))
                    .isEqualTo(1);
            DatabaseSessionFactory ann = sessions.withContext(ANN);
            for (int again = 0; again < 7; again++) {
                assertThat(trips.of(() -> {
                            Result<String> who = ann.pipeline(pipeline -> {
                                pipeline.sql("insert into context_trips values (:id, :note)")
                                        .batch(List.of(Map.of("id", 1, "note", "a"), Map.of("id", 2, "note", "b")));
                                return pipeline.sql(WHO).single(String.class);
                            });
                            assertAnn(who.get());
                        }))
                        .isEqualTo(1);
            }
            assertThat(trips.of(() -> ann.write(session ->
                            session.pipeline(pipeline -> pipeline.sql(WHO).single(String.class)))))
                    .isEqualTo(1 + 1);
            // The table belongs to the login, who would be allowed without the context's role.
            assertThatThrownBy(() -> ann.pipeline(pipeline -> pipeline.sql("alter table context_trips add column x int")
                            .update()))
                    .hasMessageContaining("must be owner");
        });
    }

    private int ask(DatabaseSession session, int times) {
        for (int i = 0; i < times; i++) {
            assertAnn(session.sql(WHO + " where :i < 100").param("i", i).single(String.class));
        }
        return times;
    }

    @ParameterizedTest
    @EnumSource
    void jdbcCostsTheSame(Wire wire) throws Exception {
        on(wire, (sessions, trips) -> {
            for (SessionContext context : List.of(ANN, STRICT)) {
                var dataSource = sessions.withContext(context).dataSource();
                assertThat(trips.of(() -> {
                            try (Connection connection = dataSource.getConnection()) {
                                prepared(connection);
                            }
                        }))
                        .isEqualTo(1);
                assertThat(trips.of(() -> {
                            try (Connection connection = dataSource.getConnection()) {
                                plain(connection);
                            }
                        }))
                        .isEqualTo(1);
                assertThat(trips.of(() -> {
                            try (Connection connection = dataSource.getConnection()) {
                                connection.setAutoCommit(false);
                                prepared(connection);
                                plain(connection);
                                prepared(connection);
                                connection.commit();
                            }
                        }))
                        .isEqualTo(3 + 1);
            }
        });
    }

    private void prepared(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(WHO + " where ? < 7")) {
            statement.setInt(1, 5);
            try (var row = statement.executeQuery()) {
                assertThat(row.next()).isTrue();
                assertAnn(row.getString(1));
            }
        }
    }

    private void plain(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                var row = statement.executeQuery(WHO)) {
            assertThat(row.next()).isTrue();
            assertAnn(row.getString(1));
        }
    }

    private static int jdbcBatch(DatabaseSessionFactory sessions) throws SQLException {
        try (Connection connection = sessions.dataSource().getConnection();
                PreparedStatement insert =
                        connection.prepareStatement("insert into context_trips values (?, current_user)")) {
            for (int id = 0; id < 3; id++) {
                insert.setInt(1, id);
                insert.addBatch();
            }
            return insert.executeBatch().length;
        }
    }
}
