package com.scrapersky.session.testkit.proxy;

import static com.scrapersky.session.testkit.proxy.Jdbc.execute;
import static com.scrapersky.session.testkit.proxy.Jdbc.pid;
import static com.scrapersky.session.testkit.proxy.Jdbc.query;
import static com.scrapersky.session.testkit.proxy.Jdbc.unnamed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.scrapersky.session.testkit.HandOver;
import com.scrapersky.session.testkit.Manners;
import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.TransactionPooler;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

/** One test for each thing that was seen on a running Supavisor and that a client can see. */
class SupavisorTest {

    private static PostgresLab postgres;
    private TransactionPooler pooler;

    @BeforeAll
    static void start() throws SQLException {
        postgres = PostgresLab.start();
        try (Connection connection = postgres.connect()) {
            execute(connection, "create role stranger");
        }
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @BeforeEach
    void open() {
        pooler = supavisor().start();
    }

    private static TransactionPooler.Builder supavisor() {
        return supavisor(Manners.supavisor());
    }

    private static TransactionPooler.Builder supavisor(Manners manners) {
        return TransactionPooler.builder(postgres).preset(manners).poolSize(2);
    }

    @AfterEach
    void close() {
        pooler.close();
    }

    private static void assertState(Throwable thrown, String state, String text) {
        assertThat(thrown).isInstanceOf(SQLException.class).hasMessageContaining(text);
        assertThat(((SQLException) thrown).getSQLState()).isEqualTo(state);
    }

    @Nested
    class SessionState {

        @ParameterizedTest
        @CsvSource(delimiter = '|', textBlock = """
                set statement_timeout = '77s'                    | show statement_timeout             | 77s
                set role stranger                                | select current_user                | stranger
                set search_path = elsewhere                      | show search_path                   | elsewhere
                set session characteristics as transaction isolation level serializable | show transaction_isolation | serializable
                set default_transaction_read_only = on           | show default_transaction_read_only | on
                create temp table left_behind (id int)           | select to_regclass('pg_temp.left_behind') is not null | t
                select pg_advisory_lock(4711)                    | select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid() | 1
                listen channel                                   | select pg_listening_channels()     | channel
                declare held cursor with hold for select 1       | select name from pg_cursors where name = 'held' | held
                prepare sql_level as select 1                    | select name from pg_prepared_statements where from_sql | sql_level
                """)
        void staysOnTheBackendForWhoeverComesNext(String sql, String probe, String inherited) throws SQLException {
            try (Connection first = unnamed(pooler);
                    Connection second = unnamed(pooler)) {
                execute(first, sql);
                List<String> seen = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    try (Statement statement = second.createStatement();
                            ResultSet rows = statement.executeQuery(probe)) {
                        seen.add(rows.next() ? rows.getString(1) : "");
                    }
                }
                assertThat(seen).contains(inherited);
            }
        }

        @Test
        void endsWithTheTransactionWhereItIsLocal() throws SQLException {
            try (Connection first = unnamed(pooler);
                    Connection second = unnamed(pooler)) {
                first.setAutoCommit(false);
                execute(first, "set local statement_timeout = '77s'");
                query(first, "select set_config('lock_timeout', '66s', true)");
                assertThat(query(first, "show statement_timeout")).isEqualTo("77s");
                first.commit();
                for (int i = 0; i < 4; i++) {
                    assertThat(query(second, "show statement_timeout")).isEqualTo("0");
                    assertThat(query(second, "show lock_timeout")).isEqualTo("0");
                }
            }
        }

        @Test
        void includesTheDriversApplicationNameUnlessItIsInTheStartupPacket() throws SQLException {
            try (Connection quiet = pooler.connect(Map.of("prepareThreshold", "0", "assumeMinServerVersion", "12"))) {
                assertThat(query(quiet, "show application_name")).isEqualTo("Supavisor");
                assertThat(quiet.unwrap(PGConnection.class).getParameterStatus("application_name"))
                        .isEqualTo("Supavisor");
                List<String> seen = new ArrayList<>();
                try (Connection loud = pooler.connect(Map.of("ApplicationName", "loud"))) {
                    for (int i = 0; i < 4; i++) {
                        seen.add(query(quiet, "show application_name"));
                    }
                    assertThat(loud.isClosed()).isFalse();
                }
                assertThat(seen).contains("loud");
            }
        }
    }

    @Nested
    class NamedStatementsOff {

        @Test
        void failWithTheDriversDefaults() throws SQLException {
            List<String> states = new ArrayList<>();
            try (Connection first = pooler.connect(Map.of("prepareThreshold", "1"));
                    Connection second = pooler.connect(Map.of("prepareThreshold", "1"))) {
                for (int i = 0; i < 20; i++) {
                    for (Connection connection : List.of(first, second)) {
                        try (PreparedStatement statement =
                                connection.prepareStatement(i % 2 == 0 ? "select ?::int" : "select 'a' || ?::text")) {
                            statement.setObject(1, i);
                            statement.executeQuery().close();
                        } catch (SQLException e) {
                            states.add(String.valueOf(e.getSQLState()));
                        }
                    }
                }
            }
            assertThat(states).isNotEmpty().isSubsetOf("42P05", "26000", "08P01", "22P02", "22021");
        }

        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void areNoTroubleWithoutThem(boolean autocommit) throws SQLException {
            try (Connection connection = unnamed(pooler);
                    PreparedStatement statement = connection.prepareStatement("select ?::int")) {
                connection.setAutoCommit(autocommit);
                for (int i = 0; i < 40; i++) {
                    statement.setInt(1, i);
                    try (ResultSet rows = statement.executeQuery()) {
                        rows.next();
                        assertThat(rows.getInt(1)).isEqualTo(i);
                    }
                    if (!autocommit) {
                        connection.commit();
                    }
                }
            }
        }

        @Test
        void anUnnamedStatementLivesForOneBatchOnly() throws Exception {
            try (TransactionPooler trusting = supavisor().trustClients().start();
                    Wire wire = Wire.open(trusting)) {
                wire.send(Wire.parse("", "select 1"), Wire.bind("", ""), Wire.execute(), Wire.sync());
                assertThat(wire.untilReady()).contains("D:1", "Z:I");
                wire.send(Wire.parse("", "select 2"), Wire.sync());
                assertThat(wire.untilReady()).containsExactly("1", "Z:I");
                wire.send(Wire.bind("", ""), Wire.execute(), Wire.sync());
                assertThat(wire.untilReady()).doesNotContain("D:2");
            }
        }
    }

    @Nested
    class NamedStatementsOn {

        private TransactionPooler translating;

        @BeforeEach
        void open() {
            translating = supavisor(Manners.supavisor().namedPreparedStatements(true))
                    .trustClients()
                    .start();
        }

        @AfterEach
        void close() {
            translating.close();
        }

        @Test
        void workOnEveryBackend() throws SQLException {
            try (Connection first = translating.connect(Map.of("prepareThreshold", "1"));
                    Connection second = translating.connect(Map.of("prepareThreshold", "1"))) {
                first.setAutoCommit(false);
                for (int i = 0; i < 20; i++) {
                    for (Connection connection : List.of(first, second)) {
                        try (PreparedStatement statement = connection.prepareStatement("select ?::int")) {
                            statement.setInt(1, i);
                            try (ResultSet rows = statement.executeQuery()) {
                                rows.next();
                                assertThat(rows.getInt(1)).isEqualTo(i);
                            }
                        }
                    }
                    first.commit();
                }
            }
        }

        private int statementsUntilTheEnd(String cache) throws SQLException {
            try (Connection connection =
                    translating.connect(Map.of("prepareThreshold", "1", "preparedStatementCacheQueries", cache))) {
                for (int i = 0; i < 150; i++) {
                    try (PreparedStatement statement = connection.prepareStatement("select " + i)) {
                        statement.executeQuery().close();
                    } catch (SQLException e) {
                        assertState(e, "XX000", "(EMAXPREPARED) max prepared statements limit reached. Limit: 100");
                        return i;
                    }
                }
                return 150;
            }
        }

        @Test
        void areAHundredAtMost() throws SQLException {
            assertThat(statementsUntilTheEnd("256")).isBetween(95, 100);
            assertThat(statementsUntilTheEnd("50")).isEqualTo(150);
        }

        @Test
        void areAMillionBytesAtMost() throws Exception {
            try (Wire wire = Wire.open(translating)) {
                String large = "select '" + "x".repeat(600_000) + "', ";
                for (int i = 0; i < 2; i++) {
                    wire.send(Wire.parse("S_" + i, large + i), Wire.sync());
                    assertThat(wire.untilReady()).containsExactly("1", "Z:I");
                }
                wire.send(Wire.parse("S_2", "select 1"), Wire.sync());
                assertThat(wire.next()).startsWith("E:FATAL:XX000:(EMAXPREPAREDMEM)");
            }
        }

        @Test
        void breakTheConnectionWithAFetchSize() throws SQLException {
            try (Connection connection = translating.connect(Map.of("prepareThreshold", "1"))) {
                connection.setAutoCommit(false);
                try (PreparedStatement statement =
                        connection.prepareStatement("select * from generate_series(1, 100)")) {
                    statement.setFetchSize(10);
                    assertThatThrownBy(statement::executeQuery).satisfies(e -> assertState(e, "08P01", ""));
                }
                assertThat(connection.isValid(1)).isFalse();
            }
        }

        @Test
        void thatCannotBeParsedPoisonTheBackend() throws Exception {
            try (Wire first = Wire.open(translating);
                    Wire second = Wire.open(translating)) {
                // Both backends of the pool, and the one that lets every transaction change.
                for (int i = 0; i < 4; i++) {
                    first.send(Wire.parse("S_" + i, "select * from not_yet"), Wire.sync());
                    String answer = first.untilReady().get(0);
                    assertThat(answer.equals("1") || answer.startsWith("E:ERROR:42P01"))
                            .isTrue();
                }
                try (Connection owner = postgres.connect()) {
                    execute(owner, "create table not_yet (id int)");
                }
                second.send(
                        Wire.parse("S_1", "select * from not_yet"), Wire.bind("", "S_1"), Wire.execute(), Wire.sync());
                List<String> answer = second.untilReady();
                assertThat(answer.get(0)).isEqualTo("1");
                assertThat(answer.get(1)).startsWith("E:ERROR:26000");
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"discard all", "deallocate all"})
        void disappearUnnoticed(String all) throws SQLException {
            try (Connection first = translating.connect(Map.of("prepareThreshold", "1"));
                    Connection second = unnamed(translating)) {
                first.setAutoCommit(false);
                try (PreparedStatement statement = first.prepareStatement("select 'kept'")) {
                    for (int i = 0; i < 6; i++) {
                        statement.executeQuery().close();
                        first.commit();
                    }
                    for (int i = 0; i < 8; i++) {
                        execute(second, all);
                    }
                    assertThatThrownBy(() -> {
                                statement.executeQuery().close();
                                first.commit();
                            })
                            .satisfies(e -> assertState(e, "26000", "does not exist"));
                }
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"prepare p as select 1", "execute p", "select 1; DEALLOCATE ALL"})
        void areFatalInASimpleQuery(String sql) throws Exception {
            try (Wire wire = Wire.open(translating)) {
                wire.send(Wire.query(sql));
                assertThat(wire.until('?'))
                        .containsExactly(
                                "E:FATAL:XX000:(EPSSIMPLEQUERY) transaction mode only supports prepared statements using"
                                        + " the Extended Query Protocol",
                                "EOF");
            }
        }

        @Test
        void areTwiceOrNotThere() throws Exception {
            try (Wire wire = Wire.open(translating)) {
                wire.send(Wire.parse("S_1", "select 1"), Wire.parse("S_1", "select 1"), Wire.sync());
                assertThat(wire.until('E'))
                        .last()
                        .isEqualTo("E:FATAL:42P05:(EPREPAREDDUP) prepared statement \"S_1\" already exists");
            }
            try (Wire wire = Wire.open(translating)) {
                wire.send(Wire.bind("", "S_1"), Wire.sync());
                assertThat(wire.next())
                        .isEqualTo("E:FATAL:26000:(EPREPAREDNOTFOUND) prepared statement \"S_1\" does not exist");
            }
        }
    }

    @Nested
    class StartupParameters {

        @Test
        void areDroppedWithoutAWord() throws SQLException {
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
        void honourTheSearchPathWithAPoolOfItsOwn() throws SQLException {
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
        void openNoMorePoolsThanAllowed() throws SQLException {
            try (TransactionPooler limited =
                            supavisor(Manners.supavisor().maximumPools(1)).start();
                    Connection first = unnamed(limited)) {
                assertThat(query(first, "select 1")).isEqualTo("1");
                assertThatThrownBy(() -> limited.connect(Map.of("currentSchema", "another")))
                        .satisfies(e -> assertState(e, "XX000", "(EMAXPOOLSREACHED) max pools count reached"));
            }
        }

        @Test
        void fillAKilobyteAtMost() {
            assertThatThrownBy(() -> pooler.connect(Map.of("options", "x".repeat(1000))))
                    .satisfies(e -> {
                        assertState(e, "08P01", "Startup packet too large: ");
                        assertThat(e.getMessage()).contains("bytes (max 1024 bytes)");
                    });
        }
    }

    @Nested
    class Login {

        private String address() {
            return "jdbc:postgresql://127.0.0.1:" + pooler.port() + "/postgres";
        }

        @Test
        void findsTheTenantInTheUsersNameOrInTheOptions() throws SQLException {
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

        @Test
        void closesTheDoorAfterTenWrongPasswords() throws Exception {
            try (TransactionPooler guarded = supavisor(
                            Manners.supavisor().circuitBreaker(3, Duration.ofMinutes(1), Duration.ofMinutes(1)))
                    .start()) {
                String url = "jdbc:postgresql://127.0.0.1:" + guarded.port() + "/postgres?sslmode=disable";
                for (int i = 0; i < 3; i++) {
                    assertThatThrownBy(() -> DriverManager.getConnection(url, "postgres.tenant", "wrong"))
                            .satisfies(e ->
                                    assertState(e, "28P01", "password authentication failed for user \"postgres\""));
                }
                assertThatThrownBy(() -> DriverManager.getConnection(url, "postgres.tenant", postgres.password()))
                        .satisfies(e -> assertState(
                                e,
                                "XX000",
                                "(ECIRCUITBREAKER) too many authentication failures, new connections are temporarily"
                                        + " blocked"));
            }
            assertThat(Manners.supavisor().authenticationFailures()).isEqualTo(10);
        }

        @Test
        void hasNoChannelBindingAndNoDirectTls() {
            assertThatThrownBy(() -> pooler.connect(Map.of("channelBinding", "require")))
                    .isInstanceOf(SQLException.class);
            assertThatThrownBy(() -> pooler.connect(Map.of("sslNegotiation", "direct", "sslmode", "require")))
                    .isInstanceOf(SQLException.class);
        }

        @Test
        void showsASupavisor() throws Exception {
            try (Connection connection = unnamed(pooler)) {
                assertThat(connection.unwrap(PGConnection.class).getBackendPID())
                        .isNotEqualTo(pid(connection));
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
        void isRepeatedAsAHeartbeat() throws Exception {
            try (TransactionPooler lively = supavisor(Manners.supavisor().heartbeat(Duration.ofMillis(50)))
                            .trustClients()
                            .start();
                    Wire wire = Wire.open(lively)) {
                assertThat(wire.next()).isEqualTo("S:application_name Supavisor");
                assertThat(wire.next()).isEqualTo("S:application_name Supavisor");
            }
        }

        @Test
        void isRefusedWhenThereAreTooManyClients() throws Exception {
            try (TransactionPooler small = supavisor().maximumClients(1).start();
                    Connection first = unnamed(small)) {
                assertThat(query(first, "select 1")).isEqualTo("1");
                assertThatThrownBy(() -> small.connect(Map.of("sslmode", "disable", "gssEncMode", "disable")))
                        .satisfies(e -> assertState(e, "XX000", "(EMAXCONN) max client connections reached, limit: 1"));
            }
        }

        @Test
        void succeedsWhenTheServerIsDown() throws Exception {
            PostgresLab mortal = PostgresLab.start();
            try (mortal;
                    TransactionPooler front = TransactionPooler.builder(mortal)
                            .preset(Manners.supavisor())
                            .start()) {
                mortal.stop();
                try (Connection connection = front.connect(Map.of("assumeMinServerVersion", "12"))) {
                    assertThatThrownBy(() -> query(connection, "select 1"))
                            .satisfies(e ->
                                    assertState(e, "08006", "Failed to connect to database: {:error, :econnrefused}"));
                }
            }
        }
    }

    @Nested
    class Backends {

        @Test
        void areOneMoreThanThePoolSizeSays() throws SQLException {
            try (TransactionPooler single = supavisor()
                            .poolSize(1)
                            .checkoutTimeout(Duration.ofMillis(200))
                            .start();
                    Connection first = unnamed(single);
                    Connection second = unnamed(single);
                    Connection third = unnamed(single)) {
                first.setAutoCommit(false);
                second.setAutoCommit(false);
                assertThat(pid(first)).isNotEqualTo(pid(second));
                assertThatThrownBy(() -> pid(third))
                        .satisfies(e -> assertState(
                                e,
                                "XX000",
                                "(ECHECKOUTTIMEOUT) unable to check out connection from the pool after 200ms in"
                                        + " Transaction mode"));
            }
        }

        @Test
        void comeBackToAQuietClientInTheRealOrder() throws SQLException {
            try (TransactionPooler lifo =
                            supavisor().handOver(HandOver.LAST_RELEASED).start();
                    Connection quiet = unnamed(lifo);
                    Connection other = unnamed(lifo)) {
                int pid = pid(quiet);
                assertThat(pid(quiet)).isEqualTo(pid);
                other.setAutoCommit(false);
                assertThat(pid(other)).isEqualTo(pid);
                assertThat(pid(quiet)).isNotEqualTo(pid);
            }
        }

        @Test
        void areClosedWithAClientThatDiesInATransaction() throws Exception {
            try (TransactionPooler trusting = supavisor().trustClients().start()) {
                int dead;
                try (Wire wire = Wire.open(trusting)) {
                    wire.send(Wire.query("begin; select pg_backend_pid()"));
                    dead = Integer.parseInt(wire.untilReady().get(2).substring(2));
                }
                try (Connection connection = unnamed(trusting)) {
                    for (int i = 0; i < 6; i++) {
                        assertThat(pid(connection)).isNotEqualTo(dead);
                    }
                }
            }
        }

        @Test
        void mayDieUnnoticedWhileTheyAreIdle() throws SQLException {
            try (Connection connection = unnamed(pooler);
                    Connection admin = postgres.connect()) {
                for (int i = 0; i < 6; i++) {
                    int pid = pid(connection);
                    query(admin, "select pg_terminate_backend(" + pid + ", 10000)");
                    assertThat(pid(connection)).isNotEqualTo(pid);
                }
            }
        }

        @Test
        void dieInATransactionWith57P01() throws SQLException {
            try (Connection connection = unnamed(pooler);
                    Connection admin = postgres.connect()) {
                connection.setAutoCommit(false);
                query(admin, "select pg_terminate_backend(" + pid(connection) + ", 10000)");
                assertThatThrownBy(() -> pid(connection))
                        .satisfies(e -> assertState(e, "57P01", "terminating connection due to administrator command"));
                assertThat(connection.isClosed()).isTrue();
            }
        }
    }

    @Nested
    class Traffic {

        @Test
        void canBeCancelled() throws SQLException {
            try (Connection connection = unnamed(pooler);
                    Statement statement = connection.createStatement()) {
                statement.setQueryTimeout(1);
                assertThatThrownBy(() -> statement.execute("select pg_sleep(60)"))
                        .satisfies(e -> assertState(e, "57014", ""));
                assertThat(query(connection, "select 1")).isEqualTo("1");
            }
        }

        @Test
        void neverCarriesNotifications() throws SQLException {
            try (Connection listener = unnamed(pooler);
                    Connection sender = unnamed(pooler)) {
                execute(listener, "listen news");
                for (int i = 0; i < 6; i++) {
                    execute(sender, "notify news");
                    query(listener, "select 1");
                }
                assertThat(listener.unwrap(PGConnection.class).getNotifications())
                        .isEmpty();
            }
        }

        @Test
        void isLostBehindASyncThatComesFirst() throws Exception {
            try (TransactionPooler trusting = supavisor().trustClients().start();
                    Wire wire = Wire.open(trusting)) {
                wire.send(Wire.sync(), Wire.query("select 'lost'"));
                assertThat(wire.untilReady()).containsExactly("Z:I");
                wire.send(Wire.query("select 'kept'"));
                assertThat(wire.untilReady()).contains("D:kept");
            }
        }

        @Test
        void mayUseAFetchSizeWithoutNamedStatements() throws SQLException {
            try (Connection connection = unnamed(pooler)) {
                connection.setAutoCommit(false);
                try (Statement statement = connection.createStatement()) {
                    statement.setFetchSize(10);
                    int count = 0;
                    try (ResultSet rows = statement.executeQuery("select * from generate_series(1, 95)")) {
                        while (rows.next()) {
                            count++;
                        }
                    }
                    assertThat(count).isEqualTo(95);
                }
            }
        }
    }
}
