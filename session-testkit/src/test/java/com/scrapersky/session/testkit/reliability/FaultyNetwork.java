package com.scrapersky.session.testkit.reliability;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** The wire between a program and whoever serves it: loses connections at the worst of times. Without TLS. */
public final class FaultyNetwork implements AutoCloseable {

    /** What happens to the next connection that says COMMIT. */
    private enum Commit {
        PASSES,
        CUT_BEFORE,
        CUT_AFTER
    }

    private static final byte[] WORD = "COMMIT".getBytes(StandardCharsets.US_ASCII);

    private final ServerSocket server;
    private volatile int target;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicReference<Commit> commit = new AtomicReference<>(Commit.PASSES);
    private final AtomicLong bytesLeft = new AtomicLong(Long.MAX_VALUE);
    private final AtomicLong bytesPassed = new AtomicLong();
    private final AtomicInteger connections = new AtomicInteger();
    private volatile CountDownLatch stalled = new CountDownLatch(0);

    public FaultyNetwork(int target) {
        try {
            this.target = target;
            this.server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        } catch (IOException full) {
            throw new IllegalStateException(full);
        }
        daemon(this::accept);
    }

    public int port() {
        return server.getLocalPort();
    }

    /** The next COMMIT does not arrive. */
    public void cutBeforeCommit() {
        commit.set(Commit.CUT_BEFORE);
    }

    /** The next COMMIT is executed, and its answer does not arrive. */
    public void cutAfterCommit() {
        commit.set(Commit.CUT_AFTER);
    }

    /** Whether the COMMIT that was waited for has come. */
    public boolean hasCut() {
        return commit.get() == Commit.PASSES;
    }

    /** Lets so many bytes more go to the server, and then cuts whoever sends the next one; those after it are let through. */
    public void cutAfter(long bytes) {
        bytesLeft.set(bytes);
    }

    /** How many bytes have gone to the server. */
    public long bytesPassed() {
        return bytesPassed.get();
    }

    /** How many connections were begun. */
    public int connections() {
        return connections.get();
    }

    /** Nothing goes through until {@link #flow()}, in no direction. */
    public void stall() {
        stalled = new CountDownLatch(1);
    }

    public void flow() {
        stalled.countDown();
    }

    /** Ends every connection, and leads those to come to somebody else. */
    public void leadTo(int port) {
        target = port;
        cut();
    }

    /** Ends every connection. */
    public void cut() {
        open.forEach(FaultyNetwork::end);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                connections.incrementAndGet();
                try {
                    Socket service = new Socket(InetAddress.getLoopbackAddress(), target);
                    Wire wire = new Wire(client, service);
                    open.add(client);
                    open.add(service);
                    daemon(wire::toServer);
                    daemon(wire::toClient);
                } catch (IOException nobodyThere) {
                    end(client);
                }
            } catch (IOException closed) {
                // The clients see it.
            }
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "faulty-network");
        thread.setDaemon(true);
        thread.start();
    }

    private static void end(Socket socket) {
        try {
            // So that the other end sees a broken connection, as behind a network that is gone.
            socket.setSoLinger(true, 0);
        } catch (IOException closed) {
            // It is what was wanted.
        }
        try {
            socket.close();
        } catch (IOException closed) {
            // As above.
        }
    }

    @Override
    public void close() {
        flow();
        try {
            server.close();
        } catch (IOException closed) {
            // As above.
        }
        cut();
    }

    /** One connection, in both directions. */
    private final class Wire {

        private final Socket client;
        private final Socket service;
        private volatile boolean answerIsLost;

        Wire(Socket client, Socket service) throws IOException {
            this.client = client;
            this.service = service;
            client.setTcpNoDelay(true);
            service.setTcpNoDelay(true);
        }

        void toServer() {
            pass(client, service, true);
        }

        void toClient() {
            pass(service, client, false);
        }

        private void pass(Socket from, Socket to, boolean towardsServer) {
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                byte[] buffer = new byte[8192];
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    stalled.await();
                    if (towardsServer ? !send(buffer, read, out) : !answer(buffer, read, out)) {
                        return;
                    }
                }
            } catch (IOException ended) {
                // As below.
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            } finally {
                end(client);
                end(service);
                open.remove(client);
                open.remove(service);
            }
        }

        private boolean send(byte[] bytes, int length, OutputStream out) throws IOException {
            if (contains(bytes, length)) {
                if (commit.compareAndSet(Commit.CUT_BEFORE, Commit.PASSES)) {
                    return false;
                } else if (commit.compareAndSet(Commit.CUT_AFTER, Commit.PASSES)) {
                    answerIsLost = true;
                }
            }
            long left = bytesLeft.getAndUpdate(
                    count -> count == Long.MAX_VALUE ? count : count < length ? Long.MAX_VALUE : count - length);
            int passing = (int) Math.min(length, left);
            out.write(bytes, 0, passing);
            out.flush();
            bytesPassed.addAndGet(passing);
            return passing == length;
        }

        private boolean answer(byte[] bytes, int length, OutputStream out) throws IOException {
            if (answerIsLost && contains(bytes, length)) {
                return false;
            }
            out.write(bytes, 0, length);
            out.flush();
            return true;
        }

        private static boolean contains(byte[] bytes, int length) {
            for (int at = 0; at <= length - WORD.length; at++) {
                int same = 0;
                while (same < WORD.length && bytes[at + same] == WORD[same]) {
                    same++;
                }
                if (same == WORD.length) {
                    return true;
                }
            }
            return false;
        }
    }
}
