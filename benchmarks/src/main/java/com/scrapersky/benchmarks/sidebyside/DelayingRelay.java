package com.scrapersky.benchmarks.sidebyside;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * Passes bytes on after half of a network's round trip, each way. As many bytes may be under way as there are, so it adds
 * latency and takes no throughput: what arrives later leaves later, by the same time. Its threads are its own; their work
 * is nobody's.
 */
final class DelayingRelay implements AutoCloseable {

    private static final int BUFFER = 64 * 1024;
    private static final byte[] END = new byte[0];

    /** Bytes that have arrived, and when they may go on. */
    private record Parcel(Bytes content, long due) {}

    /** An array in a record of its own would be compared by its contents. */
    private static final class Bytes {
        private final byte[] array;

        Bytes(byte[] array) {
            this.array = array;
        }
    }

    private final ServerSocket server;
    private final InetSocketAddress target;
    private final long delay;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    DelayingRelay(String host, int port, Duration roundTrip) {
        this.target = new InetSocketAddress(host, port);
        this.delay = roundTrip.toNanos() / 2;
        try {
            this.server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        start("accept", this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    private static void start(String name, Runnable work) {
        Thread thread = new Thread(work, "relay-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                Socket upstream = new Socket();
                sockets.add(client);
                sockets.add(upstream);
                upstream.connect(target);
                client.setTcpNoDelay(true);
                upstream.setTcpNoDelay(true);
                connect(client, upstream);
                connect(upstream, client);
            }
        } catch (IOException closed) {
            // The relay has been closed, or its target is gone: clients see their connections end.
            close();
        }
    }

    private void connect(Socket from, Socket to) {
        BlockingQueue<Parcel> underWay = new LinkedBlockingQueue<>();
        start("in", () -> take(from, underWay));
        start("out", () -> deliver(underWay, to));
    }

    private void take(Socket from, BlockingQueue<Parcel> underWay) {
        byte[] buffer = new byte[BUFFER];
        try (from) {
            InputStream in = from.getInputStream();
            int count = in.read(buffer);
            while (count >= 0) {
                underWay.add(new Parcel(new Bytes(Arrays.copyOf(buffer, count)), System.nanoTime() + delay));
                count = in.read(buffer);
            }
        } catch (IOException ended) {
            // As if the stream had ended.
        } finally {
            underWay.add(new Parcel(new Bytes(END), System.nanoTime() + delay));
            sockets.remove(from);
        }
    }

    private static void deliver(BlockingQueue<Parcel> underWay, Socket to) {
        try (to) {
            OutputStream out = to.getOutputStream();
            Parcel parcel = underWay.take();
            while (parcel.content().array.length > 0) {
                long left = parcel.due() - System.nanoTime();
                while (left > 0) {
                    LockSupport.parkNanos(left);
                    left = parcel.due() - System.nanoTime();
                }
                out.write(parcel.content().array);
                parcel = underWay.take();
            }
        } catch (IOException ended) {
            // The other side sees it.
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
