package com.scrapersky.session.testkit.internal.proxy;

import com.scrapersky.session.testkit.internal.protocol.ByteQueue;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One end of a TCP connection of the pooler: what came in, what is to go out, and the pressure back when it does not go. */
abstract class Peer implements EventLoop.Ready {

    private static final Logger LOG = LoggerFactory.getLogger(Peer.class);
    private static final int HIGH_WATER = 512 * 1024;
    private static final int LOW_WATER = 128 * 1024;
    private static final Duration LINGER = Duration.ofSeconds(1);

    protected final EventLoop loop;
    protected final ByteQueue in = new ByteQueue();
    private final SocketChannel channel;
    private final SelectionKey key;
    private final ByteQueue out = new ByteQueue();
    private final Throttle throttle;
    private Transport transport;
    private @Nullable Peer feeder;
    private boolean flushPlanned;
    private boolean closing;
    private boolean lingering;
    private boolean closed;

    Peer(EventLoop loop, SocketChannel channel, int operations, Throttle throttle) throws IOException {
        this.loop = loop;
        this.channel = channel;
        this.throttle = throttle;
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        throttle.guard(this);
        transport = new Transport.Plain(channel);
        key = loop.register(channel, operations, this);
    }

    /** New bytes are in {@link #in}. */
    protected abstract void received() throws IOException;

    /** The other end is gone, or does not speak the protocol. */
    protected abstract void lost(String reason);

    /** The connection is up; only for one which this side opened. */
    protected void connected() throws IOException {}

    /** TLS is up. */
    protected void secured() throws IOException {}

    /** Told once, when the connection is over, whoever ended it. */
    protected abstract void ended();

    @Override
    public final void ready() {
        try {
            if (key.isConnectable()) {
                channel.finishConnect();
                key.interestOps(SelectionKey.OP_READ);
                connected();
                return;
            }
            if (key.isWritable()) {
                flush();
            }
            if (key.isValid() && key.isReadable()) {
                boolean negotiating = transport.isShakingHands();
                int count = transport.read(in);
                if (transport.hasUnwritten()) {
                    planFlush();
                }
                if (negotiating && !transport.isShakingHands()) {
                    secured();
                }
                if (closing) {
                    linger(count);
                } else if (count < 0) {
                    lost("the other end closed the connection");
                } else if (count > 0) {
                    counted(count);
                    received();
                }
            }
        } catch (IOException e) {
            failed(e);
        } catch (RuntimeException e) {
            LOG.error("a defect of the pooler ends a connection", e);
            lost("a defect of the pooler: " + e);
            close();
        }
    }

    /** What still comes is read and dropped: a socket closed over unread bytes sends a reset, and our last words are lost. */
    private void linger(int count) {
        in.clear();
        if (count < 0) {
            close();
        }
    }

    /** The connection cannot go on. */
    protected void failed(IOException e) {
        String text = e.getMessage();
        lost(text == null ? e.getClass().getSimpleName() : text);
        close();
    }

    /** Bytes arrived. */
    protected abstract void counted(int bytes);

    final void send(byte[] message) {
        if (!closing && throttle.takesNow(message)) {
            out.append(message);
            planFlush();
        }
    }

    final void send(ByteQueue source, int from, int to) {
        if (closing) {
            return;
        }
        if (throttle.isIdle()) {
            out.append(source, from, to);
            planFlush();
        } else {
            send(source.copy(from, to));
        }
    }

    /** Puts bytes out which have been held back long enough. */
    final void release(byte[] held) {
        if (!closed) {
            out.append(held);
            planFlush();
        }
    }

    private void planFlush() {
        if (!flushPlanned) {
            flushPlanned = true;
            loop.flushSoon(this);
        }
    }

    final void flush() {
        flushPlanned = false;
        if (closed || !channel.isConnected()) {
            return;
        }
        try {
            int limit = throttle.allowance(out.size());
            int written = 0;
            int count;
            do {
                count = transport.write(out, limit - written);
                written += count;
            } while (count > 0 && written < limit);
            throttle.spent(written);
            if (throttle.isSpent()) {
                close();
                return;
            }
            boolean more = !out.isEmpty() || transport.hasUnwritten();
            want(SelectionKey.OP_WRITE, more);
            press();
            if (!more && closing && throttle.isEmpty() && !lingering) {
                lingering = true;
                channel.shutdownOutput();
                read(true);
                loop.after(LINGER, this::close);
            }
        } catch (IOException e) {
            failed(e);
        }
    }

    private void press() {
        Peer source = feeder;
        if (source != null) {
            int waiting = out.size() + throttle.heldBytes();
            if (waiting > HIGH_WATER) {
                source.read(false);
            } else if (waiting < LOW_WATER) {
                source.read(true);
            }
        }
    }

    /** Says whose reading has to wait when this peer's output does not get away. */
    protected final void feedFrom(@Nullable Peer source) {
        if (feeder != null) {
            feeder.read(true);
        }
        feeder = source;
    }

    protected final void read(boolean wanted) {
        want(SelectionKey.OP_READ, wanted);
    }

    private void want(int operation, boolean wanted) {
        if (key.isValid()) {
            int operations = key.interestOps();
            int changed = wanted ? operations | operation : operations & ~operation;
            if (changed != operations) {
                key.interestOps(changed);
            }
        }
    }

    final void connect(SocketAddress address) {
        try {
            if (channel.connect(address)) {
                key.interestOps(SelectionKey.OP_READ);
                connected();
            }
        } catch (IOException | UnresolvedAddressException e) {
            failed(e instanceof IOException io ? io : new IOException("unknown host", e));
        }
    }

    final String remoteAddress() {
        return channel.socket().getInetAddress().getHostAddress();
    }

    /** Says the few bytes that stand before TLS, past everything that holds bytes back. */
    final void sayInTheClear(byte... bytes) throws IOException {
        if (channel.write(ByteBuffer.wrap(bytes)) != bytes.length) {
            throw new IOException("the socket does not even take " + bytes.length + " bytes");
        }
    }

    /** Speaks TLS from now on. */
    final void startTls(SSLEngine engine) throws IOException {
        transport = new TlsTransport(channel, engine);
        planFlush();
    }

    final boolean isEncrypted() {
        return transport instanceof TlsTransport;
    }

    /** Closes once everything is written. */
    final void closeAfterFlush() {
        closing = true;
        planFlush();
    }

    /** Closes at once; what has not been written is lost. */
    final void close() {
        closing = true;
        if (closed) {
            return;
        }
        closed = true;
        key.cancel();
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("a socket could not be closed", e);
        }
        feedFrom(null);
        throttle.end();
        ended();
    }

    final boolean isOpen() {
        return !closing;
    }
}
