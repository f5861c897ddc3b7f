package com.scrapersky.session.internal.guard;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.testkit.HandOver;
import com.scrapersky.session.testkit.Manners;
import com.scrapersky.session.testkit.PostgresLab;
import com.scrapersky.session.testkit.TransactionPooler;
import java.net.Socket;
import java.net.SocketOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;
import org.postgresql.core.PGStream;
import org.postgresql.core.QueryExecutorBase;
import org.postgresql.jdbc.PgConnection;

/** What counts as evidence that a connection is dead, and what does not. */
class ConnectionCheckTest {

    /** Leaves nothing on a backend. */
    private static final Map<String, String> QUIET = Map.of("prepareThreshold", "0", "assumeMinServerVersion", "12");

    private static final Duration LONGEST_WAY = Duration.ofSeconds(10);

    private static PostgresLab postgres;
    private static PostgresLab overTls;

    @BeforeAll
    static void start() {
        postgres = PostgresLab.start();
        overTls = PostgresLab.builder().tls().start();
    }

    @AfterAll
    static void stop() {
        postgres.close();
        overTls.close();
    }

    @TempDir
    Path folder;

    /** Over TLS, where the driver's buffer is behind another one. */
    private Connection overTls() throws Exception {
        Path certificate = folder.resolve("root.pem");
        Files.writeString(certificate, overTls.certificate());
        return overTls.connect(
                Map.of("sslmode", "verify-full", "sslrootcert", certificate.toString(), "tcpKeepAlive", "true"));
    }

    private static boolean stands(Connection connection) throws SQLException {
        return ConnectionCheck.stands(connection.unwrap(PGConnection.class), 1);
    }

    /** As soon as the news has come: the pooler writes it while the test goes on. */
    private static void assertSeenToBeDead(Connection connection) throws SQLException {
        long end = System.nanoTime() + LONGEST_WAY.toNanos();
        boolean stands = stands(connection);
        while (stands && System.nanoTime() - end < 0) {
            stands = stands(connection);
        }
        assertThat(stands).isFalse();
    }

    /** The listener's backend is told by a signal, and may write after the other one's NOTIFY is answered. */
    private static void assertStandsUntilSomethingHasCome(Connection connection) throws Exception {
        PGStream stream = stream(connection);
        long end = System.nanoTime() + LONGEST_WAY.toNanos();
        do {
            assertThat(stands(connection)).isTrue();
        } while (!stream.hasMessagePending() && System.nanoTime() - end < 0);
    }

    private static int ask(Connection connection, String question) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(question)) {
            row.next();
            return row.getInt(1);
        }
    }

    @Test
    void aQuietConnectionStandsAndIsLeftAsItWas() throws Exception {
        try (Connection connection = overTls()) {
            connection.setNetworkTimeout(Runnable::run, 12_345);
            assertThat(stands(connection)).isTrue();
            assertThat(stands(connection)).isTrue();
            assertThat(connection.getNetworkTimeout()).isEqualTo(12_345);
            assertThat(ask(connection, "select 1")).isEqualTo(1);
        }
    }

    @Test
    void aServerThatHasSaidFarewellIsSeenAndItsWordsAreKept() throws Exception {
        try (Connection connection = overTls()) {
            terminate(ask(connection, "select pg_backend_pid()"));
            assertThat(stands(connection)).isFalse();
            assertThat(stands(connection)).isFalse();
            assertThat(failure(connection)).isEqualTo("57P01");
        }
    }

    /** The pooler says nothing: only the end of the stream tells. */
    @Test
    void anEndWithoutAWordIsSeen() throws Exception {
        try (TransactionPooler pooler = TransactionPooler.supavisor(postgres.url())
                        .handOver(HandOver.LONGEST_IDLE)
                        .start();
                Connection connection = pooler.connect(QUIET)) {
            assertThat(ask(connection, "select 1")).isEqualTo(1);
            pooler.faults().restart();
            assertSeenToBeDead(connection);
        }
    }

    /** getNotifications would take the first byte of it, and fail. */
    @Test
    void theHeartbeatOfAnIdlePoolerIsNoEvidenceAndHidesNone() throws Exception {
        try (TransactionPooler pooler = TransactionPooler.builder(postgres)
                        .preset(Manners.supavisor().heartbeat(Duration.ofMillis(5)))
                        .handOver(HandOver.LONGEST_IDLE)
                        .start();
                Connection connection = pooler.connect(QUIET)) {
            for (int beat = 0; beat < 20; beat++) {
                CompletableFuture.runAsync(
                                () -> {},
                                CompletableFuture.delayedExecutor(6, java.util.concurrent.TimeUnit.MILLISECONDS))
                        .join();
                assertThat(stands(connection)).isTrue();
            }
            assertThat(ask(connection, "select 1")).isEqualTo(1);
            assertThat(stands(connection)).isTrue();
            pooler.faults().drain();
            assertSeenToBeDead(connection);
        }
    }

    @Test
    void aNotificationIsLeftForTheProgram() throws Exception {
        try (Connection connection = overTls();
                Connection other = overTls()) {
            execute(connection, "listen news");
            execute(other, "notify news, 'hello'");
            assertStandsUntilSomethingHasCome(connection);
            assertThat(stands(connection)).isTrue();
            assertThat(connection.unwrap(PGConnection.class).getNotifications())
                    .singleElement()
                    .satisfies(news -> assertThat(news.getParameter()).isEqualTo("hello"));
        }
    }

    @Test
    void aStatementThatIsUnderWayIsNotDisturbed() throws Exception {
        try (Connection connection = overTls();
                Connection other = overTls()) {
            int pid = ask(connection, "select pg_backend_pid()");
            execute(other, "select pg_advisory_lock(4711)");
            CompletableFuture<Integer> running = CompletableFuture.supplyAsync(() -> {
                try {
                    return ask(connection, "select 7 from (select pg_advisory_xact_lock(4711)) waited");
                } catch (SQLException failed) {
                    throw new IllegalStateException(failed);
                }
            });
            while (ask(other, "select count(*) from pg_locks where not granted and pid = " + pid) == 0) {
                Thread.onSpinWait();
            }
            assertThat(stands(connection)).isTrue();
            execute(other, "select pg_advisory_unlock(4711)");
            assertThat(running.join()).isEqualTo(7);
        }
    }

    @Test
    void anErrorOfAStatementIsNoEvidence() throws Exception {
        try (Connection connection = overTls()) {
            connection.setAutoCommit(false);
            assertThat(failure(connection)).isEqualTo("none");
            try {
                ask(connection, "select 1/0");
            } catch (SQLException failed) {
                assertThat(failed.getSQLState()).isEqualTo("22012");
            }
            assertThat(stands(connection)).isTrue();
        }
    }

    /** The way for a peer that is gone without a word: the system asks it, as it asks nobody else's backend. */
    @Test
    void theSystemAsksIdlePeers() throws Exception {
        try (Connection plain = postgres.connect(Map.of("tcpKeepAlive", "true"));
                Connection encrypted = overTls();
                Connection unasked = postgres.connect()) {
            for (Connection connection : new Connection[] {plain, encrypted, unasked}) {
                ConnectionCheck.keepAlive(connection.unwrap(PGConnection.class));
            }
            for (Connection connection : new Connection[] {plain, encrypted}) {
                assertThat(keepalive(connection))
                        .containsEntry("TCP_KEEPIDLE", 30)
                        .containsEntry("TCP_KEEPINTERVAL", 10)
                        .containsEntry("TCP_KEEPCOUNT", 3);
            }
            assertThat(keepalive(unasked)).isEmpty();
        }
    }

    private static Map<String, Object> keepalive(Connection connection) throws Exception {
        Socket socket = stream(connection).getSocket();
        Map<String, Object> options = new TreeMap<>();
        if (socket.getKeepAlive()) {
            for (SocketOption<?> option : socket.supportedOptions()) {
                if (option.name().startsWith("TCP_KEEP")) {
                    options.put(option.name(), socket.getOption(option));
                }
            }
        }
        return options;
    }

    private static PGStream stream(Connection connection) throws Exception {
        var field = QueryExecutorBase.class.getDeclaredField("pgStream");
        field.setAccessible(true);
        return (PGStream) field.get(connection.unwrap(PgConnection.class).getQueryExecutor());
    }

    private static void terminate(int pid) throws SQLException {
        overTls.execute("select pg_terminate_backend(" + pid + ", 10000)");
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String failure(Connection connection) {
        try {
            ask(connection, "select 1");
            return "none";
        } catch (SQLException failed) {
            return failed.getSQLState();
        }
    }
}
