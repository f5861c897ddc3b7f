package com.scrapersky.benchmarks.fake;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;

/** A socket whose other end is in memory. */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // used by one thread at a time, as its connection is
final class FakeSocket extends Socket {

    private final FakeBackend backend = new FakeBackend();
    private boolean closed;
    private int timeout;

    @Override
    public void connect(SocketAddress endpoint) {}

    @Override
    public void connect(SocketAddress endpoint, int connectTimeout) {}

    @Override
    public boolean isConnected() {
        return true;
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public void setSoTimeout(int milliseconds) {
        timeout = milliseconds;
    }

    @Override
    public int getSoTimeout() {
        return timeout;
    }

    @Override
    public void setTcpNoDelay(boolean on) {}

    @Override
    public void setKeepAlive(boolean on) {}

    @Override
    public void setReceiveBufferSize(int size) {}

    @Override
    public void setSendBufferSize(int size) {}

    @Override
    public int getSendBufferSize() {
        return 64 * 1024;
    }

    @Override
    public InetAddress getInetAddress() {
        return InetAddress.getLoopbackAddress();
    }

    @Override
    public InputStream getInputStream() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                read(one, 0, 1);
                return one[0] & 0xff;
            }

            @Override
            public int read(byte[] to, int offset, int length) throws IOException {
                int read = backend.read(to, offset, length);
                if (read == 0 && length > 0) {
                    throw new SocketTimeoutException("the fake server has nothing to say");
                }
                return read;
            }

            @Override
            public int available() {
                return backend.available();
            }
        };
    }

    @Override
    public OutputStream getOutputStream() {
        return new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                write(new byte[] {(byte) value}, 0, 1);
            }

            @Override
            public void write(byte[] from, int offset, int length) throws IOException {
                backend.write(from, offset, length);
            }
        };
    }
}
