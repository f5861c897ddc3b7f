package com.scrapersky.session.functional;

import static com.scrapersky.session.functional.PoolSafeDataSourceTest.ask;
import static com.scrapersky.session.functional.PoolSafeDataSourceTest.execute;
import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.testkit.HandOver;
import com.scrapersky.session.testkit.Manners;
import com.scrapersky.session.testkit.PoolMode;
import com.scrapersky.session.testkit.TransactionPooler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.sql.Connection;
import java.util.Map;
import javax.net.SocketFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * With nothing but the URL of Supavisor's transaction mode, what needs a session goes on at the port of its session mode.
 * Supabase's host name leads to two poolers of the testkit here.
 */
class DerivedSessionUrlTest {

    private static final int TRANSACTION_PORT = 6543;
    private static final int SESSION_PORT = 5432;

    private static TransactionPooler transactions;
    private static TransactionPooler sessions;

    @BeforeAll
    static void start() {
        transactions = TransactionPooler.supavisor(Route.postgres().url())
                .poolSize(2)
                .handOver(HandOver.LONGEST_IDLE)
                .start();
        sessions = TransactionPooler.builder(Route.postgres().url())
                .preset(Manners.supavisor().poolMode(PoolMode.SESSION))
                .poolSize(4)
                .start();
    }

    @AfterAll
    static void stop() {
        transactions.close();
        sessions.close();
    }

    /** The driver opens its sockets by it. */
    public static final class Hosted extends SocketFactory {

        @Override
        public Socket createSocket() {
            return new Socket() {
                @Override
                public void connect(SocketAddress to, int timeout) throws IOException {
                    int port = ((InetSocketAddress) to).getPort();
                    TransactionPooler pooler = switch (port) {
                        case TRANSACTION_PORT -> transactions;
                        case SESSION_PORT -> sessions;
                        default -> throw new IOException("nothing listens on port " + port);
                    };
                    super.connect(new InetSocketAddress(pooler.host(), pooler.port()), timeout);
                }
            };
        }

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            throw new IOException("the driver connects by itself");
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress from, int fromPort) throws IOException {
            throw new IOException("the driver connects by itself");
        }

        @Override
        public Socket createSocket(InetAddress host, int port) throws IOException {
            throw new IOException("the driver connects by itself");
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort) throws IOException {
            throw new IOException("the driver connects by itself");
        }
    }

    private static DatabaseSessionFactory open() {
        return DatabaseSessionFactory.open("postgresql://" + transactions.user() + ":" + transactions.password()
                + "@aws-0-eu-central-1.pooler.supabase.com:" + TRANSACTION_PORT + "/" + transactions.database()
                + "?sslmode=disable&socketFactory=" + Hosted.class.getName());
    }

    private static int backend(Connection connection) throws Exception {
        return Integer.parseInt(ask(connection, "select pg_backend_pid()"));
    }

    @Test
    void whatNeedsASessionMovesToTheSessionPortAndGoesBackClean() throws Exception {
        try (DatabaseSessionFactory factory = open()) {
            int lent;
            try (Connection connection = factory.dataSource().getConnection()) {
                execute(connection, "set app.tenant = 'kept'");
                int first = backend(connection);
                assertThat(backend(connection))
                        .as("the next transaction's backend")
                        .isNotEqualTo(first);
                assertThat(transactions.backendPids()).contains(first);
                assertThat(sessions.backendPids()).as("opened when needed").isEmpty();

                execute(connection, "listen jobs");
                lent = backend(connection);
                assertThat(sessions.backendPids()).contains(lent);
                assertThat(backend(connection)).isEqualTo(lent);
                assertThat(ask(connection, "select current_setting('app.tenant')"))
                        .isEqualTo("kept");
                assertThat(ask(connection, "select pg_try_advisory_lock(7)")).isEqualTo("t");
                execute(connection, "create temp table mine (id int)");
            }
            try (Connection connection = factory.dataSource().getConnection()) {
                int other = backend(connection);
                assertThat(transactions.backendPids()).contains(other);
                execute(connection, "listen others");
                assertThat(backend(connection))
                        .as("the session that was given back")
                        .isEqualTo(lent);
                assertThat(ask(connection, "select string_agg(c, ',') from pg_listening_channels() c"))
                        .isEqualTo("others");
                assertThat(ask(connection, "select to_regclass('mine')")).isNull();
                assertThat(ask(connection, "select coalesce(current_setting('app.tenant', true), '')"))
                        .isEmpty();
                assertThat(ask(
                                connection,
                                "select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()"))
                        .isEqualTo("0");
            }
            assertThat(factory.sessionMoves()).isEqualTo(Map.of(SessionFeature.NOTIFICATION, 2L));
        }
    }
}
