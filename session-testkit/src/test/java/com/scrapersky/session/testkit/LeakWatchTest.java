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
import org.junit.jupiter.api.Nested;
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
        private static Backends outdated;

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

        /** PgBouncer's own order: the same backend again. */
        @Test
        @MustChangeBackend
        void hStaysOnOneBackend() throws SQLException {
            execute(REAL.get(0), "select 1");
            execute(REAL.get(0), "select 2");
        }

        @Test
        @MustChangeBackend
        @MayKeepBackend("to see that it passes")
        void iMayStayOnOneBackend() throws SQLException {
            execute(REAL.get(0), "select 1");
        }

        /** What it did is covered up by what it looked with. */
        @Test
        @MustChangeBackend
        void jChangesBackends() throws SQLException {
            try (TransactionPooler own = hostile();
                    Backends backends = Backends.of(own)) {
                backends.onAnother(() -> execute(own, "select 1"));
                backends.onAnother(() -> execute(own, "select 2"));
                backends.pids();
            }
        }

        @Test
        void kSetsSomethingAndLooksByItself() throws SQLException {
            execute(REAL.get(0), "set work_mem = '5MB'");
            LeakProbe.before(REAL.get(0)).close();
        }

        @Test
        @MustChangeBackend
        void lStaysOnOneBackendAndLooksByItself() throws SQLException {
            execute(REAL.get(0), "select 1");
            LeakProbe.before(REAL.get(0)).close();
        }

        /** Odyssey's own statement is the last one on each backend, whoever was there. */
        @Test
        @MustChangeBackend
        void mStaysOnOneBackendOfOneThatResets() throws SQLException {
            try (OdysseyLab own = OdysseyLab.builder(postgres).poolSize(2).start()) {
                execute(own, "select 1");
                try (Backends backends = Backends.of(own)) {
                    backends.pids();
                }
            }
        }

        @Test
        void nHasNewBackends() {
            outdated = Backends.of(REAL.get(0));
            outdated.pids();
            try (Backends backends = Backends.of(REAL.get(0))) {
                backends.pids();
                backends.replaceAll();
            }
        }

        /** Who covers it up does not know that backend yet. */
        @Test
        void oSetsSomethingOnANewBackend() throws SQLException {
            execute(REAL.get(0), "set work_mem = '3MB'");
            outdated.pids();
            outdated.close();
        }

        /** An empty statement is the last one on the backend of the first. */
        @Test
        @MustChangeBackend
        void pChangesBackendsAndAsksWhetherItIsValid() throws SQLException {
            try (TransactionPooler own = hostile();
                    Connection connection = own.connect(QUIET)) {
                execute(own, "select 1");
                execute(own, "select 2");
                assertThat(connection.isValid(2)).isTrue();
            }
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

    @ExtendWith(LeakWatch.class)
    @MustChangeBackend
    static final class Around {

        private static PgBouncerLab real;

        @BeforeAll
        static void start() {
            real = PgBouncerLab.builder(postgres)
                    .version(PgBouncerVersion.V1_18)
                    .poolSize(2)
                    .start();
        }

        @AfterAll
        static void stop() {
            real.close();
        }

        @Nested
        final class Inside {

            @Test
            void staysOnOneBackend() throws SQLException {
                Watched.execute(real, "select 1");
            }
        }
    }

    private static Map<String, String> failures(Class<?> watched, int count) {
        Map<String, String> failures = new TreeMap<>();
        var tests = EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(watched))
                .execute()
                .testEvents();
        tests.finished().stream()
                .forEach(event -> event.getPayload(TestExecutionResult.class)
                        .flatMap(TestExecutionResult::getThrowable)
                        .ifPresent(thrown ->
                                failures.put(event.getTestDescriptor().getDisplayName(), thrown.getMessage())));
        assertThat(tests.finished().count()).isEqualTo(count);
        return failures;
    }

    @Test
    void whatAClassSaysHoldsForThoseInside() {
        assertThat(failures(Around.class, 1)).containsOnlyKeys("staysOnOneBackend()");
    }

    @Test
    void failsTheTestThatLeakedAndNoOther() {
        Map<String, String> failures = failures(Watched.class, 16);
        assertThat(failures)
                .containsOnlyKeys(
                        "aSetsSomething()",
                        "eSetsSomethingWhereThePoolerIsClosedInTime()",
                        "fUsesWhatCannotBeHeld()",
                        "hStaysOnOneBackend()",
                        "kSetsSomethingAndLooksByItself()",
                        "lStaysOnOneBackendAndLooksByItself()",
                        "mStaysOnOneBackendOfOneThatResets()",
                        "oSetsSomethingOnANewBackend()");
        assertThat(failures.get("aSetsSomething()"))
                .contains("PgBouncer 1.18", "setting work_mem", "9MB", "set work_mem");
        assertThat(failures.get("eSetsSomethingWhereThePoolerIsClosedInTime()")).contains("7MB");
        assertThat(failures.get("fUsesWhatCannotBeHeld()")).contains("handOver(HandOver.LONGEST_IDLE)");
        assertThat(failures.get("hStaysOnOneBackend()"))
                .contains("never changed: every transaction ran on [", "@MayKeepBackend");
        assertThat(failures.get("kSetsSomethingAndLooksByItself()")).contains("setting work_mem", "5120 kB");
        assertThat(failures.get("lStaysOnOneBackendAndLooksByItself()")).contains("never changed");
        assertThat(failures.get("mStaysOnOneBackendOfOneThatResets()"))
                .contains("The backend of Odyssey", "never changed");
        assertThat(failures.get("oSetsSomethingOnANewBackend()")).contains("setting work_mem", "3072 kB");
        assertThat(Watched.TRANSACTIONS).as("at a pooler that nobody used").hasSize(2);
        assertThat(Watched.TRANSACTIONS.get(1)).isEqualTo(Watched.TRANSACTIONS.get(0));
    }
}
