package com.scrapersky.session.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/** Runs test classes with {@link PoolerTest} in an engine of their own, and looks at what became of them. */
class PoolerTestExtensionTest {

    private static final Map<String, String> UNNAMED =
            // Without the version pgjdbc sends SET application_name when it connects, which leaks where nobody replays
            // it.
            Map.of("prepareThreshold", "0", "assumeMinServerVersion", "12");

    static final class WellBehaved {
        static final Set<Pooler> SEEN = ConcurrentHashMap.newKeySet();
        static final Set<PoolerLab> LABS = ConcurrentHashMap.newKeySet();
        private Connection connection;

        @BeforeEach
        void connect(PoolerLab pooler) throws SQLException {
            connection = pooler.connect(UNNAMED);
        }

        @AfterEach
        void disconnect() throws SQLException {
            connection.close();
        }

        @PoolerTest(
                poolers = {
                    Pooler.PGBOUNCER_1_18,
                    Pooler.PGBOUNCER_1_26,
                    Pooler.ODYSSEY,
                    Pooler.ODYSSEY_BARE,
                    Pooler.HOSTILE_PGBOUNCER_1_18,
                    Pooler.HOSTILE_PGBOUNCER_1_26,
                    Pooler.HOSTILE_SUPAVISOR
                })
        void seesEveryBackend(Pooler kind, PoolerLab pooler, Backends backends, LeakProbe probe, PostgresLab postgres)
                throws SQLException {
            assertThat(pooler.postgres().port()).isEqualTo(postgres.port());
            assertThat(backends.onEach(() -> pid(connection)).values()).hasSize(pooler.poolSize());
            probe.during(
                    "locally",
                    () -> backends.onAnother(() -> {
                        connection.setAutoCommit(false);
                        execute(connection, "set local work_mem = '9MB'");
                        connection.commit();
                    }));
            SEEN.add(kind);
            LABS.add(pooler);
        }

        @PoolerTest(poolers = Pooler.PGBOUNCER_1_18)
        void sharesTheLab(PoolerLab pooler, Backends backends) throws SQLException {
            backends.onEach(() -> pid(connection));
            LABS.add(pooler);
        }

        /** The connection is given back with its transaction open, and closed in time. */
        @PoolerTest(poolers = Pooler.PGBOUNCER_1_26)
        void closesAfterwards(Backends backends) throws SQLException {
            backends.onAnother(() -> pid(connection));
            connection.setAutoCommit(false);
            backends.onAnother(() -> pid(connection));
        }
    }

    @Test
    void runsOnceBehindEachPoolerAndSharesTheLabs() {
        WellBehaved.SEEN.clear();
        WellBehaved.LABS.clear();
        Events tests = run(WellBehaved.class);
        assertThat(failures(tests)).isEmpty();
        assertThat(tests.succeeded().count()).isEqualTo(Pooler.values().length + 2);
        assertThat(WellBehaved.SEEN).containsExactlyInAnyOrder(Pooler.values());
        assertThat(WellBehaved.LABS).hasSize(Pooler.values().length);
        assertThat(tests.started().stream()
                        .map(event -> event.getTestDescriptor().getDisplayName()))
                .contains("[1] PGBOUNCER_1_18", "[3] ODYSSEY");
        run(WellBehaved.class);
        assertThat(WellBehaved.LABS).hasSize(Pooler.values().length);
    }

    static final class ChangesByItself {
        @PoolerTest(
                poolers = {
                    Pooler.PGBOUNCER_1_18,
                    Pooler.PGBOUNCER_1_26,
                    Pooler.HOSTILE_PGBOUNCER_1_18,
                    Pooler.HOSTILE_PGBOUNCER_1_26,
                    Pooler.HOSTILE_SUPAVISOR
                })
        void needsNoHelp(PoolerLab pooler) throws SQLException {
            Set<Integer> ran = new HashSet<>();
            try (Connection connection = pooler.connect(UNNAMED)) {
                ran.addAll(List.of(pid(connection), pid(connection), pid(connection)));
            }
            assertThat(ran).hasSize(3);
        }
    }

    @Test
    void changesTheBackendOfAnUnchangedTest() {
        Events tests = run(ChangesByItself.class);
        assertThat(failures(tests)).isEmpty();
        assertThat(tests.succeeded().count()).isEqualTo(5);
    }

    static final class Leaking {
        @PoolerTest
        void leaksOnce(PoolerLab pooler, Backends backends, LeakProbe probe) throws SQLException {
            leak(pooler, backends, probe);
        }

        @PoolerTest(poolers = {Pooler.PGBOUNCER_1_18, Pooler.PGBOUNCER_1_26, Pooler.HOSTILE_SUPAVISOR})
        void leaksTheSameAgain(PoolerLab pooler, Backends backends, LeakProbe probe) throws SQLException {
            leak(pooler, backends, probe);
        }

        private static void leak(PoolerLab pooler, Backends backends, LeakProbe probe) throws SQLException {
            try (Connection connection = pooler.connect(UNNAMED)) {
                probe.during("first", () -> pid(connection));
                probe.during("second", () -> backends.onEach(() -> execute(connection, "set work_mem = '9MB'")));
            }
        }
    }

    @Test
    void failsATestThatLeaksEveryTime() {
        Events tests = run(Leaking.class);
        // Odyssey resets its backends.
        assertThat(tests.succeeded().count()).isEqualTo(1);
        assertThat(failures(tests))
                .hasSize(5)
                .allSatisfy(failure -> assertThat(failure)
                        .isInstanceOf(AssertionError.class)
                        .hasMessageContaining("inherits")
                        .hasMessageContaining("setting work_mem: \"4096 kB\" -> \"9216 kB\", in step \"second\""));
    }

    static final class StaysOnOneBackend {
        @PoolerTest
        void runsOneTransaction(PoolerLab pooler) throws SQLException {
            try (Connection connection = pooler.connect(UNNAMED)) {
                connection.setAutoCommit(false);
                assertThat(pid(connection)).isEqualTo(pid(connection));
                connection.commit();
            }
        }

        @PoolerTest
        void runsNone() {}

        @PoolerTest(mustChangeBackend = false)
        void saysSo() {}
    }

    @Test
    void failsATestThatProvedNothing() {
        Events tests = run(StaysOnOneBackend.class);
        assertThat(tests.succeeded().count()).isEqualTo(3);
        List<Throwable> failures = failures(tests);
        assertThat(failures)
                .hasSize(6)
                .allSatisfy(failure -> assertThat(failure)
                        .isInstanceOf(AssertionError.class)
                        .hasMessageContaining("never changed")
                        .hasMessageContaining("Backends.onAnother"));
        assertThat(failures.stream().filter(f -> f.getMessage().contains("every transaction ran on")))
                .hasSize(3);
        assertThat(failures.stream().filter(f -> f.getMessage().contains("no statement of the test")))
                .hasSize(3);
    }

    static final class FailingAndLeaking {
        @PoolerTest(poolers = Pooler.PGBOUNCER_1_18)
        void fails(PoolerLab pooler) throws SQLException {
            try (Connection connection = pooler.connect(UNNAMED)) {
                execute(connection, "set work_mem = '9MB'");
                throw new IllegalArgumentException("the test's own reason");
            }
        }

        @PoolerTest(poolers = Pooler.PGBOUNCER_1_18, mustNotLeak = false, mustChangeBackend = false)
        void assertsItsLeakItself(PoolerLab pooler, LeakProbe probe) throws SQLException {
            try (Connection connection = pooler.connect(UNNAMED)) {
                execute(connection, "set statement_timeout = 7777");
            }
            assertThat(probe.leaks()).extracting(Leak::name).containsExactly("statement_timeout");
        }
    }

    @Test
    void keepsTheTestsOwnFailureFirst() {
        Events tests = run(FailingAndLeaking.class);
        assertThat(failures(tests)).singleElement().satisfies(failure -> {
            assertThat(failure).hasMessage("the test's own reason");
            assertThat(failure.getSuppressed())
                    .singleElement()
                    .satisfies(leak -> assertThat(leak).hasMessageContaining("work_mem"));
        });
        assertThat(tests.succeeded().count()).isEqualTo(1);
    }

    static final class Breaking {
        static final List<PoolerLab> LABS = new CopyOnWriteArrayList<>();

        @PoolerTest(poolers = Pooler.PGBOUNCER_1_26, poolSize = 2)
        void crashesThePooler(PoolerLab pooler) {
            LABS.add(pooler);
            ((PgBouncerLab) pooler).crash();
        }
    }

    @Test
    void replacesAPoolerThatATestBroke() {
        Breaking.LABS.clear();
        assertThat(failures(run(Breaking.class))).hasSize(1);
        assertThat(failures(run(Breaking.class))).hasSize(1);
        assertThat(Breaking.LABS).hasSize(2).doesNotHaveDuplicates();
    }

    static final class WithoutPoolers {
        @PoolerTest(poolers = {})
        void neverRuns() {}
    }

    @Test
    void refusesATestWithoutPoolers() {
        Events all = EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(WithoutPoolers.class))
                .execute()
                .containerEvents();
        assertThat(failures(all))
                .singleElement()
                .satisfies(failure -> assertThat(failure).hasMessageContaining("names no pooler"));
    }

    private static Events run(Class<?> testClass) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(testClass))
                .execute()
                .testEvents();
    }

    private static List<Throwable> failures(Events events) {
        return events.failed().stream()
                .map(event -> event.getRequiredPayload(TestExecutionResult.class))
                .map(result -> result.getThrowable().orElseThrow())
                .toList();
    }

    private static int pid(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select pg_backend_pid()")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
