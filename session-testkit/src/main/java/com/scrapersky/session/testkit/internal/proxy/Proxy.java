package com.scrapersky.session.testkit.internal.proxy;

import com.scrapersky.session.testkit.HandOver;
import com.scrapersky.session.testkit.PoolMode;
import com.scrapersky.session.testkit.internal.process.LoopbackPorts;
import com.scrapersky.session.testkit.internal.protocol.Message;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running pooler: its listening socket, its clients and its pools of backends. */
public final class Proxy implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Proxy.class);
    private static final int BACKLOG = 1024;

    private final ProxyOptions options;
    /** What a backend forgets a client's session with. */
    public static final String RESET = "DISCARD ALL";

    private final Etiquette etiquette;
    private final EventLoop loop;
    private final Traffic traffic = new Traffic();
    private final Lane toServer = new Lane();
    private final Lane toClient = new Lane();
    private final FaultControl faults = new FaultControl(this);
    private final Passwords passwords;
    private final SecureRandom random = new SecureRandom();
    private final Map<PoolKey, BackendPool> pools = new LinkedHashMap<>();
    private final Set<ClientConnection> clients = new LinkedHashSet<>();
    private final Map<Integer, ClientConnection> byKey = new HashMap<>();
    private final ServerSocketChannel acceptor;
    private final List<Overheard> listeners = new CopyOnWriteArrayList<>();
    private HandOver handOver;

    private Proxy(ProxyOptions options) throws IOException {
        this.options = options;
        handOver = options.handOver();
        etiquette = Etiquette.of(options);
        passwords = new Passwords(options.users());
        acceptor = ServerSocketChannel.open();
        try {
            acceptor.bind(LoopbackPorts.address(options.port()), BACKLOG);
        } catch (IOException e) {
            acceptor.close();
            throw e;
        }
        acceptor.configureBlocking(false);
        loop = new EventLoop("transaction-pooler-" + port());
        loop.register(acceptor, SelectionKey.OP_ACCEPT, this::accept);
        if (!etiquette.heartbeat().isEmpty()) {
            loop.after(options.manners().heartbeat(), this::heartbeat);
        }
    }

    private void heartbeat() {
        clients.forEach(client -> client.heartbeat(etiquette.heartbeat()));
        loop.after(options.manners().heartbeat(), this::heartbeat);
    }

    /** Listens, and works from then on in a thread of its own. */
    public static Proxy start(ProxyOptions options) throws IOException {
        Proxy proxy = new Proxy(options);
        proxy.loop.start();
        return proxy;
    }

    public int port() {
        return acceptor.socket().getLocalPort();
    }

    private void accept() {
        try {
            SocketChannel channel;
            while ((channel = acceptor.accept()) != null) {
                if (faults.isHangingUp()) {
                    channel.close();
                    continue;
                }
                clients.add(new ClientConnection(this, channel));
            }
        } catch (IOException e) {
            LOG.warn("a client could not be accepted", e);
        }
    }

    BackendPool pool(PoolKey key) {
        return pools.computeIfAbsent(key, missing -> new BackendPool(this, missing));
    }

    /** Copies, because whoever goes through them may end what is in them. */
    List<BackendPool> pools() {
        return new ArrayList<>(pools.values());
    }

    int clientsIn(BackendPool pool) {
        return (int) clients.stream().filter(client -> client.isIn(pool)).count();
    }

    /** Whether a client keeps its backend from its first statement until it disconnects. */
    boolean keepsSessions() {
        return options.manners().poolMode() == PoolMode.SESSION;
    }

    List<ClientConnection> clients() {
        return new ArrayList<>(clients);
    }

    List<BackendConnection> backends() {
        List<BackendConnection> backends = new ArrayList<>();
        pools.values().forEach(pool -> backends.addAll(pool.backends()));
        return backends;
    }

    int clientCount() {
        return clients.size();
    }

    /** Invents the pid which a client is told instead of a backend's. */
    int register(ClientConnection client) {
        int pid;
        do {
            pid = random.nextInt(1, Integer.MAX_VALUE);
        } while (byKey.putIfAbsent(pid, client) != null);
        return pid;
    }

    int inventSecret() {
        return random.nextInt();
    }

    @Nullable
    ClientConnection clientOf(int pid) {
        return byKey.get(pid);
    }

    void ended(ClientConnection client, int pid) {
        clients.remove(client);
        byKey.remove(pid, client);
    }

    ProxyOptions options() {
        return options;
    }

    /** How many transactions of one user in one database it runs at once. */
    public int concurrency() {
        return etiquette.concurrency(options.poolSize());
    }

    Etiquette etiquette() {
        return etiquette;
    }

    EventLoop loop() {
        return loop;
    }

    Passwords passwords() {
        return passwords;
    }

    Lane toServer() {
        return toServer;
    }

    Lane toClient() {
        return toClient;
    }

    /** Listens to what clients say, from now on until {@link #ignore}. */
    public Overheard listen() {
        Overheard listener = new Overheard();
        listeners.add(listener);
        return listener;
    }

    public void ignore(Overheard listener) {
        listeners.remove(listener);
    }

    void heard(Message message) {
        for (Overheard listener : listeners) {
            listener.hear(message);
        }
    }

    public FaultControl faults() {
        return faults;
    }

    /** Changes which backend comes next, from now on. */
    public void handOver(HandOver order) {
        loop.call(() -> {
            handOver = order;
            pools().forEach(BackendPool::serve);
            return true;
        });
    }

    HandOver handOver() {
        return handOver;
    }

    public Traffic traffic() {
        return traffic;
    }

    /** The pids of the backends that are open now. */
    public List<Integer> backendPids() {
        return loop.call(() -> {
            List<Integer> pids = new ArrayList<>();
            pools.values().forEach(pool -> pids.addAll(pool.pids()));
            return pids;
        });
    }

    /** Stops listening, ends every connection, and waits until the thread is gone. */
    @Override
    public void close() {
        loop.close();
    }
}
