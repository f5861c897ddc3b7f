package com.scrapersky.session.doctor;

import com.scrapersky.session.testkit.PostgresEndpoint;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands in front of a server and counts the clients that begin to prove a password: the first message {@code p} of each
 * connection (SASLInitialResponse, or PasswordMessage).
 */
final class LoginsOnTheWire implements AutoCloseable {

    private static final int SSL_REQUEST = 80877103;

    private final ServerSocket listening;
    private final PostgresEndpoint server;
    private final AtomicInteger passwords = new AtomicInteger();

    LoginsOnTheWire(PostgresEndpoint server, InetAddress address) throws IOException {
        this.server = server;
        listening = new ServerSocket(0, 50, address);
        daemon(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    /** The server's URL with this one's port. */
    String url() {
        return server.url().replace(":" + server.port() + "/", ":" + port() + "/");
    }

    int passwords() {
        return passwords.get();
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = listening.accept();
            Socket behind = new Socket(server.host(), server.port());
            daemon(() -> forward(client, behind));
            daemon(() -> {
                try (client;
                        behind) {
                    InputStream answers = behind.getInputStream();
                    answers.transferTo(client.getOutputStream());
                }
            });
        }
    }

    private void forward(Socket client, Socket behind) throws IOException {
        try (client;
                behind) {
            DataInputStream in = new DataInputStream(client.getInputStream());
            DataOutputStream out = new DataOutputStream(behind.getOutputStream());
            int code;
            do {
                int length = in.readInt();
                code = in.readInt();
                out.writeInt(length);
                out.writeInt(code);
                out.write(in.readNBytes(length - 8));
            } while (code == SSL_REQUEST);
            boolean counted = false;
            while (true) {
                byte type = in.readByte();
                if (type == 'p' && !counted) {
                    counted = true;
                    passwords.incrementAndGet();
                }
                int length = in.readInt();
                out.writeByte(type);
                out.writeInt(length);
                out.write(in.readNBytes(length - 4));
            }
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void daemon(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (EOFException | SocketException gone) {
                // One of the two has gone, or the test is over.
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
