package com.scrapersky.session.testkit.reliability;

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
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A way to a pooler that gives out the backend used last first, as Odyssey does: alone, a program would have the same one for
 * ever. All bytes are passed on unchanged, but before a program learns that its transaction is over, two other clients take
 * the two backends used last, and give them back in the same order, so that the next transaction begins on the other.
 * {@code RouteTest} of the library shows that. A login is no transaction: to change for it, too, would bring back the backend that came before,
 * while a pool fills itself. Without a choice, while all other backends are in transactions, nothing is changed.
 */
public final class ChangingRoute implements PostgresEndpoint {

    /** ReadyForQuery; whether a transaction is open is told by the byte behind it (PostgreSQL, "Message Formats"). */
    private static final byte[] READY = {'Z', 0, 0, 0, 5};

    private static final byte OUTSIDE_A_TRANSACTION = 'I';

    /** For a backend that a client beside this way may hold. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

    private final PoolerLab pooler;
    private final ServerSocket server;
    private final AtomicInteger transactions = new AtomicInteger();
    private final Deque<Connection> idle = new ConcurrentLinkedDeque<>();
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "changing-route");
        thread.setDaemon(true);
        return thread;
    });

    /** Open until the JVM ends, as its pooler is. */
    public ChangingRoute(PoolerLab pooler) {
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
        byte[] tail = new byte[READY.length + 1];
        boolean loggedIn = false;
        boolean inTransaction = false;
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int length = in.read(buffer); length > 0; length = in.read(buffer)) {
                tail = lastOf(tail, buffer, length);
                if (answers && Arrays.equals(READY, Arrays.copyOf(tail, READY.length))) {
                    boolean wasInTransaction = inTransaction;
                    inTransaction = tail[READY.length] != OUTSIDE_A_TRANSACTION;
                    transactions.addAndGet((inTransaction ? 1 : 0) - (wasInTransaction ? 1 : 0));
                    if (loggedIn && !inTransaction) {
                        change();
                    }
                    loggedIn = true;
                }
                out.write(buffer, 0, length);
            }
            return null;
        } finally {
            transactions.addAndGet(inTransaction ? -1 : 0);
        }
    }

    /** Over the border of two reads. */
    private static byte[] lastOf(byte[] before, byte[] buffer, int length) {
        byte[] both = Arrays.copyOf(before, before.length + length);
        System.arraycopy(buffer, 0, both, before.length, length);
        return Arrays.copyOfRange(both, both.length - before.length, both.length);
    }

    private synchronized void change() {
        List<Connection> taken = new ArrayList<>();
        boolean choice = pooler.poolSize() - transactions.get() >= 2;
        while (choice && taken.size() < 2) {
            CompletableFuture<Connection> next = CompletableFuture.supplyAsync(this::take, threads);
            try {
                taken.add(next.get(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS));
            } catch (TimeoutException withoutChoice) {
                // It stands in the pooler's queue: what it gets later goes back at once.
                next.thenAccept(this::giveBack);
                choice = false;
            } catch (ExecutionException | InterruptedException poolerIsGone) {
                choice = false;
            }
        }
        taken.forEach(this::giveBack);
    }

    private Connection take() {
        Connection known = idle.poll();
        try {
            Connection taker = known == null ? open() : known;
            try (Statement statement = taker.createStatement()) {
                statement.execute("select 1");
            }
            return taker;
        } catch (SQLException failed) {
            throw new CompletionException(failed);
        }
    }

    private void giveBack(Connection taker) {
        try {
            taker.rollback();
            idle.push(taker);
        } catch (SQLException lost) {
            // The next one is opened anew.
        }
    }

    /** No statement under a name, no SET at connect. */
    private Connection open() throws SQLException {
        Connection connection = pooler.connect(Map.of(
                "preferQueryMode", "simple", "assumeMinServerVersion", "12", "ApplicationName", "sky-changing-route"));
        connection.setAutoCommit(false);
        return connection;
    }
}
