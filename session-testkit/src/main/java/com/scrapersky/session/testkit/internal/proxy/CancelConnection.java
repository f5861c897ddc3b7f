package com.scrapersky.session.testkit.internal.proxy;

import com.scrapersky.session.testkit.internal.protocol.Messages;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries a client's cancel request to the backend that works for it now. The client hears the end of it (its socket closes)
 * once the server has taken the request, which is when the driver stops waiting.
 */
final class CancelConnection extends ServerConnection {

    private static final Logger LOG = LoggerFactory.getLogger(CancelConnection.class);

    private final BackendConnection target;
    private final ClientConnection requester;

    private CancelConnection(Proxy proxy, BackendConnection target, ClientConnection requester, SocketChannel channel)
            throws IOException {
        // As the connection that it is about: what the key of a cancel request would be worth, in the clear, TLS was
        // for.
        super(proxy, channel, !target.isEncrypted());
        this.target = target;
        this.requester = requester;
    }

    static void open(Proxy proxy, BackendConnection target, ClientConnection requester) {
        try {
            CancelConnection cancel = new CancelConnection(proxy, target, requester, SocketChannel.open());
            target.cancelBegins();
            cancel.open();
        } catch (IOException e) {
            LOG.warn("a cancel request could not be passed on", e);
            requester.close();
        }
    }

    @Override
    protected void established() {
        send(Messages.cancelRequest(target.pid(), target.secret()));
    }

    @Override
    protected void counted(int bytes) {}

    @Override
    protected void answered() {
        in.clear();
    }

    @Override
    protected void refused(String reason) {
        LOG.warn("a cancel request could not be passed on: {}", reason);
        close();
    }

    @Override
    protected void lost(String reason) {
        close();
    }

    @Override
    protected void ended() {
        requester.close();
        target.cancelEnds();
    }
}
