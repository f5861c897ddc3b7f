package com.scrapersky.session.testkit.internal.proxy;

import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that does all the work of a pooler. Everything else in this package belongs to it and needs no lock; other
 * threads come in through {@link #execute} and {@link #call}.
 */
final class EventLoop implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EventLoop.class);

    private final Selector selector;
    private final Thread thread;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean wakeUpPending = new AtomicBoolean();
    private final PriorityQueue<Timer> timers = new PriorityQueue<>();
    private final ArrayDeque<Peer> unflushed = new ArrayDeque<>();
    private volatile boolean running = true;

    EventLoop(String name) throws IOException {
        selector = Selector.open();
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    SelectionKey register(SelectableChannel channel, int operations, Ready ready) throws IOException {
        return channel.register(selector, operations, ready);
    }

    /** Runs the task on the loop's thread, soon. */
    void execute(Runnable task) {
        tasks.add(task);
        if (Thread.currentThread() != thread && wakeUpPending.compareAndSet(false, true)) {
            selector.wakeup();
        }
    }

    /** Runs the task on the loop's thread and waits for its result. */
    <T> T call(Callable<T> task) {
        if (Thread.currentThread() == thread) {
            throw new IllegalStateException("the event loop cannot wait for itself");
        }
        CompletableFuture<T> result = new CompletableFuture<>();
        execute(() -> {
            try {
                T value = task.call();
                // What it has to say is said before the caller goes on.
                flush();
                result.complete(value);
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        if (!running) {
            throw new IllegalStateException("the pooler is closed");
        }
        try {
            return result.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the pooler", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("the pooler could not do that: " + e.getCause(), e.getCause());
        }
    }

    Timer after(Duration delay, Runnable action) {
        return at(System.nanoTime() + delay.toNanos(), action);
    }

    Timer at(long dueNanos, Runnable action) {
        Timer timer = new Timer(dueNanos, action);
        timers.add(timer);
        return timer;
    }

    /** Has the peer's output written once the events at hand are worked off. */
    void flushSoon(Peer peer) {
        unflushed.add(peer);
    }

    private void run() {
        while (running) {
            try {
                select();
                runTasks();
                runTimers();
            } catch (IOException | RuntimeException e) {
                // A defect in here must show in the log and must not take all other connections down with it.
                LOG.error("the pooler's event loop met something that it does not expect", e);
            }
        }
        closeAll();
    }

    private void select() throws IOException {
        Timer next = nextTimer();
        long wait = next == null ? Long.MAX_VALUE : next.dueNanos - System.nanoTime();
        if (!tasks.isEmpty() || wait <= 0) {
            selector.selectNow(this::handle);
        } else if (next == null) {
            selector.select(this::handle);
        } else {
            // Rounded up: a wait of less than a millisecond would spin.
            selector.select(this::handle, wait / 1_000_000 + 1);
        }
    }

    /** Without those that nobody waits for any more: a wait with an end is dearer to the kernel than one without. */
    private @Nullable Timer nextTimer() {
        Timer next = timers.peek();
        while (next != null && next.cancelled) {
            timers.poll();
            next = timers.peek();
        }
        return next;
    }

    private void handle(SelectionKey key) {
        if (key.isValid() && key.attachment() instanceof Ready action) {
            action.ready();
            flush();
        }
    }

    private void runTasks() {
        wakeUpPending.set(false);
        Runnable task;
        while ((task = tasks.poll()) != null) {
            task.run();
            flush();
        }
    }

    private void runTimers() {
        Timer next;
        while ((next = nextTimer()) != null && next.dueNanos - System.nanoTime() <= 0) {
            timers.poll();
            next.action.run();
            flush();
        }
    }

    private void flush() {
        Peer peer;
        while ((peer = unflushed.poll()) != null) {
            peer.flush();
        }
    }

    private void closeAll() {
        for (SelectionKey key : selector.keys()) {
            try {
                key.channel().close();
            } catch (IOException e) {
                LOG.debug("a socket could not be closed", e);
            }
        }
        try {
            selector.close();
        } catch (IOException e) {
            LOG.debug("the selector could not be closed", e);
        }
        runTasks();
    }

    @Override
    public void close() {
        running = false;
        selector.wakeup();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** What a channel wants done when the selector finds it ready. */
    interface Ready {
        void ready();
    }

    /** Something to do later. */
    static final class Timer implements Comparable<Timer> {

        private final long dueNanos;
        private final Runnable action;
        private boolean cancelled;

        private Timer(long dueNanos, Runnable action) {
            this.dueNanos = dueNanos;
            this.action = action;
        }

        /** A timer that no loop knows of. */
        static Timer never() {
            return new Timer(0, () -> {});
        }

        void cancel() {
            cancelled = true;
        }

        @Override
        public int compareTo(Timer other) {
            return Long.compare(dueNanos - other.dueNanos, 0);
        }
    }
}
