package com.scrapersky.session.testkit.internal.proxy;

import com.scrapersky.session.testkit.internal.protocol.Messages;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries a client's cancel request to the backend that works for it now. The client hears the end of it (its socket closes)
 * once the server has taken the request, which is when the driver stops waiting.
 */
final class CancelConnection extends Peer {

    private static final Logger LOG = LoggerFactory.getLogger(CancelConnection.class);

    private final BackendConnection target;
    private final ClientConnection requester;

    private CancelConnection(Proxy proxy, BackendConnection target, ClientConnection requester, SocketChannel channel)
            throws IOException {
        super(proxy.loop(), channel, SelectionKey.OP_CONNECT, new Throttle(proxy.loop(), proxy.toServer()));
        this.target = target;
        this.requester = requester;
    }

    static void open(Proxy proxy, BackendConnection target, ClientConnection requester) {
        try {
            CancelConnection cancel = new CancelConnection(proxy, target, requester, SocketChannel.open());
            target.cancelBegins();
            cancel.connect(proxy.options().upstream().address());
        } catch (IOException e) {
            LOG.warn("a cancel request could not be passed on", e);
            requester.close();
        }
    }

    @Override
    protected void connected() {
        send(Messages.cancelRequest(target.pid(), target.secret()));
    }

    @Override
    protected void counted(int bytes) {}

    @Override
    protected void received() {
        in.clear();
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
