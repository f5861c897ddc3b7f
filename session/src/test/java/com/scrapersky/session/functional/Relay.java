package com.scrapersky.session.functional;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/** An address behind which one pooler can be put in the place of another. */
final class Relay implements AutoCloseable {

    private final ServerSocket server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final UnaryOperator<OutputStream> answers;
    private volatile int target;

    Relay(int target) throws IOException {
        this(target, to -> to);
    }

    /** @param answers what looks at that which a client is answered, on its way there */
    Relay(int target, UnaryOperator<OutputStream> answers) throws IOException {
        this.target = target;
        this.answers = answers;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /** New connections go there; those that there are end, as they do with their pooler. */
    void leadTo(int port) {
        target = port;
        open.forEach(Relay::end);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                Socket pooler = new Socket(InetAddress.getLoopbackAddress(), target);
                open.add(client);
                open.add(pooler);
                daemon(() -> pass(client, pooler, to -> to));
                daemon(() -> pass(pooler, client, answers));
            } catch (IOException closed) {
                // The clients see it.
            }
        }
    }

    private void pass(Socket from, Socket to, UnaryOperator<OutputStream> seenBy) {
        try {
            from.setTcpNoDelay(true);
            from.getInputStream().transferTo(seenBy.apply(to.getOutputStream()));
        } catch (IOException ended) {
            // As below.
        } finally {
            end(from);
            end(to);
            open.remove(from);
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "relay");
        thread.setDaemon(true);
        thread.start();
    }

    private static void end(Socket socket) {
        try {
            socket.close();
        } catch (IOException closed) {
            // It is what was wanted.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        open.forEach(Relay::end);
    }
}
