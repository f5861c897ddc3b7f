package com.scrapersky.session.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;

/** Runs a test class under {@link LeakWatch} in an engine of its own, and looks at what became of its tests. */
class LeakWatchTest {

    private static final Map<String, String> QUIET = Map.of("prepareThreshold", "0", "assumeMinServerVersion", "12");

    private static PostgresLab postgres;

    @BeforeAll
    static void start() {
        postgres = PostgresLab.start();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @ExtendWith(LeakWatch.class)
    @TestMethodOrder(MethodOrderer.MethodName.class)
    static final class Watched {

        private static final List<PgBouncerLab> REAL = new ArrayList<>();
        private static final List<Long> TRANSACTIONS = new ArrayList<>();
        private static TransactionPooler unused;

        @BeforeAll
        static void start() {
            REAL.add(PgBouncerLab.builder(postgres)
                    .version(PgBouncerVersion.V1_18)
                    .poolSize(2)
                    .start());
            unused = hostile();
        }

        @AfterAll
        static void stop() {
            REAL.forEach(PgBouncerLab::close);
            REAL.clear();
            unused.close();
        }

        @Test
        void aSetsSomething() throws SQLException {
            execute(REAL.get(0), "set work_mem = '9MB'");
            TRANSACTIONS.add(unused.counters().transactions());
        }

        /** The same backends, and the leak of the test before is not told again. */
        @Test
        void bLeavesNothing() throws SQLException {
            execute(REAL.get(0), "select 1");
            TRANSACTIONS.add(unused.counters().transactions());
        }

        @Test
        @MayLeak("to see that it passes")
        void cMaySetSomething() throws SQLException {
            execute(REAL.get(0), "set work_mem = '8MB'");
        }

        @Test
        void dMeetsNothingOfIt() throws SQLException {
            execute(REAL.get(0), "select 1");
        }

        @Test
        void eSetsSomethingWhereThePoolerIsClosedInTime() throws SQLException {
            try (TransactionPooler own = hostile()) {
                execute(own, "select set_config('work_mem', '7MB', false)");
            }
        }

        @Test
        void fUsesWhatCannotBeHeld() throws SQLException {
            try (TransactionPooler own =
                    TransactionPooler.pgBouncer118(postgres.url()).start()) {
                execute(own, "select 1");
            }
        }

        /** With a lab of its own, and a probe. */
        @PoolerTest(poolers = Pooler.HOSTILE_PGBOUNCER_1_18, mustNotLeak = false, mustChangeBackend = false)
        void gHasAProbeOfItsOwn(PoolerLab pooler) throws SQLException {
            execute(pooler, "set work_mem = '6MB'");
        }

        private static TransactionPooler hostile() {
            return TransactionPooler.pgBouncer118(postgres.url())
                    .poolSize(2)
                    .handOver(HandOver.LONGEST_IDLE)
                    .start();
        }

        private static void execute(PostgresEndpoint pooler, String sql) throws SQLException {
            try (Connection connection = pooler.connect(QUIET);
                    Statement statement = connection.createStatement()) {
                statement.execute(sql);
            }
        }
    }

    @Test
    void failsTheTestThatLeakedAndNoOther() {
        Map<String, String> failures = new TreeMap<>();
        var tests = EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(Watched.class))
                .execute()
                .testEvents();
        tests.finished().stream()
                .forEach(event -> event.getPayload(TestExecutionResult.class)
                        .flatMap(TestExecutionResult::getThrowable)
                        .ifPresent(thrown ->
                                failures.put(event.getTestDescriptor().getDisplayName(), thrown.getMessage())));
        assertThat(tests.finished().count()).isEqualTo(7);
        assertThat(failures)
                .containsOnlyKeys(
                        "aSetsSomething()", "eSetsSomethingWhereThePoolerIsClosedInTime()", "fUsesWhatCannotBeHeld()");
        assertThat(failures.get("aSetsSomething()"))
                .contains("PgBouncer 1.18", "setting work_mem", "9MB", "set work_mem");
        assertThat(failures.get("eSetsSomethingWhereThePoolerIsClosedInTime()")).contains("7MB");
        assertThat(failures.get("fUsesWhatCannotBeHeld()")).contains("handOver(HandOver.LONGEST_IDLE)");
        assertThat(Watched.TRANSACTIONS).as("at a pooler that nobody used").hasSize(2);
        assertThat(Watched.TRANSACTIONS.get(1)).isEqualTo(Watched.TRANSACTIONS.get(0));
    }
}
