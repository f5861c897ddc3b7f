package com.scrapersky.session.testkit.proxy;

import static com.scrapersky.session.testkit.proxy.Jdbc.execute;
import static com.scrapersky.session.testkit.proxy.Jdbc.pid;
import static com.scrapersky.session.testkit.proxy.Jdbc.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.testkit.Backends;
import com.scrapersky.session.testkit.LeakProbe;
import com.scrapersky.session.testkit.Manners;
import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PgBouncerVersion;
import com.scrapersky.session.testkit.PoolMode;
import com.scrapersky.session.testkit.PoolerLab;
import com.scrapersky.session.testkit.TransactionPooler;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.PGConnection;

/** A pooler in session mode: Supavisor's port 5432, and PgBouncer's beside the real one. */
class SessionModeTest extends SupavisorFixture {

    private static final List<String> STATE = List.of(
            "set statement_timeout = '77s'",
            "set role stranger",
            "set app.tenant = 'a'",
            "create temp table left_behind (id int)",
            "select pg_advisory_lock(4711)",
            "listen channel",
            "declare held cursor with hold for select 1",
            "prepare sql_level as select 1");

    static Stream<PoolerLab> poolers() {
        return Stream.of(
                PgBouncerLab.builder(postgres)
                        .version(PgBouncerVersion.V1_26)
                        .poolMode(PoolMode.SESSION)
                        .poolSize(2)
                        .start(),
                supavisor(Manners.pgBouncer126().poolMode(PoolMode.SESSION)).start(),
                sessions().start());
    }

    private static TransactionPooler.Builder sessions() {
        return supavisor(Manners.supavisor().poolMode(PoolMode.SESSION)).checkoutTimeout(Duration.ofSeconds(20));
    }

    @ParameterizedTest
    @MethodSource("poolers")
    void aSessionKeepsItsBackendAndAllThatItSets(PoolerLab pooler) throws SQLException {
        try (pooler;
                Connection connection = pooler.connect();
                Connection other = pooler.connect()) {
            int pid = pid(connection);
            assertThat(pid(other)).isNotEqualTo(pid);
            execute(connection, "set statement_timeout = '77s'");
            execute(connection, "create temp table mine (id int)");
            connection.setAutoCommit(false);
            execute(connection, "insert into mine values (1)");
            connection.commit();
            assertThat(query(connection, "select count(*) from mine")).isEqualTo("1");
            assertThat(query(connection, "show statement_timeout")).isEqualTo("77s");
            assertThat(pid(connection)).isEqualTo(pid);
        }
    }

    @ParameterizedTest
    @MethodSource("poolers")
    void nothingIsLeftWhenTheClientHasGone(PoolerLab pooler) throws SQLException {
        try (pooler;
                Backends backends = Backends.of(pooler);
                LeakProbe probe = LeakProbe.before(backends)) {
            int pid = backends.pids().get(0);
            backends.on(pid, () -> {
                try (Connection connection = pooler.connect()) {
                    assertThat(pid(connection)).isEqualTo(pid);
                    for (String sql : STATE) {
                        execute(connection, sql);
                    }
                }
            });
            backends.on(pid, () -> {
                try (Connection next = pooler.connect()) {
                    assertThat(pid(next)).isEqualTo(pid);
                    assertThat(query(next, "show statement_timeout")).isEqualTo("0");
                }
            });
            probe.assertNothingLeaked();
        }
    }

    @Test
    void supavisorRefusesOneClientMoreThanItHasBackends() throws SQLException {
        try (TransactionPooler pooler = sessions().start();
                Connection first = pooler.connect()) {
            try (Connection second = pooler.connect()) {
                assertThat(pid(first)).isNotEqualTo(pid(second));
                assertThatThrownBy(pooler::connect)
                        .satisfies(e -> assertState(
                                e,
                                "XX000",
                                "(EMAXCONNSESSION) max clients reached in session mode - max clients are limited to"
                                        + " pool_size: 2"));
            }
        }
    }

    @Test
    void pgBouncerLetsOneClientMoreWait() throws Exception {
        try (TransactionPooler pooler = supavisor(Manners.pgBouncer118().poolMode(PoolMode.SESSION))
                        .poolSize(1)
                        .start();
                Connection first = pooler.connect();
                Connection second = pooler.connect(Map.of("assumeMinServerVersion", "12"))) {
            int pid = pid(first);
            CompletableFuture<Integer> waiting = CompletableFuture.supplyAsync(() -> {
                try {
                    return pid(second);
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThat(pid(first)).isEqualTo(pid);
            assertThat(waiting).isNotDone();
            first.close();
            assertThat(waiting.get()).isEqualTo(pid);
        }
    }

    @Test
    void notificationsArrive() throws SQLException {
        try (TransactionPooler pooler = sessions().start();
                Connection listener = pooler.connect();
                Connection sender = postgres.connect()) {
            execute(listener, "listen news");
            execute(sender, "notify news, 'arrived'");
            query(listener, "select 1");
            assertThat(listener.unwrap(PGConnection.class).getNotifications())
                    .singleElement()
                    .satisfies(news -> assertThat(news.getParameter()).isEqualTo("arrived"));
        }
    }

    @Test
    void aClientThatDiesInATransactionTakesItsBackendWithIt() throws Exception {
        try (TransactionPooler pooler = sessions().trustClients().start()) {
            int dead;
            try (Wire wire = Wire.open(pooler)) {
                wire.send(Wire.query("begin; select pg_backend_pid()"));
                dead = Integer.parseInt(wire.untilReady().get(2).substring(2));
            }
            try (Connection one = pooler.connect();
                    Connection two = pooler.connect()) {
                assertThat(List.of(pid(one), pid(two))).doesNotContain(dead);
            }
        }
    }
}
