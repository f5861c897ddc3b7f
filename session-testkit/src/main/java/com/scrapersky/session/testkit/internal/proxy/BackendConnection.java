package com.scrapersky.session.testkit.internal.proxy;

import com.scrapersky.session.testkit.internal.protocol.ErrorResponse;
import com.scrapersky.session.testkit.internal.protocol.Message;
import com.scrapersky.session.testkit.internal.protocol.Messages;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A connection to the real server, lent to one client at a time, for one transaction at a time. */
final class BackendConnection extends ServerConnection {

    private final Proxy proxy;
    private final BackendPool pool;
    private final Conversation conversation = new Conversation(this::reply);
    private final Message message = new Message(in);
    private final Map<String, String> reported = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final ServerStatements statements = new ServerStatements(this, this::reply);
    private @Nullable TrackedParameters agreedWith;
    private int agreedAt;
    private @Nullable BackendLogin login;
    private @Nullable ClientConnection client;
    private int pid;
    private byte[] secret = new byte[0];
    private long heldSince;
    private int passing;
    private int dropping;
    private int runningCancels;
    private boolean saidWhy;
    private boolean resetting;
    private byte status = 'I';

    BackendConnection(Proxy proxy, BackendPool pool, SocketChannel channel, boolean plain) throws IOException {
        super(proxy, channel, plain);
        this.proxy = proxy;
        this.pool = pool;
        login = new BackendLogin(this, proxy.options().users(), pool.key());
    }

    @Override
    protected void established() {
        BackendLogin current = login;
        if (current != null) {
            current.begin();
        }
    }

    @Override
    protected void counted(int bytes) {
        proxy.traffic().bytesFromServer.addAndGet(bytes);
    }

    // ---- towards the server

    /** Sends a client's message as it is. */
    void forward(Message clientMessage, Expected expected) {
        sendToServer(clientMessage, 0, clientMessage.size());
        conversation.sent(expected);
    }

    /** Sends part of a client's message for which no answer is expected. */
    void forwardBytes(Message clientMessage, int bytes) {
        sendToServer(clientMessage, 0, bytes);
    }

    /** Sends a message of the pooler's own making. */
    void send(byte[] bytes, Expected expected) {
        proxy.traffic().bytesToServer.addAndGet(bytes.length);
        send(bytes);
        conversation.sent(expected);
    }

    /** Gives the client an answer of the pooler's own, after the answers which are still outstanding. */
    void answerInTurn(byte[] bytes) {
        conversation.sent(Expected.reply(bytes));
    }

    private void sendToServer(Message clientMessage, int from, int to) {
        proxy.traffic().bytesToServer.addAndGet(to - from);
        send(clientMessage.queue(), from, to);
    }

    // ---- from the server

    @Override
    protected void answered() throws IOException {
        int accepted = 0;
        while (in.size() > accepted) {
            int available = in.size() - accepted;
            if (passing > 0) {
                int count = Math.min(passing, available);
                passing -= count;
                accepted += count;
                continue;
            }
            if (dropping > 0) {
                int count = Math.min(dropping, available);
                accepted = pass(accepted);
                in.skip(count);
                dropping -= count;
                continue;
            }
            if (available < Message.HEADER) {
                break;
            }
            byte type = in.byteAt(accepted);
            int size = in.int32At(accepted + 1) + 1;
            if (size < Message.HEADER) {
                throw new IOException("the server sent a message of impossible length");
            }
            // Rows and COPY data need no look inside, and may be far larger than a buffer should be.
            if ((type == 'D' || type == 'd') && login == null) {
                if (client == null || conversation.swallows(type)) {
                    dropping = size;
                } else {
                    passing = size;
                }
                continue;
            }
            if (available < size) {
                in.reserve(size - available);
                break;
            }
            accepted = pass(accepted);
            handle(message.at(type, size));
            if (!isOpen()) {
                return;
            }
        }
        pass(accepted);
    }

    /** Passes the bytes at the head on to the client. */
    private int pass(int count) {
        if (count > 0) {
            ClientConnection receiver = client;
            if (receiver != null) {
                receiver.deliver(in, count);
            }
            in.skip(count);
        }
        return 0;
    }

    private void handle(Message answer) throws IOException {
        BackendLogin current = login;
        if (current != null) {
            current.received(answer);
            in.skip(answer.size());
            return;
        }
        byte type = answer.type();
        boolean hidden =
                conversation.swallows(type) || statements.supavisorAnswers().swallows(type);
        switch (type) {
            case 'S' -> parameterReported(answer);
            case 'E' -> hidden = errorReported(answer, hidden);
            case 'C' -> commandCompleted(answer);
            case 'A' -> hidden = !proxy.etiquette().deliversNotifications();
            default -> {
                // Only passed on.
            }
        }
        ClientConnection receiver = client;
        if (type == 'Z') {
            status = answer.byteAt(0);
        }
        if (type == 'Z' || type == 'G') {
            // Counted before the bytes go, so that a client which has its answer finds the round trip counted.
            conversation.answered(type);
            if (receiver != null && !hidden && (type == 'G' || conversation.isOver())) {
                receiver.answered();
            }
        }
        if (receiver != null && !hidden) {
            receiver.deliver(in, answer.size());
        }
        in.skip(answer.size());
        if (type != 'Z' && type != 'G') {
            conversation.answered(type);
            if (receiver != null && receiver.awaitsFlush() && conversation.isAnswered()) {
                receiver.answered();
            }
        }
        if (type == 'Z' && resetting) {
            resetDone();
        } else if (type == 'Z' && hidden && receiver != null) {
            receiver.parameters().takeOver(reported);
        } else if (type == 'Z') {
            releaseWhenOver();
        }
    }

    private void parameterReported(Message answer) {
        String name = answer.text(0);
        String value = answer.text(answer.afterText(0));
        reported.put(name, value);
        agreedWith = null;
        ClientConnection receiver = client;
        if (receiver != null) {
            receiver.parameters().put(name, value);
        }
    }

    /** Returns whether the error is to be kept from the client. */
    private boolean errorReported(Message answer, boolean hidden) {
        ErrorResponse error = ErrorResponse.read(answer);
        saidWhy = error.isFatal();
        ClientConnection receiver = client;
        byte @Nullable [] instead = conversation.inPlaceOfError();
        if (resetting) {
            close();
        } else if (hidden && instead != null) {
            reply(instead);
        } else if (hidden && receiver != null) {
            receiver.fail(proxy.etiquette().invalidParameter());
            close();
        }
        return hidden;
    }

    private void commandCompleted(Message answer) {
        ClientConnection receiver = client;
        if (receiver != null) {
            receiver.statements().completed(answer.text(0), this);
        }
    }

    private void reply(byte[] bytes) {
        ClientConnection receiver = client;
        if (receiver != null) {
            receiver.deliver(bytes);
        }
    }

    // ---- the life of the connection

    void loggedIn(int pid, byte[] secret) {
        this.pid = pid;
        this.secret = secret;
        login = null;
        pool.opened(this);
    }

    void loginFailed(OpenFailure failure) {
        login = null;
        if (mayDoWithoutTls() && failure.mayBeForTls()) {
            // First, so that the pool does not take the end of this connection for a reason to begin anew.
            pool.openWithoutTls();
            close();
        } else {
            // First, too: from now on the pool waits before it tries again.
            pool.openFailed(failure);
            close();
        }
    }

    @Override
    protected void refused(String reason) {
        loginFailed(OpenFailure.ofTls(reason));
    }

    void lend(ClientConnection borrower) {
        client = borrower;
        heldSince = System.nanoTime();
        feedFrom(borrower);
        borrower.feedFrom(this);
        agreeOnParameters(borrower.parameters());
    }

    /** Compares only if the client or something on either side is another than last time: this is in every transaction's way. */
    private void agreeOnParameters(TrackedParameters wanted) {
        if (agreedWith == wanted && agreedAt == wanted.changes()) {
            return;
        }
        String replay = wanted.replayOn(reported);
        if (replay == null) {
            agreedWith = wanted;
            agreedAt = wanted.changes();
        } else {
            send(Messages.query(replay), Expected.QUERY.swallow());
        }
    }

    /** Gives the backend back, if its client has got everything and has nothing half sent; in session mode it keeps it. */
    void releaseWhenOver() {
        ClientConnection borrower = client;
        if (borrower == null || proxy.keepsSessions() || !isBetweenTransactions(borrower)) {
            return;
        }
        takeFrom(borrower);
        if (runningCancels == 0) {
            pool.released(this);
        }
    }

    private boolean isBetweenTransactions(ClientConnection borrower) {
        return status == 'I' && conversation.isOver() && !borrower.isMidMessage();
    }

    private void takeFrom(ClientConnection borrower) {
        proxy.traffic().heldBackend(pid, System.nanoTime() - heldSince);
        client = null;
        feedFrom(null);
        borrower.feedFrom(null);
        borrower.unlinked();
    }

    /**
     * The client went away. In the middle of something, what it left here is unknown, and this backend serves nobody any more;
     * at the end of its session, all that it left is discarded for the next one.
     */
    void abandoned() {
        ClientConnection borrower = client;
        boolean isClean = borrower != null && proxy.keepsSessions() && isBetweenTransactions(borrower);
        if (borrower != null) {
            takeFrom(borrower);
        }
        if (isClean) {
            resetting = true;
            send(Messages.query(Proxy.RESET), Expected.QUERY.swallow());
        } else {
            close();
        }
    }

    private void resetDone() {
        resetting = false;
        if (runningCancels == 0) {
            pool.released(this);
        }
    }

    void cancelBegins() {
        runningCancels++;
    }

    /** A cancel request that is still on its way could hit the next client, so the backend waits for it. */
    void cancelEnds() {
        runningCancels--;
        if (runningCancels == 0 && client == null && !resetting && isOpen()) {
            pool.released(this);
        }
    }

    @Override
    protected void lost(String reason) {
        if (login != null) {
            loginFailed(OpenFailure.lost(reason));
            return;
        }
        ClientConnection borrower = client;
        if (borrower != null) {
            takeFrom(borrower);
            borrower.backendLost(saidWhy);
        }
        close();
    }

    @Override
    protected void ended() {
        ClientConnection borrower = client;
        if (borrower != null) {
            takeFrom(borrower);
            borrower.backendLost(saidWhy);
        }
        if (login != null) {
            login = null;
            pool.openFailed(OpenFailure.lost("cut off during the login"));
        }
        pool.ended(this);
    }

    int pid() {
        return pid;
    }

    byte[] secret() {
        return secret;
    }

    Map<String, String> reported() {
        return Collections.unmodifiableMap(reported);
    }

    void reportedAtLogin(String name, String value) {
        reported.put(name, value);
    }

    ServerStatements statements() {
        return statements;
    }
}
