package com.scrapersky.session.functional;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** An address behind which one pooler can be put in the place of another. */
final class Relay implements AutoCloseable {

    private final ServerSocket server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile int target;

    Relay(int target) throws IOException {
        this.target = target;
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
                daemon(() -> pass(client, pooler));
                daemon(() -> pass(pooler, client));
            } catch (IOException closed) {
                // The clients see it.
            }
        }
    }

    private void pass(Socket from, Socket to) {
        try {
            from.setTcpNoDelay(true);
            from.getInputStream().transferTo(to.getOutputStream());
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
