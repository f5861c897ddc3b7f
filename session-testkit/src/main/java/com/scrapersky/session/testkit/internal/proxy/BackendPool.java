package com.scrapersky.session.testkit.internal.proxy;

import com.scrapersky.session.testkit.HandOver;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The backends of one user, database and set of startup parameters, and the clients that wait for one.
 *
 * <p>{@link HandOver#ALWAYS_OTHER} needs one backend more than may be in use at once: with n + 1 of them and at most n in use,
 * a client that asks always finds two idle, or may open one, and at least one of the two is not the one it had last.
 */
final class BackendPool {

    private static final EventLoop.Timer NOT_TIMED = EventLoop.Timer.never();

    private final Proxy proxy;
    private final PoolKey key;
    private final Set<BackendConnection> opening = new LinkedHashSet<>();
    private final Set<BackendConnection> open = new LinkedHashSet<>();
    /** The one that rests longest comes first. */
    private final LinkedHashSet<BackendConnection> idle = new LinkedHashSet<>();

    private final LinkedHashMap<ClientConnection, EventLoop.Timer> waiting = new LinkedHashMap<>();
    private final Set<ClientConnection> awaitingWelcome = new LinkedHashSet<>();
    private Map<String, String> welcome = Map.of();
    private int inUse;
    private long closedUntil = System.nanoTime();
    private OpenFailure lastFailure = OpenFailure.lost("");

    BackendPool(Proxy proxy, PoolKey key) {
        this.proxy = proxy;
        this.key = key;
    }

    PoolKey key() {
        return key;
    }

    /** What the first backend reported when it was opened; empty before. */
    Map<String, String> welcome() {
        return welcome;
    }

    Set<BackendConnection> backends() {
        return open;
    }

    List<Integer> pids() {
        List<Integer> pids = new ArrayList<>();
        open.forEach(backend -> pids.add(backend.pid()));
        return pids;
    }

    /** Calls {@link ClientConnection#linked} once there is a backend for the client. */
    void request(ClientConnection client) {
        waiting.put(client, NOT_TIMED);
        serve();
        // Most clients are served at once, and a timer for each of them would be a heap of dead timers.
        if (waiting.containsKey(client)) {
            Duration patience = proxy.options().checkoutTimeout();
            waiting.put(client, proxy.loop().after(patience, () -> expired(client, patience)));
        }
    }

    /** Calls {@link ClientConnection#welcomed} once it is known what the server says of itself. */
    void awaitWelcome(ClientConnection client) {
        if (!mayOpen() && !proxy.etiquette().needsBackendToGreet()) {
            client.welcomed();
            return;
        }
        awaitingWelcome.add(client);
        if (opening.isEmpty()) {
            open();
        }
    }

    void forget(ClientConnection client) {
        awaitingWelcome.remove(client);
        EventLoop.Timer timer = waiting.remove(client);
        if (timer != null) {
            timer.cancel();
        }
    }

    private void expired(ClientConnection client, Duration patience) {
        waiting.remove(client);
        client.fail(proxy.etiquette().checkoutTimeout(patience));
    }

    void opened(BackendConnection backend) {
        opening.remove(backend);
        open.add(backend);
        idle.add(backend);
        if (welcome.isEmpty()) {
            welcome = Map.copyOf(backend.reported());
        }
        List<ClientConnection> arrived = new ArrayList<>(awaitingWelcome);
        awaitingWelcome.clear();
        arrived.forEach(ClientConnection::welcomed);
        serve();
    }

    void openFailed(OpenFailure failure) {
        closedUntil = System.nanoTime() + proxy.etiquette().coolDown().toNanos();
        lastFailure = failure;
        List<ClientConnection> arrived = new ArrayList<>(awaitingWelcome);
        awaitingWelcome.clear();
        for (ClientConnection client : arrived) {
            if (proxy.etiquette().needsBackendToGreet()) {
                client.fail(failure.told(proxy.etiquette(), true));
            } else {
                client.welcomed();
            }
        }
        serve();
    }

    void released(BackendConnection backend) {
        inUse--;
        idle.add(backend);
        serve();
    }

    void ended(BackendConnection backend) {
        boolean wasIdle = idle.remove(backend);
        if (open.remove(backend) && !wasIdle) {
            inUse--;
        }
        opening.remove(backend);
        serve();
    }

    private int capacity() {
        return proxy.faults().isExhausted()
                ? 0
                : proxy.etiquette().concurrency(proxy.options().poolSize());
    }

    /** Gives backends to those who wait, as far as there are any, and opens more as far as that may be. */
    void serve() {
        closeSurplus();
        int unserved = 0;
        // A client that is given a backend may finish and ask again at once, which changes the map: so begin anew each
        // time.
        boolean again = true;
        while (again) {
            again = false;
            unserved = 0;
            Iterator<ClientConnection> clients = waiting.keySet().iterator();
            while (clients.hasNext() && inUse < capacity()) {
                ClientConnection client = clients.next();
                BackendConnection backend = choose(client);
                if (backend == null) {
                    unserved++;
                    continue;
                }
                lend(backend, client);
                again = true;
                break;
            }
        }
        int room = Math.min(capacity() - inUse, maximum() - open.size());
        while (opening.size() < Math.min(unserved, room) && mayOpen()) {
            open();
        }
        if (unserved > 0 && opening.isEmpty() && open.isEmpty() && !mayOpen()) {
            failAll();
        }
    }

    private int maximum() {
        return capacity() + spare();
    }

    private int spare() {
        return proxy.handOver() == HandOver.ALWAYS_OTHER && !proxy.keepsSessions() ? 1 : 0;
    }

    /** The order may have changed to one that needs no backend more than may be in use. */
    private void closeSurplus() {
        int allowed = proxy.etiquette().concurrency(proxy.options().poolSize()) + spare();
        while (open.size() > allowed && !idle.isEmpty()) {
            idle.iterator().next().close();
        }
    }

    private boolean mayOpen() {
        return System.nanoTime() - closedUntil >= 0;
    }

    private @Nullable BackendConnection choose(ClientConnection client) {
        boolean mayGrow = open.size() < capacity() && mayOpen();
        if (proxy.handOver() == HandOver.LAST_RELEASED) {
            BackendConnection last = null;
            for (BackendConnection backend : idle) {
                last = backend;
            }
            return last;
        }
        // The pool is filled before a backend is used again: the more there are, the more a client can lose.
        if (mayGrow) {
            return null;
        }
        for (BackendConnection backend : idle) {
            if (backend != client.lastBackend()) {
                return backend;
            }
        }
        boolean otherMayCome =
                proxy.handOver() == HandOver.ALWAYS_OTHER && (open.size() < maximum() ? mayOpen() : true);
        return otherMayCome || idle.isEmpty() ? null : idle.iterator().next();
    }

    private void lend(BackendConnection backend, ClientConnection client) {
        EventLoop.Timer timer = waiting.remove(client);
        if (timer != null) {
            timer.cancel();
        }
        idle.remove(backend);
        inUse++;
        client.linked(backend);
    }

    private void open() {
        open(false);
    }

    /** Tries again without TLS what went wrong with it. */
    void openWithoutTls() {
        open(true);
    }

    private void open(boolean plain) {
        try {
            BackendConnection backend = new BackendConnection(proxy, this, SocketChannel.open(), plain);
            opening.add(backend);
            backend.open();
        } catch (IOException e) {
            openFailed(OpenFailure.lost(String.valueOf(e.getMessage())));
        }
    }

    private void failAll() {
        List<ClientConnection> clients = new ArrayList<>(waiting.keySet());
        clients.forEach(this::forget);
        clients.forEach(client -> client.fail(lastFailure.told(proxy.etiquette(), false)));
    }
}
