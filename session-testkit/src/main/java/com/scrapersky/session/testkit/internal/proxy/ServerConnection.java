package com.scrapersky.session.testkit.internal.proxy;

import com.scrapersky.session.testkit.internal.protocol.Messages;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLException;

/** A connection of the pooler to the server, up to the point where both know whether they speak TLS. */
abstract class ServerConnection extends Peer {

    private final Upstream upstream;
    private final boolean plain;
    private Negotiation negotiation = Negotiation.BEGINS;

    /** @param plain whether TLS is not even asked for, whatever the upstream URL says */
    ServerConnection(Proxy proxy, SocketChannel channel, boolean plain) throws IOException {
        super(proxy.loop(), channel, SelectionKey.OP_CONNECT, new Throttle(proxy.loop(), proxy.toServer()));
        upstream = proxy.options().upstream();
        this.plain = plain || !upstream.tls().isWanted();
    }

    final void open() {
        connect(upstream.address());
    }

    /** What is said from now on goes the way that the upstream URL wants. */
    protected abstract void established() throws IOException;

    /** The server said something after that. */
    protected abstract void answered() throws IOException;

    /** There is no connection as the upstream URL wants it; {@code reason} says why, and what to do. */
    protected abstract void refused(String reason);

    @Override
    protected final void connected() throws IOException {
        if (plain) {
            negotiation = Negotiation.OVER;
            established();
        } else {
            negotiation = Negotiation.ASKED;
            sayInTheClear(Messages.sslRequest());
        }
    }

    @Override
    protected final void received() throws IOException {
        if (negotiation == Negotiation.OVER) {
            answered();
            return;
        }
        byte answer = in.byteAt(0);
        if (answer == 'S') {
            // More than that one byte could only come from somebody in between, before TLS would keep him out
            // (CVE-2021-23222).
            if (in.size() > 1) {
                throw new IOException("the server, or somebody before it, sent more than an answer to the SSLRequest");
            }
            in.clear();
            negotiation = Negotiation.SHAKING_HANDS;
            startTls(upstream.tls().engine(upstream.hostName(), upstream.port()));
        } else if (upstream.tls().mayDoWithout()) {
            in.clear();
            negotiation = Negotiation.OVER;
            established();
        } else {
            refused(upstream.tls().noTls(upstream.hostAndPort()));
        }
    }

    @Override
    protected final void secured() throws IOException {
        negotiation = Negotiation.OVER;
        established();
    }

    @Override
    protected final void failed(IOException e) {
        if (negotiation == Negotiation.SHAKING_HANDS && e instanceof SSLException && !mayDoWithoutTls()) {
            refused(upstream.tls().explain(e, upstream.hostAndPort()));
        } else {
            super.failed(e);
        }
    }

    /** Whether what went wrong, over TLS, may go well without: libpq's {@code prefer} tries again then. */
    protected final boolean mayDoWithoutTls() {
        return isEncrypted() && upstream.tls().mayDoWithout();
    }

    private enum Negotiation {
        BEGINS,
        ASKED,
        SHAKING_HANDS,
        OVER
    }
}
