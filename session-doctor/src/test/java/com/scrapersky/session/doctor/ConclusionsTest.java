package com.scrapersky.session.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.testkit.HandOver;
import com.scrapersky.session.testkit.LeakProbe;
import com.scrapersky.session.testkit.Manners;
import com.scrapersky.session.testkit.MayLeak;
import com.scrapersky.session.testkit.OdysseyLab;
import com.scrapersky.session.testkit.PgBouncerLab;
import com.scrapersky.session.testkit.PgBouncerVersion;
import com.scrapersky.session.testkit.PoolMode;
import com.scrapersky.session.testkit.PoolerLab;
import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.TransactionPooler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Locale;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the doctor concludes on each way to a database; from its output alone, and leaving nothing on any backend. */
@Tag("once")
class ConclusionsTest {

    private static final int BACKENDS = 3;
    private static PostgresLab postgres;

    @BeforeAll
    static void start() {
        postgres = PostgresLab.start();
        postgres.execute(
                "create role app login password 'secret' connection limit 50", "create database shop owner app");
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    /** Each pooler, as it is found in the wild. */
    enum Way {
        PGBOUNCER_1_18_TRANSACTION(() -> bouncer(PgBouncerVersion.V1_18, PoolMode.TRANSACTION)),
        PGBOUNCER_1_18_SESSION(() -> bouncer(PgBouncerVersion.V1_18, PoolMode.SESSION)),
        PGBOUNCER_1_26_TRANSACTION(() -> bouncer(PgBouncerVersion.V1_26, PoolMode.TRANSACTION)),
        PGBOUNCER_1_26_SESSION(() -> bouncer(PgBouncerVersion.V1_26, PoolMode.SESSION)),
        ODYSSEY(() -> odyssey(false)),
        ODYSSEY_RESERVED(() -> odyssey(true)),
        LIKE_PGBOUNCER_1_18(() -> hostile(Manners.pgBouncer118())),
        LIKE_PGBOUNCER_1_26(() -> hostile(Manners.pgBouncer126())),
        LIKE_SUPAVISOR(() -> hostile(Manners.supavisor())),
        LIKE_SUPAVISOR_SESSION(() -> hostile(Manners.supavisor().poolMode(PoolMode.SESSION))),
        LIKE_SUPAVISOR_NAMED(() -> hostile(Manners.supavisor().namedPreparedStatements(true)));

        private final Supplier<PoolerLab> pooler;

        Way(Supplier<PoolerLab> pooler) {
            this.pooler = pooler;
        }
    }

    @ParameterizedTest
    @EnumSource
    void behindAPooler(Way way) throws IOException {
        try (PoolerLab pooler = way.pooler.get()) {
            Run run;
            try (LeakProbe probe = LeakProbe.before(pooler)) {
                run = Run.of(pooler.url());
                probe.assertNothingLeaked();
            }
            Golden.check(way.name().toLowerCase(Locale.ROOT).replace('_', '-'), run);
        }
    }

    @Test
    void direct() throws IOException {
        Golden.check("direct", Run.of("--paste", "all", app("secret", "shop")));
    }

    @Test
    void wrongPassword() throws IOException {
        Golden.check("wrong-password", Run.of(app("wrong", "shop")));
    }

    @Test
    void noPassword() throws IOException {
        Golden.check("no-password", Run.of(app("", "shop").replace("app:@", "app@")));
    }

    @Test
    void wrongDatabase() throws IOException {
        Golden.check("wrong-database", Run.of(app("secret", "shopp")));
    }

    @Test
    void wrongTenant() throws IOException {
        try (PoolerLab pooler = hostile(Manners.supavisor())) {
            Golden.check("wrong-tenant", Run.of(pooler.url().replace(".tenant:", ".other:")));
        }
    }

    @Test
    void unknownHost() {
        Run run = Run.of("postgres://app:secret@no-such-host.invalid/shop");
        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.out()).contains("[host-unknown]");
    }

    @Test
    void oneOfTwoHostsDown() {
        Run run = Run.of("postgres://app:secret@127.0.0.1:1,127.0.0.1:" + postgres.port() + "/shop");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("[some-address-unreachable]", "1 warning");
    }

    @Test
    void somethingElseListens() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.start();
        try {
            Run run = Run.of(
                    "postgres://app:secret@127.0.0.1:" + server.getAddress().getPort() + "/shop");
            assertThat(run.exitCode()).isEqualTo(3);
            assertThat(run.out()).contains("[not-postgresql]");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void schemaInTheUrlBehindPgBouncer() {
        try (PoolerLab pooler = bouncer(PgBouncerVersion.V1_18, PoolMode.TRANSACTION)) {
            Run run = Run.of(pooler.jdbcUrl() + "&currentSchema=shop");
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.out())
                    .contains("[startup-parameter-refused]", "unsupported startup parameter: search_path")
                    .contains("[pooler-transaction-mode]");
        }
    }

    @Test
    void serverDown() throws IOException {
        Golden.check("server-down", Run.of("postgres://app:secret@127.0.0.1:1/shop"));
    }

    @Test
    @MayLeak("there is no server any more to look at")
    void serverDownBehindThePooler() throws IOException {
        try (PostgresLab other = PostgresLab.start();
                PoolerLab pooler = PgBouncerLab.builder(other).start()) {
            other.stop();
            Golden.check("server-down-behind-pooler", Run.of(pooler.url()));
        }
    }

    @Test
    void poolExhausted() throws IOException {
        try (TransactionPooler pooler = TransactionPooler.builder(postgres)
                        .poolSize(1)
                        .handOver(HandOver.LONGEST_IDLE)
                        .start();
                AutoCloseable fault = pooler.faults().exhaustPool()) {
            Golden.check("pool-exhausted", Run.of(pooler.url()));
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void replica() throws IOException {
        try (PostgresLab primary = PostgresLab.builder()
                        .setting("synchronous_standby_names", "*")
                        .start();
                PostgresLab standby = PostgresLab.builder().standbyOf(primary).start()) {
            // Where this returns, the standby has applied it: it streams.
            primary.execute("set synchronous_commit = remote_apply", "create table arrived (id int)");
            Golden.check("replica", Run.of(standby.url()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void limitsOfThePooler(PgBouncerVersion version) throws IOException {
        try (PoolerLab pooler = PgBouncerLab.builder(postgres)
                .version(version)
                .poolSize(BACKENDS)
                .setting("stats_users", postgres.user())
                .start()) {
            Run run;
            try (LeakProbe probe = LeakProbe.before(pooler)) {
                run = Run.of("--pooler-limits", "--instances", "2", pooler.url());
                probe.assertNothingLeaked();
            }
            Golden.check(
                    "pooler-limits-" + version.name().toLowerCase(Locale.ROOT).replace('_', '-'), run);
        }
    }

    /** A role that PgBouncer does not tell them to, and a pooler that has no such database. */
    @Test
    void limitsThatAreNotTold() {
        try (PoolerLab pooler = bouncer(PgBouncerVersion.V1_26, PoolMode.TRANSACTION);
                PoolerLab other = odyssey(false)) {
            assertThat(Run.of("--pooler-limits", pooler.url()).out())
                    .contains("not told  FATAL: not allowed", "stats_users", "Connected through PgBouncer");
            assertThat(Run.of("--pooler-limits", other.url()).out()).contains("not asked", "this is Odyssey");
        }
    }

    /** TLS hides nothing of the pooler: who it is shows in the same way. */
    @Test
    void poolerBehindTls() throws IOException {
        try (TransactionPooler pooler = TransactionPooler.builder(postgres)
                .preset(Manners.pgBouncer126())
                .poolSize(BACKENDS)
                .handOver(HandOver.LONGEST_IDLE)
                .requireTls()
                .start()) {
            Golden.check("like-pgbouncer-1-26-tls", Run.of(pooler.url() + "?sslmode=require"));
        }
    }

    @Test
    void clocksDiffer() {
        Run run = Run.at(() -> Instant.now().plusSeconds(90), postgres.url());
        assertThat(run.out())
                .contains("[clock-differs]")
                .containsPattern("clock +(89|90|91) s apart from this machine's");
        assertThat(Run.at(() -> Instant.now().plusSeconds(1), postgres.url()).out())
                .doesNotContain("[clock-differs]");
    }

    @Test
    void overIpv6() throws IOException {
        try (LoginsOnTheWire wire = new LoginsOnTheWire(postgres, InetAddress.getByName("::1"))) {
            Run run = Run.of(wire.url().replace("127.0.0.1", "[::1]"));
            assertThat(run.exitCode()).isZero();
            assertThat(run.out()).contains("protocol  IPv6").doesNotContain("[ipv6-only]");
        }
    }

    /** Nobody sits before a blank screen: what takes longer than a second is told while it lasts. */
    @Test
    void tellsWhatItWaitsFor() {
        try (TransactionPooler pooler = TransactionPooler.builder(postgres)
                        .poolSize(1)
                        .handOver(HandOver.LONGEST_IDLE)
                        .start();
                AutoCloseable fault = pooler.faults().exhaustPool()) {
            assertThat(Run.of(pooler.url()).err())
                    .isEqualTo("… reading the server's settings" + System.lineSeparator());
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static String app(String password, String database) {
        return "postgres://app:" + password + "@127.0.0.1:" + postgres.port() + "/" + database;
    }

    private static PoolerLab bouncer(PgBouncerVersion version, PoolMode mode) {
        return PgBouncerLab.builder(postgres)
                .version(version)
                .poolMode(mode)
                .poolSize(BACKENDS)
                .start();
    }

    private static PoolerLab odyssey(boolean reserved) {
        return OdysseyLab.builder(postgres)
                .poolSize(BACKENDS)
                .discard(false)
                .reservePreparedStatements(reserved)
                .start();
    }

    private static PoolerLab hostile(Manners manners) {
        return TransactionPooler.builder(postgres)
                .preset(manners)
                .poolSize(BACKENDS)
                .handOver(HandOver.LONGEST_IDLE)
                .start();
    }
}
