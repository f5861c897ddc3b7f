package com.scrapersky.session.testkit.internal.proxy;

import com.scrapersky.session.testkit.internal.protocol.ByteQueue;
import com.scrapersky.session.testkit.internal.protocol.ErrorResponse;
import com.scrapersky.session.testkit.internal.protocol.Message;
import com.scrapersky.session.testkit.internal.protocol.Messages;
import com.scrapersky.session.testkit.internal.proxy.Etiquette.Admission;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A client, from its first byte to its last: it logs in, and then borrows a backend for every transaction. */
final class ClientConnection extends Peer {

    private static final int MAXIMUM_MESSAGE = 0x3fffffff;
    /** What a client may send ahead while it waits for a backend. */
    private static final int MAXIMUM_AHEAD = 1024 * 1024;

    private final Proxy proxy;
    private final Traffic traffic;
    private final Message message = new Message(in);
    private @Nullable ClientLogin login;
    private @Nullable BackendPool pool;
    private TrackedParameters parameters = TrackedParameters.none();
    private Statements statements = Statements.AS_THEY_ARE;
    private @Nullable BackendConnection backend;
    private @Nullable BackendConnection lastBackend;
    private int pid;
    private int secret;
    private int passing;
    private boolean waiting;
    private boolean asked;
    private boolean flushRequested;
    private boolean muted;
    private final SpokenSql sql = new SpokenSql();
    /** The error which stands for the rest of the batch that is being received. */
    private @Nullable ErrorResponse answer;

    ClientConnection(Proxy proxy, SocketChannel channel) throws IOException {
        super(proxy.loop(), channel, SelectionKey.OP_READ, new Throttle(proxy.loop(), proxy.toClient()));
        this.proxy = proxy;
        traffic = proxy.traffic();
        login = new ClientLogin(proxy, this);
    }

    @Override
    protected void counted(int bytes) {
        traffic.bytesFromClients.addAndGet(bytes);
    }

    @Override
    protected void received() throws IOException {
        ClientLogin current = login;
        if (current != null) {
            current.received(in);
        } else {
            pump();
        }
    }

    // ---- from the client

    /** The client has shown who it is, and belongs here from now on. */
    void joined(BackendPool backends) {
        pool = backends;
    }

    boolean isIn(BackendPool backends) {
        return pool == backends;
    }

    void loggedIn(Admission admission, int inventedPid, int inventedSecret) {
        login = null;
        pid = inventedPid;
        secret = inventedSecret;
        parameters = admission.parameters();
        statements = proxy.etiquette().statements(this);
        traffic.logins.incrementAndGet();
    }

    private void pump() throws IOException {
        while (isOpen() && !waiting && !in.isEmpty()) {
            if (passing > 0) {
                passOn();
                continue;
            }
            if (in.size() < Message.HEADER) {
                return;
            }
            byte type = in.byteAt(0);
            int length = in.int32At(1);
            if (length < Integer.BYTES || length > MAXIMUM_MESSAGE) {
                fail(ErrorResponse.protocolViolation("invalid message length"));
                return;
            }
            int size = length + 1;
            if (type == 'X') {
                close();
                return;
            }
            if (backend == null) {
                if (isCopy(type)) {
                    // PostgreSQL ignores what is left of a COPY that failed; its backend is with somebody else by now.
                    passing = size;
                    continue;
                }
                if (type == 'S' && proxy.etiquette().losesWhatFollowsIdleSync()) {
                    proxy.etiquette().answerIdleSync(this);
                    in.clear();
                    return;
                }
                askForBackend();
                continue;
            }
            if (type == 'd' && in.size() < size) {
                passing = size;
                continue;
            }
            if (in.size() < size) {
                in.reserve(size - in.size());
                return;
            }
            handle(message.at(type, size));
        }
        if (waiting && in.size() > MAXIMUM_AHEAD) {
            read(false);
        }
    }

    private static boolean isCopy(byte type) {
        return type == 'd' || type == 'c' || type == 'f';
    }

    /** COPY data need not be there in full to be passed on. */
    private void passOn() {
        int count = Math.min(passing, in.size());
        BackendConnection current = backend;
        if (current != null) {
            current.forwardBytes(message, count);
        }
        in.skip(count);
        passing -= count;
        if (passing == 0 && current != null) {
            current.releaseWhenOver();
        }
    }

    private void askForBackend() {
        BackendPool backends = pool;
        if (backends != null) {
            waiting = true;
            backends.request(this);
        }
    }

    private void handle(Message current) {
        BackendConnection lender = backend;
        if (lender == null) {
            return;
        }
        asked = true;
        byte type = current.type();
        proxy.heard(current);
        String executed = sql.heard(current, proxy.faults().isWatching());
        if (answer != null || (executed != null && isTrapped(executed))) {
            trapped(type, lender);
            in.skip(current.size());
            return;
        }
        count(current);
        switch (type) {
            case 'P', 'B', 'D', 'E', 'C', 'Q' -> statements.forward(current, lender);
            case 'H' -> {
                flushRequested = true;
                lender.forward(current, Expected.FLUSH);
            }
            case 'd' -> lender.forwardBytes(current, current.size());
            case 'S', 'F', 'c', 'f' -> lender.forward(current, Statements.expected(type));
            default -> fail(ErrorResponse.protocolViolation("invalid frontend message type " + (type & 0xff)));
        }
        in.skip(current.size());
    }

    /** Whether a fault keeps this message, and what comes with it, from the server. */
    private boolean isTrapped(String executed) {
        FaultControl.Trap trap = proxy.faults().sprungBy(executed);
        if (trap == null) {
            return false;
        }
        switch (trap.act()) {
            case CUT_BEFORE -> close();
            case CUT_AFTER -> {
                muted = true;
                return false;
            }
            case ANSWER -> answer = trap.answer();
        }
        return true;
    }

    /** Drops what comes up to the end of the batch, where an error of the server's gives the transaction its due state. */
    private void trapped(byte type, BackendConnection lender) {
        ErrorResponse error = answer;
        if (error != null && error.isFatal()) {
            fail(error);
        } else if (error != null && (type == 'Q' || type == 'S')) {
            answer = null;
            lender.send(Messages.query("select 1/0"), Expected.QUERY.hiddenBehind(error.toBytes()));
        }
    }

    private void count(Message current) {
        switch (current.type()) {
            case 'Q' -> traffic.simpleQueries.incrementAndGet();
            case 'P' -> (current.isEmptyText(0) ? traffic.unnamedParses : traffic.namedParses).incrementAndGet();
            case 'B' ->
                (current.isEmptyText(current.afterText(0)) ? traffic.unnamedBinds : traffic.namedBinds)
                        .incrementAndGet();
            case 'E' -> traffic.executes.incrementAndGet();
            default -> {
                // Neither a statement nor its execution.
            }
        }
    }

    // ---- a backend comes and goes

    void linked(BackendConnection lender) {
        waiting = false;
        backend = lender;
        traffic.transactions.incrementAndGet();
        if (lastBackend != null) {
            (lastBackend == lender ? traffic.sameBackendAgain : traffic.backendSwitches).incrementAndGet();
        }
        lastBackend = lender;
        read(true);
        lender.lend(this);
        resume();
    }

    /** The backend has been taken back; what the client has sent meanwhile asks for the next one. */
    void unlinked() {
        backend = null;
    }

    private void resume() {
        try {
            pump();
        } catch (IOException e) {
            lost(String.valueOf(e.getMessage()));
        }
    }

    void backendLost(boolean serverSaidWhy) {
        ErrorResponse error = proxy.etiquette().backendLost(serverSaidWhy);
        if (error != null) {
            fail(error);
        } else {
            closeAfterFlush();
        }
    }

    /** The backend which a cancel request with this secret means; null when there is none or the secret is wrong. */
    @Nullable
    BackendConnection backendToCancel(int claimedSecret) {
        return claimedSecret == secret ? backend : null;
    }

    @Nullable
    BackendConnection lastBackend() {
        return lastBackend;
    }

    boolean isMidMessage() {
        return passing > 0;
    }

    TrackedParameters parameters() {
        return parameters;
    }

    Statements statements() {
        return statements;
    }

    // ---- to the client

    void deliver(ByteQueue source, int count) {
        if (muted) {
            return;
        }
        traffic.bytesToClients.addAndGet(count);
        send(source, 0, count);
    }

    void deliver(byte[] bytes) {
        if (muted) {
            return;
        }
        traffic.bytesToClients.addAndGet(bytes.length);
        send(bytes);
    }

    /** The client has said something that it waits for an answer to. */
    void asked() {
        asked = true;
    }

    /** The answer to all that the client has asked for is about to go out: that is one round trip. */
    void answered() {
        flushRequested = false;
        if (asked) {
            asked = false;
            traffic.roundTrips.incrementAndGet();
        }
        if (muted) {
            // Later, because the backend is in the middle of passing this answer on.
            loop.execute(this::close);
        }
    }

    /** Whether the client wants to hear what there is, without a Sync. */
    boolean awaitsFlush() {
        return flushRequested;
    }

    /** Tells the client why this is the end, and ends it. */
    void fail(ErrorResponse error) {
        if (isOpen()) {
            answered();
            deliver(error.toBytes());
            closeAfterFlush();
            leaveBackend();
        }
    }

    /** Says something to a client that does nothing; in the middle of an answer it could not be understood. */
    void heartbeat(Map<String, String> status) {
        if (isOpen() && login == null && backend == null) {
            status.forEach((name, value) -> deliver(Messages.parameterStatus(name, value)));
        }
    }

    void welcomed() {
        ClientLogin current = login;
        if (current != null) {
            current.welcomed();
        }
    }

    private void leaveBackend() {
        BackendPool backends = pool;
        if (backends != null) {
            backends.forget(this);
        }
        BackendConnection lender = backend;
        if (lender != null) {
            lender.abandoned();
        }
    }

    @Override
    protected void lost(String reason) {
        close();
    }

    @Override
    protected void ended() {
        leaveBackend();
        lastBackend = null;
        proxy.ended(this, pid);
    }
}
