package com.scrapersky.session.testkit.internal.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Free ports for servers on the loopback address, from below the range that systems hand out to outgoing connections.
 *
 * <p>Inside that range (Linux: 32768 and up) a stopped server's port could be taken by any client while a fault test
 * keeps the server down, and a client that calls a port without a listener could even be connected to itself. Where a
 * build numbers its JVMs by the system property {@code sky.testkit.fork}, up to four of them have ports of their own.
 */
public final class LoopbackPorts {

    public static final String HOST = "127.0.0.1";

    private static final int LOWEST = 15_000;
    private static final int HIGHEST = 32_000;
    private static final int CONNECT_LIMIT_MILLIS = 5_000;

    // JVMs that test at once must not take the port of a server that another of them keeps down for a while.
    private static final int RANGES = 4;
    private static final int SIZE = (HIGHEST - LOWEST) / RANGES;
    private static final int START = LOWEST + Integer.getInteger("sky.testkit.fork", 0) % RANGES * SIZE;

    private LoopbackPorts() {}

    /** A port that was free a moment ago; the caller tries another when its server finds it taken. */
    public static int free() {
        for (int attempt = 0; attempt < 1_000; attempt++) {
            int port = START + ThreadLocalRandom.current().nextInt(SIZE);
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(address(port));
                return port;
            } catch (IOException taken) {
                // Another server has this one: the next number is as good.
            }
        }
        throw new IllegalStateException("No free port on " + HOST + " between " + START + " and " + (START + SIZE));
    }

    /** Whether a server accepts connections on this port. */
    public static boolean isListening(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(address(port), CONNECT_LIMIT_MILLIS);
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    /** Where a server listens that clients reach by {@link #HOST}, whatever the machine calls its loopback address. */
    public static InetSocketAddress address(int port) throws IOException {
        return new InetSocketAddress(InetAddress.getByAddress(HOST, new byte[] {127, 0, 0, 1}), port);
    }
}
