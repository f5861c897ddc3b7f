package com.scrapersky.session.frameworks;

import com.scrapersky.session.testkit.PoolerLab;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A way to a pooler that gives out the backend used last first, as Odyssey does: alone, a program would have the same one
 * for ever. This one passes all bytes on unchanged, but before a program learns that its transaction is over,
 * {@link OtherClient another client} takes the backend that it ran on. In no order, unlike the testkit's: a pool that asks
 * something before each transaction would keep step with one.
 */
final class ChangingRoute implements AutoCloseable {

    /** ReadyForQuery, outside a transaction (PostgreSQL, "Message Formats"). */
    private static final byte[] TRANSACTION_OVER = {'Z', 0, 0, 0, 5, 'I'};

    private final PoolerLab pooler;
    private final OtherClient other;
    private final ServerSocket server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    ChangingRoute(PoolerLab pooler) throws IOException, SQLException {
        this.pooler = pooler;
        other = new OtherClient(pooler);
        server = new ServerSocket(0, 50, InetAddress.getByName(pooler.host()));
        threads.submit(this::accept);
    }

    String jdbcUrl() {
        return pooler.jdbcUrl().replace(":" + pooler.port() + "/", ":" + server.getLocalPort() + "/");
    }

    private Void accept() throws IOException {
        while (!server.isClosed()) {
            Socket program = server.accept();
            Socket toPooler = new Socket(pooler.host(), pooler.port());
            for (Socket socket : new Socket[] {program, toPooler}) {
                socket.setTcpNoDelay(true);
                sockets.add(socket);
            }
            // What goes wrong on the way, the program notices: its connection is closed.
            threads.submit(() -> passOn(program, toPooler, false));
            threads.submit(() -> passOn(toPooler, program, true));
        }
        return null;
    }

    private Void passOn(Socket from, Socket to, boolean answers) throws IOException, SQLException {
        byte[] buffer = new byte[1 << 16];
        byte[] tail = new byte[TRANSACTION_OVER.length];
        // The first answer of the kind ends the login, which ran on no backend. A pool logs in with its further
        // connections while
        // the program works: counted as a transaction, this gave the program the backend of its last one.
        boolean loggedIn = false;
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int length = in.read(buffer); length > 0; length = in.read(buffer)) {
                tail = lastOf(tail, buffer, length);
                if (answers && Arrays.equals(tail, TRANSACTION_OVER)) {
                    if (loggedIn) {
                        other.takeAnother();
                    }
                    loggedIn = true;
                }
                out.write(buffer, 0, length);
            }
            return null;
        } finally {
            sockets.remove(from);
            sockets.remove(to);
        }
    }

    /** Over the border of two reads. */
    private static byte[] lastOf(byte[] before, byte[] buffer, int length) {
        byte[] both = Arrays.copyOf(before, before.length + length);
        System.arraycopy(buffer, 0, both, before.length, length);
        return Arrays.copyOfRange(both, both.length - before.length, both.length);
    }

    @Override
    public void close() throws IOException, SQLException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
        threads.shutdownNow();
        other.close();
    }
}
