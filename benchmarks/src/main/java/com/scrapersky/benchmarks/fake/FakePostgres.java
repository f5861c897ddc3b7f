package com.scrapersky.benchmarks.fake;

import java.net.InetAddress;
import java.net.Socket;
import javax.net.SocketFactory;

/**
 * pgjdbc's {@code socketFactory}: each connection leads to a {@link FakeBackend} in the thread that uses it. pgjdbc itself runs
 * for real, all of it; there is no network, no kernel and no server in what is measured.
 */
public final class FakePostgres extends SocketFactory {

    /** Where to connect to: the address is never looked at. */
    public static final String URL = "jdbc:postgresql://127.0.0.1:1/fake?sslmode=disable&gssEncMode=disable";

    /** The value of the connection property {@code socketFactory}. */
    public static final String SOCKET_FACTORY = FakePostgres.class.getName();

    @Override
    public Socket createSocket() {
        return new FakeSocket();
    }

    @Override
    public Socket createSocket(String host, int port) {
        return createSocket();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
        return createSocket();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
        return createSocket();
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort) {
        return createSocket();
    }
}
