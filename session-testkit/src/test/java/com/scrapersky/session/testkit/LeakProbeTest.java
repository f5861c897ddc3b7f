package com.scrapersky.session.testkit;

import static com.scrapersky.session.testkit.LeakProbeCases.execute;
import static com.scrapersky.session.testkit.LeakProbeCases.isPgBouncer126;
import static com.scrapersky.session.testkit.LeakProbeCases.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.scrapersky.session.testkit.LeakProbeCases.Act;
import com.scrapersky.session.testkit.LeakProbeCases.Expected;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every leak that plain pgjdbc makes with {@code prepareThreshold=0}, each of which the probe has to find. */
@Tag("once")
class LeakProbeTest {

    private static final Map<String, String> UNNAMED =
            // With the version, pgjdbc does not send SET application_name when it connects.
            Map.of("prepareThreshold", "0", "assumeMinServerVersion", "12");
    private static final int REPETITIONS = 20;

    private static PostgresLab postgres;
    private static final Map<Pooler, PoolerLab> POOLERS = new EnumMap<>(Pooler.class);

    /** Both PgBouncers, the pooler that has to leak exactly as they do, and Supavisor's manners, which set nothing anew. */
    static List<Pooler> kinds() {
        return List.of(
                Pooler.PGBOUNCER_1_18,
                Pooler.PGBOUNCER_1_26,
                Pooler.HOSTILE_PGBOUNCER_1_18,
                Pooler.HOSTILE_PGBOUNCER_1_26,
                Pooler.HOSTILE_SUPAVISOR);
    }

    @BeforeAll
    static void start() {
        postgres = PostgresLab.builder()
                .setting("max_prepared_transactions", "5")
                // What a client of Supavisor gets, whose own zone is dropped.
                .setting("timezone", "Europe/Berlin")
                .start();
        postgres.execute(
                "create role visitor",
                "create table job (id bigint generated always as identity primary key, name text, tenant text)",
                "insert into job (name, tenant) values ('one', 'a'), ('two', 'b')",
                "create sequence ticket",
                "create function choose_language(name text) returns void language plpgsql as"
                        + " $$ begin perform set_config('lc_messages', name, false); set work_mem = '5MB'; end $$",
                "create policy own on job using (tenant = current_setting('shop.tenant', true))");
        for (Pooler kind : kinds()) {
            POOLERS.put(kind, kind.start(postgres, 3));
        }
    }

    @AfterAll
    static void stop() {
        POOLERS.values().forEach(PoolerLab::close);
        postgres.close();
    }

    static Stream<Arguments> leaksOnEach() {
        return kinds().stream().flatMap(kind -> LeakProbeCases.leaks().map(leak -> with(kind, leak)));
    }

    private static Arguments with(Pooler kind, Arguments leak) {
        return Arguments.of(
                Stream.concat(Stream.of(kind), Stream.of(leak.get())).toArray());
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("leaksOnEach")
    void findsTheLeak(Pooler kind, String what, Map<String, String> properties, Act act, Expected expected)
            throws Exception {
        PoolerLab pooler = POOLERS.get(kind);
        try (Backends backends = Backends.of(pooler);
                Connection subject = connect(pooler, properties);
                LeakProbe probe = LeakProbe.before(backends)) {
            int victim = backends.pids().get(1);
            probe.during("harmless", () -> execute(subject, "select 1"));
            probe.during("guilty", () -> backends.on(victim, () -> act.on(subject)));
            probe.during(
                    "innocent",
                    () -> backends.onAnother(() -> {
                        try (Connection other = connect(pooler, Map.of())) {
                            execute(other, "select 1");
                        }
                    }));
            if (expected.isCarriedBy(kind)) {
                probe.assertNothingLeaked();
                return;
            }
            List<Leak> leaks = probe.leaks();
            assertThat(leaks).anySatisfy(leak -> {
                assertThat(leak)
                        .extracting(Leak::backend, Leak::kind, Leak::name, Leak::before, Leak::after)
                        .containsExactly(victim, expected.kind(), expected.name(), expected.before(), expected.after());
                // A transaction that is still open may have done its work in any step since it began.
                assertThat(leak.steps()).contains("guilty").doesNotContain("harmless");
                assertThat(leak.statement()).isNotBlank();
            });
            assertThat(leaks).extracting(Leak::backend).containsOnly(victim);
            assertThatThrownBy(probe::assertNothingLeaked)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining(pooler.name())
                    .hasMessageContaining("backend " + victim)
                    .hasMessageContaining(expected.name())
                    .hasMessageContaining("\"guilty\"")
                    .hasMessageContaining(expected.kind().remedy());
            backends.replaceAll();
        }
    }

    @Test
    void findsNamedStatementsOnlyWhereThePoolerDoesNotCarryThem() throws Exception {
        for (Pooler kind : kinds()) {
            PoolerLab pooler = POOLERS.get(kind);
            try (Backends backends = Backends.of(pooler);
                    LeakProbe probe = LeakProbe.before(backends);
                    Connection metadata = connect(pooler, Map.of());
                    Connection defaults = pooler.connect(Map.of("assumeMinServerVersion", "12"))) {
                defaults.setAutoCommit(false);
                // Begin, select and commit are named statements of pgjdbc; reading metadata is one with threshold 0
                // too.
                backends.onAnother(() -> text(defaults, "select 1"));
                defaults.commit();
                backends.onAnother(() -> {
                    try (PreparedStatement statement = metadata.prepareStatement("select name from job where id = ?")) {
                        statement.getMetaData();
                    }
                });
                if (!isPgBouncer126(kind)) {
                    assertThat(probe.leaks())
                            .extracting(Leak::kind)
                            .containsOnly(LeakKind.PREPARED_STATEMENT)
                            .hasSizeGreaterThan(1);
                    assertThat(probe.leaks()).extracting(Leak::after).contains("select name from job where id = $1");
                } else {
                    assertThat(probe.leaks()).isEmpty();
                }
                backends.replaceAll();
            }
        }
    }

    static List<Pooler> replaying() {
        return kinds().stream().filter(kind -> kind != Pooler.HOSTILE_SUPAVISOR).toList();
    }

    /** They set these for each client anew; so a client that sets them harms nobody. */
    @ParameterizedTest
    @MethodSource("replaying")
    void reportsNothingThatThePoolerReplays(Pooler kind) throws Exception {
        PoolerLab pooler = POOLERS.get(kind);
        try (Backends backends = Backends.of(pooler);
                LeakProbe probe = LeakProbe.before(backends);
                Connection subject = connect(pooler, Map.of("ApplicationName", "another name"))) {
            backends.onAnother(() -> execute(subject, "set time zone 'Asia/Tokyo'"));
            backends.onAnother(() -> subject.setClientInfo("ApplicationName", "a third name"));
            backends.onAnother(() -> execute(subject, "select now()"));
            probe.assertNothingLeaked();
        }
    }

    /** PgBouncer 1.18 replays what pgjdbc asks for, {@code ISO}, which leaves the order of day and month as it is. */
    @ParameterizedTest
    @EnumSource(
            value = Pooler.class,
            names = {"PGBOUNCER_1_18", "PGBOUNCER_1_26", "HOSTILE_PGBOUNCER_1_18", "HOSTILE_PGBOUNCER_1_26"})
    void reportsWhatThePoolerReplaysOnlyInPart(Pooler kind) throws Exception {
        PoolerLab pooler = POOLERS.get(kind);
        try (Backends backends = Backends.of(pooler);
                LeakProbe probe = LeakProbe.before(backends);
                Connection subject = connect(pooler, Map.of())) {
            backends.onAnother(() -> execute(subject, "set datestyle = 'ISO, DMY'"));
            if (!isPgBouncer126(kind)) {
                assertThat(probe.leaks())
                        .extracting(Leak::name, Leak::before, Leak::after)
                        .containsExactly(tuple("DateStyle", "ISO, MDY", "ISO, DMY"));
            } else {
                assertThat(probe.leaks()).isEmpty();
            }
            backends.replaceAll();
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void findsNothingAfterHarmlessWork(Pooler kind) throws Exception {
        PoolerLab pooler = POOLERS.get(kind);
        try (Backends backends = Backends.of(pooler);
                LeakProbe probe = LeakProbe.before(backends);
                Connection subject = connect(pooler, Map.of())) {
            for (int i = 0; i < REPETITIONS; i++) {
                for (Act act : LeakProbeCases.harmless(i)) {
                    backends.onAnother(() -> {
                        act.on(subject);
                        if (!subject.getAutoCommit()) {
                            subject.commit();
                            subject.setAutoCommit(true);
                        }
                    });
                }
                assertThat(probe.leaks()).isEmpty();
            }
        }
    }

    @Test
    void comparesBackendsThatReplacedOthersWithAllThereWere() throws Exception {
        PoolerLab pooler = POOLERS.get(Pooler.PGBOUNCER_1_26);
        try (Backends backends = Backends.of(pooler);
                LeakProbe probe = LeakProbe.before(backends);
                Connection subject = connect(pooler, Map.of())) {
            backends.replaceAll();
            backends.onEach(() -> execute(subject, "select 1"));
            probe.assertNothingLeaked();
            backends.replaceAll();
            int victim = backends.onAnother(() -> {
                execute(subject, "set work_mem = '9MB'");
                return backends.lastPid();
            });
            assertThat(probe.leaks())
                    .extracting(Leak::backend, Leak::name, Leak::before, Leak::after)
                    .containsExactly(tuple(victim, "work_mem", "4096 kB", "9216 kB"));
            backends.replaceAll();
        }
    }

    @Test
    void reportsWhatATestTookAway() throws Exception {
        PoolerLab pooler = POOLERS.get(Pooler.PGBOUNCER_1_18);
        try (Backends backends = Backends.of(pooler);
                Connection subject = connect(pooler, Map.of())) {
            backends.onEach(() -> execute(subject, "set work_mem = '9MB'"));
            try (LeakProbe probe = LeakProbe.before(backends)) {
                backends.onAnother(() -> execute(subject, "discard all"));
                assertThat(probe.leaks())
                        .extracting(Leak::name, Leak::before, Leak::after)
                        .containsExactly(tuple("work_mem", "9216 kB", "4096 kB"));
            }
            backends.replaceAll();
        }
    }

    private static Connection connect(PoolerLab pooler, Map<String, String> more) throws SQLException {
        Map<String, String> all = new HashMap<>(UNNAMED);
        all.putAll(more);
        return pooler.connect(all);
    }
}
