package com.scrapersky.session.testkit.proxy;

import static com.scrapersky.session.testkit.proxy.Jdbc.pid;
import static com.scrapersky.session.testkit.proxy.Jdbc.query;
import static com.scrapersky.session.testkit.proxy.Jdbc.unnamed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.testkit.Manners;
import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.TransactionPooler;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** Facts seen on a running Supavisor that a client can see, one test each: who gets in, and what a login says. */
class SupavisorLoginTest extends SupavisorFixture {

    @Test
    void startupParametersAreDroppedWithoutAWord() throws SQLException {
        try (Connection connection = pooler.connect(Map.of(
                "prepareThreshold",
                "0",
                "assumeMinServerVersion",
                "12",
                "ApplicationName",
                "mine",
                "options",
                "-c statement_timeout=5s"))) {
            assertThat(query(connection, "show statement_timeout")).isEqualTo("0");
            assertThat(query(connection, "show timezone")).isNotEqualTo("Europe/Berlin");
            assertThat(query(connection, "show extra_float_digits")).isEqualTo("1");
            assertThat(query(connection, "show application_name")).isEqualTo("Supavisor");
        }
    }

    @Test
    void startupParametersDoNotSayHowValuesAreWritten() throws Exception {
        try (TransactionPooler trusting = supavisor().trustClients().start();
                Wire wire = Wire.open(
                        trusting,
                        Map.of("client_encoding", "LATIN1", "DateStyle", "German", "TimeZone", "Asia/Tokyo"))) {
            wire.send(Wire.query("show client_encoding; show DateStyle; select extract(timezone from now()) = 32400"));
            assertThat(wire.untilReady()).contains("D:UTF8", "D:ISO, MDY", "D:f");
        }
    }

    /** pgjdbc says the zone of its JVM at login, and everything that is text follows the server's all the same. */
    @Test
    void startupParametersLeaveTextsAndDatesInTheServersZone() throws SQLException {
        TimeZone ofTheJvm = TimeZone.getDefault();
        TimeZone.setDefault(TimeZone.getTimeZone("Pacific/Kiritimati"));
        try (Connection connection = unnamed(pooler);
                Connection direct = postgres.connect()) {
            String late = "timestamptz '2026-01-01 20:00:00+00'";
            assertThat(query(direct, "select (" + late + ")::text")).isEqualTo("2026-01-02 10:00:00+14");
            assertThat(query(direct, "select (" + late + ")::date")).isEqualTo("2026-01-02");
            try (Connection zoneless = pooler.connect(Map.of("prepareThreshold", "0"))) {
                String zone = query(zoneless, "show timezone");
                assertThat(zone).isNotEqualTo("Pacific/Kiritimati");
                assertThat(query(connection, "select (" + late + ")::text")).isNotEqualTo("2026-01-02 10:00:00+14");
                assertThat(query(connection, "select (" + late + ")::date")).isEqualTo("2026-01-01");
            }
        } finally {
            TimeZone.setDefault(ofTheJvm);
        }
    }

    @Test
    void startupParametersHonourTheSearchPathWithAPoolOfItsOwn() throws SQLException {
        try (Connection plain = unnamed(pooler);
                Connection own = pooler.connect(Map.of("currentSchema", "mine"));
                Connection options = pooler.connect(Map.of("options", "-c search_path=other"))) {
            assertThat(query(own, "show search_path")).isEqualTo("mine");
            assertThat(query(options, "show search_path")).isEqualTo("other");
            assertThat(query(plain, "show search_path")).isEqualTo("\"$user\", public");
            assertThat(List.of(pid(plain), pid(own), pid(options))).doesNotHaveDuplicates();
        }
    }

    @Test
    void startupParametersOpenNoMorePoolsThanAllowed() throws SQLException {
        try (TransactionPooler limited =
                        supavisor(Manners.supavisor().maximumPools(1)).start();
                Connection first = unnamed(limited)) {
            assertThat(query(first, "select 1")).isEqualTo("1");
            assertThatThrownBy(() -> limited.connect(Map.of("currentSchema", "another")))
                    .satisfies(e -> assertState(e, "XX000", "(EMAXPOOLSREACHED) max pools count reached"));
        }
    }

    @Test
    void startupParametersFillAKilobyteAtMost() {
        assertThatThrownBy(() -> pooler.connect(Map.of("options", "x".repeat(1000))))
                .satisfies(e -> {
                    assertState(e, "08P01", "Startup packet too large: ");
                    assertThat(e.getMessage()).contains("bytes (max 1024 bytes)");
                });
    }

    private String address() {
        return "jdbc:postgresql://127.0.0.1:" + pooler.port() + "/postgres";
    }

    @Test
    void loginFindsTheTenantInTheUsersNameOrInTheOptions() throws SQLException {
        DriverManager.getConnection(address(), "postgres.tenant", postgres.password())
                .close();
        DriverManager.getConnection(address() + "?options=reference%3Dtenant", "postgres", postgres.password())
                .close();
        assertThatThrownBy(() -> DriverManager.getConnection(address(), "postgres", postgres.password()))
                .satisfies(e -> assertState(
                        e,
                        "XX000",
                        "(ENOIDENTIFIER) no tenant identifier provided (external_id or sni_hostname required)"));
        assertThatThrownBy(() -> DriverManager.getConnection(address(), "a.b.nobody", postgres.password()))
                .satisfies(e -> assertState(e, "XX000", "(ENOTFOUND) tenant/user a.b.nobody not found"));
    }

    private void refused(String user, String password, String state, String text) {
        assertThatThrownBy(() -> DriverManager.getConnection(address() + "?sslmode=disable", user, password))
                .satisfies(e -> assertState(e, state, text));
    }

    @Test
    void loginClosesTheDoorAfterTenWrongPasswords() {
        // Together, because each is answered after half a second only.
        CompletableFuture<?>[] wrong = new CompletableFuture<?>[10];
        ExecutorService threads = Executors.newFixedThreadPool(wrong.length);
        for (int i = 0; i < wrong.length; i++) {
            wrong[i] = CompletableFuture.runAsync(
                    () -> refused(
                            "postgres.tenant",
                            "wrong",
                            "28P01",
                            "password authentication failed for user \"postgres\""),
                    threads);
        }
        CompletableFuture.allOf(wrong).join();
        threads.shutdown();
        refused(
                "postgres.tenant",
                postgres.password(),
                "XX000",
                "(ECIRCUITBREAKER) too many authentication failures, new connections are temporarily blocked");
    }

    @Test
    void loginIsPossibleAgainAWhileAfterTheDoorWasClosed() throws SQLException {
        try (TransactionPooler forgiving = supavisor(
                        Manners.supavisor().circuitBreaker(1, Duration.ofMinutes(1), Duration.ofNanos(1)))
                .start()) {
            String url = "jdbc:postgresql://127.0.0.1:" + forgiving.port() + "/postgres";
            assertThatThrownBy(() -> DriverManager.getConnection(url, "postgres.tenant", "wrong"))
                    .satisfies(e -> assertState(e, "28P01", ""));
            DriverManager.getConnection(url, "postgres.tenant", postgres.password())
                    .close();
        }
    }

    @Test
    void loginIsRefusedNoSoonerThanHalfASecondAfterAWrongTenantOrPassword() {
        long start = System.nanoTime();
        refused("postgres.nobody", "wrong", "XX000", "(ENOTFOUND)");
        long tenant = System.nanoTime();
        refused("postgres.tenant", "wrong", "28P01", "");
        long password = System.nanoTime();
        assertThat(Duration.ofNanos(tenant - start)).isGreaterThanOrEqualTo(Duration.ofMillis(500));
        assertThat(Duration.ofNanos(password - tenant)).isGreaterThanOrEqualTo(Duration.ofMillis(500));
    }

    @Test
    void loginHasTlsWithoutChannelBindingAndNoDirectTls() throws SQLException {
        try (TransactionPooler encrypting = supavisor().tls().start()) {
            encrypting.connect(Map.of("sslmode", "require")).close();
            assertThatThrownBy(() -> encrypting.connect(Map.of("sslmode", "require", "channelBinding", "require")))
                    .satisfies(e -> assertState(e, "08004", "channel"));
            assertThatThrownBy(() -> encrypting.connect(Map.of("sslmode", "require", "sslNegotiation", "direct")))
                    .isInstanceOf(SQLException.class);
        }
    }

    @Test
    void loginShowsASupavisor() throws Exception {
        try (Connection connection = unnamed(pooler)) {
            assertThat(connection.unwrap(PGConnection.class).getBackendPID()).isNotEqualTo(pid(connection));
        }
        try (Connection connection = pooler.connect(Map.of("assumeMinServerVersion", "12"))) {
            assertThat(connection.unwrap(PGConnection.class).getParameterStatus("application_name"))
                    .isEqualTo("Supavisor");
        }
        try (Wire wire = Wire.raw(pooler)) {
            wire.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            String answer = new String(wire.readRaw(43), java.nio.charset.StandardCharsets.US_ASCII);
            assertThat(answer).startsWith("HTTP/1.1 204 OK").contains("x-app-version: 2.9.7");
        }
    }

    @Test
    void loginIsRepeatedAsAHeartbeat() throws Exception {
        try (TransactionPooler lively = supavisor(Manners.supavisor().heartbeat(Duration.ofMillis(50)))
                        .trustClients()
                        .start();
                Wire wire = Wire.open(lively)) {
            assertThat(wire.next()).isEqualTo("S:application_name Supavisor");
            assertThat(wire.next()).isEqualTo("S:application_name Supavisor");
        }
    }

    @Test
    void loginIsRefusedWhenThereAreTooManyClients() throws Exception {
        try (TransactionPooler small = supavisor().maximumClients(1).start();
                Connection first = unnamed(small)) {
            assertThat(query(first, "select 1")).isEqualTo("1");
            assertThatThrownBy(() -> small.connect(Map.of("sslmode", "disable", "gssEncMode", "disable")))
                    .satisfies(e -> assertState(e, "XX000", "(EMAXCONN) max client connections reached, limit: 1"));
        }
    }

    @Test
    void loginSucceedsWhenTheServerIsDown() throws Exception {
        PostgresLab mortal = PostgresLab.start();
        try (mortal;
                TransactionPooler front = TransactionPooler.builder(mortal)
                        .preset(Manners.supavisor())
                        .start()) {
            mortal.stop();
            try (Connection connection = front.connect(Map.of("assumeMinServerVersion", "12"))) {
                assertThatThrownBy(() -> query(connection, "select 1"))
                        .satisfies(
                                e -> assertState(e, "08006", "Failed to connect to database: {:error, :econnrefused}"));
            }
        }
    }
}
