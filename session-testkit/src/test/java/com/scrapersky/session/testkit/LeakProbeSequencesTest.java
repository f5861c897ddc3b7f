package com.scrapersky.session.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What backends remember of sequences, and what the probe tells of it. */
@Tag("once")
class LeakProbeSequencesTest {

    private static PostgresLab postgres;
    private static final Map<Pooler, PoolerLab> POOLERS = new EnumMap<>(Pooler.class);

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
        postgres = PostgresLab.start();
        postgres.execute("create role visitor");
        for (Pooler kind : kinds()) {
            POOLERS.put(kind, kind.start(postgres, 3));
        }
    }

    @AfterAll
    static void stop() {
        POOLERS.values().forEach(PoolerLab::close);
        postgres.close();
    }

    @BeforeEach
    void createSequences() {
        postgres.execute(
                "drop schema if exists shop cascade",
                "create schema shop",
                "create sequence shop.ticket",
                "create sequence shop.\"Odd name\"",
                "create sequence shop.unused",
                "create table shop.job (id bigint generated always as identity, name text)",
                "insert into shop.job (name) values ('before the test')");
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void namesTheSequenceAndTheBackend(Pooler kind) throws Exception {
        PoolerLab pooler = POOLERS.get(kind);
        try (Backends backends = fresh(pooler);
                Connection subject = connect(pooler);
                LeakProbe probe = LeakProbe.before(backends)) {
            int victim = backends.pids().get(1);
            probe.during(
                    "draws",
                    () -> backends.on(victim, () -> {
                        text(subject, "select nextval('shop.ticket')");
                        text(subject, "select nextval('shop.ticket')");
                    }));
            probe.during(
                    "sets", () -> backends.on(victim, () -> text(subject, "select setval('shop.\"Odd name\"', 7)")));
            assertThat(probe.leaks())
                    .extracting(Leak::backend, Leak::kind, Leak::name, Leak::before, Leak::after, Leak::steps)
                    .containsExactlyInAnyOrder(
                            tuple(victim, LeakKind.SEQUENCE, "shop.ticket", null, "2", List.of("draws")),
                            tuple(victim, LeakKind.SEQUENCE, "shop.\"Odd name\"", null, "7", List.of("sets")));
            // What is there when a probe begins is not the doing of what comes then, whoever goes on with the sequence.
            try (LeakProbe later = LeakProbe.before(backends)) {
                int other = backends.pids().get(0);
                backends.on(other, () -> text(subject, "select nextval('shop.ticket')"));
                assertThat(later.leaks())
                        .extracting(Leak::backend, Leak::name, Leak::before, Leak::after)
                        .containsExactly(tuple(other, "shop.ticket", null, "3"));
                backends.on(other, () -> text(subject, "select nextval('shop.ticket')"));
                assertThat(later.leaks()).extracting(Leak::after).containsExactly("4");
                // The next client reads what was there before the probe: it has changed nothing.
                assertThat(backends.on(victim, () -> text(subject, "select lastval()")))
                        .isEqualTo("2");
            }
            try (LeakProbe none =
                    LeakProbe.builder(backends).sequences(SequenceCheck.OFF).before()) {
                backends.on(victim, () -> text(subject, "select nextval('shop.ticket')"));
                assertThat(none.leaks()).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void tellsOfIdentityColumnsWhereSomebodyReadsWhatTheyLeave(Pooler kind) throws Exception {
        PoolerLab pooler = POOLERS.get(kind);
        String insert = "insert into shop.job (name) values ('x') returning id";
        try (Backends backends = fresh(pooler);
                Connection subject = connect(pooler);
                LeakProbe probe = LeakProbe.before(backends);
                LeakProbe all =
                        LeakProbe.builder(backends).sequences(SequenceCheck.ALL).before()) {
            int victim = backends.pids().get(2);
            String id = backends.on(victim, () -> text(subject, insert));
            assertThat(probe.leaks()).isEmpty();
            assertThat(all.leaks())
                    .extracting(Leak::backend, Leak::name, Leak::after)
                    .containsExactly(tuple(victim, "shop.job_id_seq", id));
            backends.on(victim, () -> text(subject, "select currval(pg_get_serial_sequence('shop.job', 'id'))"));
            assertThat(probe.leaks())
                    .extracting(Leak::backend, Leak::name, Leak::after)
                    .containsExactly(tuple(victim, "shop.job_id_seq", id));
        }
        postgres.execute("create function shop.last() returns bigint language sql as 'select lastval()'");
        try (Backends backends = fresh(pooler);
                Connection subject = connect(pooler);
                LeakProbe probe = LeakProbe.before(backends)) {
            backends.onAnother(() -> text(subject, insert));
            assertThat(probe.leaks()).extracting(Leak::name).containsExactly("shop.job_id_seq");
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void isNotHeldUpByWhoeverDropsASequenceNorByALackOfRights(Pooler kind) throws Exception {
        PoolerLab pooler = POOLERS.get(kind);
        try (Backends backends = fresh(pooler);
                Connection subject = connect(pooler);
                Connection dropping = postgres.connect();
                LeakProbe probe = LeakProbe.before(backends)) {
            backends.onAnother(() -> text(subject, "select nextval('shop.ticket')"));
            dropping.setAutoCommit(false);
            try (Statement statement = dropping.createStatement()) {
                statement.execute("drop sequence shop.ticket");
            }
            assertThat(probe.leaks()).isEmpty();
            dropping.rollback();
            assertThat(probe.leaks()).extracting(Leak::name).containsExactly("shop.ticket");
            int other = backends.onAnother(() -> {
                text(subject, "select nextval('shop.ticket')");
                text(subject, "select set_config('role', 'visitor', false)");
                return backends.lastPid();
            });
            assertThat(probe.leaks())
                    .filteredOn(leak -> leak.backend() == other)
                    .extracting(Leak::kind)
                    .containsExactly(LeakKind.ROLE);
        }
    }

    private static Backends fresh(PoolerLab pooler) {
        Backends backends = Backends.of(pooler);
        backends.pids();
        backends.replaceAll();
        return backends;
    }

    private static Connection connect(PoolerLab pooler) throws SQLException {
        return pooler.connect(Map.of("prepareThreshold", "0", "assumeMinServerVersion", "12"));
    }

    private static String text(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
