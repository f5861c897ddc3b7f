package com.scrapersky.session.testkit.internal.proxy;

import com.scrapersky.session.testkit.internal.protocol.ByteQueue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/** TLS between the socket and the rest of the pooler, on the event loop: it never waits. */
final class TlsTransport implements Transport {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SocketChannel channel;
    private final SSLEngine engine;
    private final ByteQueue encryptedOut = new ByteQueue();
    private final ByteBuffer encryptedIn;
    private final ByteBuffer plain;
    private final ByteBuffer encrypted;

    TlsTransport(SocketChannel channel, SSLEngine engine) throws SSLException {
        this.channel = channel;
        this.engine = engine;
        int packet = engine.getSession().getPacketBufferSize();
        encryptedIn = ByteBuffer.allocate(2 * packet);
        encrypted = ByteBuffer.allocate(packet);
        plain = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
        engine.beginHandshake();
        if (engine.getUseClientMode()) {
            // The client speaks first, and nothing that it reads would make it do so.
            wrap(NOTHING);
        }
    }

    @Override
    public int read(ByteQueue into) throws IOException {
        int received = channel.read(encryptedIn);
        int count = 0;
        encryptedIn.flip();
        boolean more = true;
        try {
            while (more) {
                plain.clear();
                SSLEngineResult result = engine.unwrap(encryptedIn, plain);
                count += result.bytesProduced();
                into.append(plain.array(), 0, plain.position());
                more = proceed(result) && encryptedIn.hasRemaining();
                if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
                    received = -1;
                }
            }
        } catch (SSLException e) {
            sayWhy(e);
            throw e;
        }
        encryptedIn.compact();
        writeEncrypted();
        return count == 0 && received < 0 ? -1 : count;
    }

    /** The alert by which the other end, and its log, learn what was wrong. */
    private void sayWhy(SSLException reason) {
        try {
            wrap(NOTHING);
            writeEncrypted();
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    /** Does what the handshake wants next; whether it makes sense to unwrap again. */
    private boolean proceed(SSLEngineResult result) throws SSLException {
        if (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW
                || result.getStatus() == SSLEngineResult.Status.CLOSED) {
            return false;
        }
        HandshakeStatus status = result.getHandshakeStatus();
        while (status == HandshakeStatus.NEED_TASK || status == HandshakeStatus.NEED_WRAP) {
            if (status == HandshakeStatus.NEED_TASK) {
                // A signature of a certificate takes well below a millisecond: not worth a thread.
                Runnable task;
                while ((task = engine.getDelegatedTask()) != null) {
                    task.run();
                }
                status = engine.getHandshakeStatus();
            } else {
                status = wrap(NOTHING).getHandshakeStatus();
            }
        }
        return true;
    }

    private SSLEngineResult wrap(ByteBuffer source) throws SSLException {
        encrypted.clear();
        SSLEngineResult result = engine.wrap(source, encrypted);
        encryptedOut.append(encrypted.array(), 0, encrypted.position());
        return result;
    }

    @Override
    public int write(ByteQueue from, int limit) throws IOException {
        writeEncrypted();
        if (hasUnwritten() || isShakingHands()) {
            return 0;
        }
        int count = 0;
        while (count < limit && !hasUnwritten()) {
            SSLEngineResult result = wrap(from.peek(limit - count));
            if (result.bytesConsumed() == 0) {
                break;
            }
            from.skip(result.bytesConsumed());
            count += result.bytesConsumed();
            writeEncrypted();
        }
        return count;
    }

    @Override
    public boolean isShakingHands() {
        HandshakeStatus status = engine.getHandshakeStatus();
        return status != HandshakeStatus.NOT_HANDSHAKING && status != HandshakeStatus.FINISHED;
    }

    private void writeEncrypted() throws IOException {
        while (!encryptedOut.isEmpty() && encryptedOut.writeTo(channel, encryptedOut.size()) > 0) {
            // As long as the socket takes something.
        }
    }

    @Override
    public boolean hasUnwritten() {
        return !encryptedOut.isEmpty();
    }
}
