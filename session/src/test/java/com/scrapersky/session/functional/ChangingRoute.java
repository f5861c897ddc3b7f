package com.scrapersky.session.functional;

import com.scrapersky.session.testkit.PoolerLab;
import com.scrapersky.session.testkit.PostgresEndpoint;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A way to a pooler that gives out the backend used last first, as Odyssey does: alone, a program would have the same one for
 * ever. All bytes are passed on unchanged, but before a program learns that its transaction is over, two other clients take
 * the two backends used last, and give them back in the same order, so that the next transaction begins on the other.
 * {@code RouteTest} shows that. Without a choice, while all other backends are held, nothing is changed.
 */
final class ChangingRoute implements PostgresEndpoint {

    /** ReadyForQuery, outside a transaction (PostgreSQL, "Message Formats"). */
    private static final byte[] TRANSACTION_OVER = {'Z', 0, 0, 0, 5, 'I'};

    /** In milliseconds, for the second backend: another client may hold it. */
    private static final int LONGEST_WAIT = 1000;

    private final PoolerLab pooler;
    private final ServerSocket server;
    private final List<Connection> takers = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "changing-route");
        thread.setDaemon(true);
        return thread;
    });

    /** Open until the JVM ends, as its pooler is. */
    ChangingRoute(PoolerLab pooler) {
        this.pooler = pooler;
        try {
            server = new ServerSocket(0, 50, InetAddress.getByName(pooler.host()));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        threads.submit(this::accept);
    }

    @Override
    public String host() {
        return pooler.host();
    }

    @Override
    public int port() {
        return server.getLocalPort();
    }

    @Override
    public String user() {
        return pooler.user();
    }

    @Override
    public String password() {
        return pooler.password();
    }

    @Override
    public String database() {
        return pooler.database();
    }

    private Void accept() throws IOException {
        while (true) {
            Socket program = server.accept();
            Socket toPooler = new Socket(pooler.host(), pooler.port());
            program.setTcpNoDelay(true);
            toPooler.setTcpNoDelay(true);
            // What goes wrong on the way, the program notices: its connection is closed.
            threads.submit(() -> passOn(program, toPooler, false));
            threads.submit(() -> passOn(toPooler, program, true));
        }
    }

    private Void passOn(Socket from, Socket to, boolean answers) throws IOException {
        byte[] buffer = new byte[1 << 16];
        byte[] tail = new byte[TRANSACTION_OVER.length];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int length = in.read(buffer); length > 0; length = in.read(buffer)) {
                tail = lastOf(tail, buffer, length);
                if (answers && Arrays.equals(tail, TRANSACTION_OVER)) {
                    change();
                }
                out.write(buffer, 0, length);
            }
            return null;
        }
    }

    /** Over the border of two reads. */
    private static byte[] lastOf(byte[] before, byte[] buffer, int length) {
        byte[] both = Arrays.copyOf(before, before.length + length);
        System.arraycopy(buffer, 0, both, before.length, length);
        return Arrays.copyOfRange(both, both.length - before.length, both.length);
    }

    private synchronized void change() {
        try {
            while (takers.size() < 2) {
                takers.add(open());
            }
            for (Connection taker : takers) {
                take(taker);
            }
            for (Connection taker : takers) {
                taker.rollback();
            }
        } catch (SQLException withoutChoice) {
            takers.forEach(ChangingRoute::discard);
            takers.clear();
        }
    }

    /** No statement under a name, no SET at connect. */
    private Connection open() throws SQLException {
        Connection connection = pooler.connect(Map.of(
                "preferQueryMode", "simple", "assumeMinServerVersion", "12", "ApplicationName", "sky-changing-route"));
        connection.setAutoCommit(false);
        connection.setNetworkTimeout(Runnable::run, LONGEST_WAIT);
        return connection;
    }

    private static void take(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("select 1");
        }
    }

    private static void discard(Connection connection) {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException closed) {
            // That is all that was wanted.
        }
    }
}
