package com.scrapersky.session;

import com.scrapersky.session.internal.guard.ContextSettings;
import com.scrapersky.session.internal.guard.LogPosition;
import com.scrapersky.session.internal.guard.PoolSafeConnection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The servers that reads may go to, and how far the program's own writes have got: a read goes only where it finds them. A
 * thread of its own asks each server once a second how far it is. Thread-safe.
 */
final class Replicas implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Replicas.class);

    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    /** A read that was given a replica: its connection, and who is told how it went. */
    record Reading(Replica replica, PoolSafeConnection connection, long position) {

        /** Whether the replica has still to show that it has what the program wrote. */
        boolean isInQuestion() {
            return connection.hasFirstQuestion();
        }

        /** Its first statement was answered, or it has ended without one. */
        void answered() {
            replica.answered(connection);
        }

        /** The read has ended well. */
        void done() {
            if (!isInQuestion()) {
                replica.shows(position);
            }
        }
    }

    /** Where the primary's log was at a time: {@code System.nanoTime}. */
    private record Written(long position, long at) {}

    private final ConnectionSource primary;
    private final List<Replica> replicas;
    private final Duration wait;
    private final Duration maximumLag;
    private final AtomicInteger turn = new AtomicInteger();

    /** What the program has certainly written, in sessions. */
    private final AtomicLong position = new AtomicLong();

    /** Counts what may have written and did not tell where, and how many of those {@link #position} covers. */
    private final AtomicLong untold = new AtomicLong();

    private final AtomicLong covered = new AtomicLong();

    /** The primary's positions of late, the oldest first; for the thread that looks only. */
    private final Deque<Written> history = new ArrayDeque<>();

    private final CountDownLatch closed = new CountDownLatch(1);

    Replicas(ConnectionSource primary, List<Replica> replicas, Duration wait, Duration maximumLag) {
        this.primary = primary;
        this.replicas = replicas;
        this.wait = wait;
        this.maximumLag = maximumLag;
    }

    /** Looks for the first time before it returns, and goes on looking. */
    void start() {
        look();
        Thread looking = new Thread(this::goOnLooking, "sky-session-replicas");
        looking.setDaemon(true);
        looking.start();
    }

    /**
     * A connection to a replica that shows what the program has written, or will at once.
     *
     * @return null where a read has to go to the primary
     */
    @Nullable
    Reading borrow(@Nullable ContextSettings context) {
        // In this order: what is covered in between has raised the position.
        if (isUncovered() || isOfOneSnapshot(context)) {
            return null;
        }
        long wanted = position.get();
        int first = turn.getAndIncrement();
        for (int i = 0; i < replicas.size(); i++) {
            Replica replica = replicas.get(Math.floorMod(first + i, replicas.size()));
            if (replica.isUsable()) {
                try {
                    PoolSafeConnection connection = replica.borrow(context);
                    if (replica.reached() < wanted) {
                        connection.demandFirst(LogPosition.demand(wanted, wait.toMillis()));
                    }
                    replica.begins(connection);
                    return new Reading(replica, connection, wanted);
                } catch (ConnectionException away) {
                    if (!away.isCrowded()) {
                        replica.leaveOut(String.valueOf(away.getMessage()));
                    }
                }
            }
        }
        return null;
    }

    /** Whether something was written perhaps of which nobody knows where it is. */
    boolean isUncovered() {
        return untold.get() > covered.get();
    }

    /** A transaction of one snapshot would take it before it has waited. */
    private static boolean isOfOneSnapshot(@Nullable ContextSettings context) {
        String isolation = context == null ? null : context.settings().get("default_transaction_isolation");
        return isolation != null && !isolation.equals("read committed") && !isolation.equals("read uncommitted");
    }

    /** The first statement of a read failed: nothing was read, and the replica may be the reason. */
    static boolean isReplicasFault(Reading reading, DatabaseException failure) {
        String state = failure.sqlState().orElse("");
        if (state.equals(LogPosition.BEHIND)) {
            reading.replica().isBehind(reading.position());
        } else if (failure instanceof ConnectionException) {
            reading.replica().leaveOut(String.valueOf(failure.getMessage()));
        } else {
            // 40001: a standby cancels reads that are in the way of what it has to take over.
            return state.equals("40001");
        }
        return true;
    }

    /** How many writes there were so far of which nobody knows where they are; to be asked before {@link #wrote}. */
    long untold() {
        return untold.get();
    }

    /** Something may have written, and does not know where. */
    void mayHaveWritten() {
        untold.incrementAndGet();
    }

    /**
     * The primary's log had got there.
     *
     * @param before what {@link #untold} said before the primary was asked
     */
    void wrote(long written, long before) {
        position.accumulateAndGet(written, Math::max);
        covered.accumulateAndGet(before, Math::max);
    }

    private void goOnLooking() {
        try {
            while (!closed.await(BETWEEN_LOOKS.toNanos(), TimeUnit.NANOSECONDS)) {
                look();
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        try {
            askPrimary();
        } catch (SQLException | DatabaseException away) {
            LOG.debug("the primary could not be asked how far it is", away);
        }
        for (Replica replica : replicas) {
            if (closed.getCount() == 0) {
                return;
            }
            try {
                judge(replica, replica.ask());
            } catch (ConnectionException away) {
                if (!away.isCrowded()) {
                    replica.isAway(String.valueOf(away.getMessage()));
                }
            } catch (SQLException | DatabaseException away) {
                replica.isAway(String.valueOf(away.getMessage()));
            }
        }
    }

    private void askPrimary() throws SQLException {
        try (PoolSafeConnection connection = primary.borrow(null)) {
            connection.setAutoCommit(true);
            long before = untold();
            long written = LogPosition.written(connection);
            if (before > covered.get()) {
                wrote(written, before);
            }
            history.addLast(new Written(written, System.nanoTime()));
        }
    }

    /** How old what it shows is, is known from when the primary had come further. */
    private void judge(Replica replica, long reached) {
        long clock = System.nanoTime();
        long lag = 0;
        for (Written written : history) {
            if (written.position() > reached) {
                lag = clock - written.at();
                break;
            }
        }
        while (history.size() > 1 && clock - history.getFirst().at() > 2 * maximumLag.toNanos()) {
            history.removeFirst();
        }
        if (lag > maximumLag.toNanos()) {
            replica.leaveOut("it is " + TimeUnit.NANOSECONDS.toMillis(lag) + " ms behind");
        } else {
            replica.takeBack();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        replicas.forEach(Replica::close);
    }

    @Override
    public String toString() {
        return replicas.toString();
    }

    /** A replica by the address of its URL. */
    static Replica replica(DatabaseUrl url, Supplier<ConnectionSource> opening) {
        DatabaseUrl.Host host = url.hosts().get(0);
        return new Replica("the replica " + host.name() + ":" + host.port(), opening);
    }
}
