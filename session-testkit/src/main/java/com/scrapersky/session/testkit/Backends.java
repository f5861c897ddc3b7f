package com.scrapersky.session.testkit;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Decides on which backend of a pooler the next transaction runs.
 *
 * <p>A pooler that is mostly idle gives a client the same backend again and again, so whatever a transaction leaves
 * behind or misses is never noticed. {@link #on} holds every backend but one: it fills the pool with open transactions
 * of its own, and ends the one on the wanted backend. As the pool is full, the pooler has no choice, whatever its order.
 *
 * <pre>{@code
 * try (Backends backends = Backends.of(pooler); Connection subject = dataSource.getConnection()) {
 *     int first = backends.pids().get(0);
 *     backends.on(first, () -> subject.setSchema("tenant_a"));
 *     backends.onAnother(() -> assertThat(subject.getSchema()).isEqualTo("tenant_a"));
 * }
 * }</pre>
 *
 * <p><b>What counts as a backend:</b> those that the pooler opens for the user and the database of
 * {@link PoolerLab#url()}; the subject has to use both as well. <b>Other open transactions</b> of the test keep the
 * backends they have; these count as held, and cannot be asked for. While nobody else uses the pooler this is exact; a
 * client that begins or ends transactions in between may take or free a backend, and a hold that cannot be completed is
 * an {@link IllegalStateException} that says who has the rest. <b>In session mode</b> every connection that has run
 * something keeps its backend until it is closed, so the subject has to connect inside the work.
 *
 * <p>All this goes over plain pgjdbc connections of its own, in the simple protocol, and leaves no session state
 * behind. Cost: one round trip through the pooler for each backend held and one for each let go, and one to the server.
 *
 * <p>Not thread-safe: one thread calls it, and not from inside the work; the work itself may use any threads.
 */
public final class Backends implements AutoCloseable {

    /** What runs while backends are held, with a result. */
    @FunctionalInterface
    public interface Work<T extends @Nullable Object, X extends Exception> {
        T run() throws X;
    }

    /** What runs while backends are held. */
    @FunctionalInterface
    public interface Action<X extends Exception> {
        void run() throws X;
    }

    /** A client has its answer a moment before the server says that the backend is idle. */
    private static final Duration ENDING = Duration.ofSeconds(2);

    private final PoolerLab pooler;
    private final BackendActivity activity;
    private final BackendUse use;
    private final BackendHolds holds;
    private final NavigableSet<Integer> known = new TreeSet<>();
    private final Set<Integer> others = new TreeSet<>();
    private final Set<String> heard = new HashSet<>();
    private @Nullable Integer lastSubject;
    private boolean holding;

    private Backends(PoolerLab pooler) {
        this.pooler = pooler;
        this.activity = new BackendActivity(pooler.postgres());
        this.use = RunningPoolers.useOf(pooler);
        this.holds = new BackendHolds(pooler, activity, use);
    }

    /**
     * The backends of that pooler; the caller closes it. Nothing is opened yet.
     *
     * @throws IllegalArgumentException for a {@link TransactionPooler} with {@link HandOver#ALWAYS_OTHER}: it has one
     *     backend more than it lets anybody use at once, so they cannot all be held
     */
    public static Backends of(PoolerLab pooler) {
        if (pooler instanceof TransactionPooler hostile
                && hostile.poolMode() == PoolMode.TRANSACTION
                && hostile.handOver() == HandOver.ALWAYS_OTHER) {
            throw new IllegalArgumentException(
                    pooler.name() + " changes the backend by itself, and keeps one free for it:"
                            + " which one comes next cannot be chosen. Start it with handOver(HandOver.LONGEST_IDLE)");
        }
        return new Backends(pooler);
    }

    /** The process ids of all the pooler's backends in ascending order, after opening as many as the pool may have. */
    public List<Integer> pids() {
        whileAllHeld(() -> {});
        return List.copyOf(known);
    }

    /**
     * Runs the work while only this backend is free.
     *
     * @throws IllegalArgumentException if the pooler has no such backend (any longer), or it is in use
     */
    public <T extends @Nullable Object, X extends Exception> T on(int pid, Work<T, X> work) throws X {
        return holdAllBut(
                free -> {
                    if (!free.contains(pid)) {
                        throw new IllegalArgumentException("Backend " + pid + " of " + pooler.name()
                                + " cannot be had: free are " + free + ", of all " + known);
                    }
                    return pid;
                },
                work);
    }

    /** As {@link #on(int, Work)}, without a result. */
    public <X extends Exception> void on(int pid, Action<X> action) throws X {
        on(pid, asWork(action));
    }

    /**
     * Runs the work on another backend than the subject's last one, and on the next one at every call, so that repeated
     * calls go round all of them.
     *
     * @throws IllegalStateException if there is no other free one
     */
    public <T extends @Nullable Object, X extends Exception> T onAnother(Work<T, X> work) throws X {
        return holdAllBut(
                free -> {
                    Integer last = lastSubject;
                    int after = last == null ? 0 : last;
                    return Stream.concat(free.tailSet(after, false).stream(), free.headSet(after, false).stream())
                            .findFirst()
                            .orElseThrow(() -> new IllegalStateException(pooler.name() + " has no free backend but "
                                    + last + ", which ran the last transaction; give it a larger pool than "
                                    + pooler.poolSize()));
                },
                work);
    }

    /** As {@link #onAnother(Work)}, without a result. */
    public <X extends Exception> void onAnother(Action<X> action) throws X {
        onAnother(asWork(action));
    }

    /** Runs the work once on each backend, and gives what it returned by process id. */
    public <T extends @Nullable Object, X extends Exception> Map<Integer, T> onEach(Work<T, X> work) throws X {
        Map<Integer, T> results = new LinkedHashMap<>();
        for (int pid : pids()) {
            results.put(pid, on(pid, work));
        }
        return results;
    }

    /** As {@link #onEach(Work)}, without results. */
    public <X extends Exception> void onEach(Action<X> action) throws X {
        onEach(asWork(action));
    }

    /** Runs the work while no backend is free: what needs one waits, and may run into the pooler's limits. */
    public <T extends @Nullable Object, X extends Exception> T whileAllHeld(Work<T, X> work) throws X {
        return holdAllBut(free -> null, work);
    }

    /** As {@link #whileAllHeld(Work)}, without a result. */
    public <X extends Exception> void whileAllHeld(Action<X> action) throws X {
        whileAllHeld(asWork(action));
    }

    /**
     * The backend that began the latest statement that is not one of this object's own, as the server saw it. Holding
     * backends forgets what ran on them before: after {@link #on} the answer comes from its work.
     *
     * @throws IllegalStateException if nothing ran since; then the work did not reach the pooler's backends
     */
    public int lastPid() {
        if (known.isEmpty()) {
            pids();
        }
        List<BackendActivity.Entry> ran = latestOfOthers();
        if (ran.isEmpty()) {
            throw new IllegalStateException("No statement ran on the backends " + known + " of " + pooler.name()
                    + " since they were last held: the work sent none, or not through this pooler with its user and"
                    + " database");
        }
        return ran.get(0).pid();
    }

    /** What {@link #inspect} does on one backend: in a transaction of ours that will be rolled back. */
    @FunctionalInterface
    interface Inspection<T extends @Nullable Object> {
        T look(Connection connection) throws SQLException;
    }

    /** What each free backend gave, and the backends that are in open transactions of others. */
    record Inspected<T extends @Nullable Object>(Map<Integer, T> free, List<BackendActivity.Entry> busy) {}

    /**
     * Looks at every backend that is free, on our own connections, all held at the same time. One whose last statement was just
     * about to end is looked at once more.
     */
    <T extends @Nullable Object> Inspected<T> inspect(Inspection<T> inspection) {
        long deadline = System.nanoTime() + ENDING.toNanos();
        Inspected<T> seen = inspectOnce(inspection);
        while (seen.busy().stream().anyMatch(BackendActivity.Entry::isEnding) && System.nanoTime() < deadline) {
            seen = inspectOnce(inspection);
        }
        return seen;
    }

    private <T extends @Nullable Object> Inspected<T> inspectOnce(Inspection<T> inspection) {
        return whileHeld(held -> {
            Map<Integer, T> free = new TreeMap<>();
            for (HeldBackend backend : held) {
                try {
                    free.put(backend.pid(), inspection.look(backend.connection()));
                } catch (SQLException e) {
                    throw new IllegalStateException(
                            "Cannot look at backend " + backend.pid() + " of " + pooler.name() + ": " + e.getMessage()
                                    + ". Something that was left there may be what hinders it, such as a timeout or a"
                                    + " role without rights",
                            e);
                }
            }
            List<BackendActivity.Entry> busy = activity(known).stream()
                    .filter(entry -> !free.containsKey(entry.pid()))
                    .toList();
            return new Inspected<>(free, busy);
        });
    }

    /** The latest statement of each backend that ran another one than ours since they were last held. */
    List<BackendActivity.Entry> latestOfOthers() {
        return ofOthers(activity(known));
    }

    private List<BackendActivity.Entry> ofOthers(List<BackendActivity.Entry> now) {
        List<BackendActivity.Entry> latest =
                now.stream().filter(holds::isSubject).toList();
        latest.forEach(entry -> heard.add(entry.query()));
        noteUse(now);
        return latest;
    }

    /** An empty statement counts: what ran before it on that backend is seen no more. */
    private void noteUse(List<BackendActivity.Entry> now) {
        use.ranOn(now.stream()
                .filter(holds::isOthers)
                .map(BackendActivity.Entry::pid)
                .toList());
    }

    /** Every statement that was ever the latest one when this object looked. */
    Set<String> heard() {
        latestOfOthers();
        return Set.copyOf(heard);
    }

    /** Looks which backends ran a statement that is not ours, and gives all that were seen to do so since the first hold. */
    Set<Integer> noticeOthers() {
        latestOfOthers().forEach(entry -> others.add(entry.pid()));
        return Set.copyOf(others);
    }

    /** Lets the server end every backend that is known, and returns when the pooler has opened as many new ones. */
    void replaceAll() {
        activity.end(known);
        // The server forgets a process before its connection is closed: the pooler may still give a dead backend to a
        // client,
        // each of them once.
        for (int dead = 0; !isFilled(dead == pooler.poolSize()); dead++) {
            Thread.onSpinWait();
        }
        others.clear();
        lastSubject = null;
    }

    private boolean isFilled(boolean lastAttempt) {
        try {
            whileAllHeld(() -> {});
            return true;
        } catch (IllegalStateException e) {
            if (lastAttempt) {
                throw e;
            }
            return false;
        }
    }

    /**
     * The backends on which anything ran that is not ours, and whether others are gone, of which nobody can tell.
     */
    record Used(Set<Integer> ranOn, boolean someGone) {}

    /** What was used since this was last asked, as far as any {@code Backends} of this pooler saw it. */
    Used takeUsed() {
        List<BackendActivity.Entry> now = activity(known);
        ofOthers(now);
        return new Used(use.takeRanOn(), now.size() < known.size());
    }

    /** What was used up to now is known: it is told to nobody again. */
    void forgetUsed() {
        use.takeRanOn();
    }

    PoolerLab pooler() {
        return pooler;
    }

    /** Closes the connections of its own; the pooler goes on running. */
    @Override
    public void close() {
        holds.close();
        activity.close();
    }

    /** Chooses among the free backends the one to let go; none if {@code null}. */
    private interface Choice {
        @Nullable
        Integer among(NavigableSet<Integer> free);
    }

    private <T extends @Nullable Object, X extends Exception> T holdAllBut(Choice choice, Work<T, X> work) throws X {
        return whileHeld(held -> {
            NavigableSet<Integer> free =
                    held.stream().map(HeldBackend::pid).collect(Collectors.toCollection(TreeSet::new));
            Integer wanted = choice.among(free);
            for (HeldBackend backend : List.copyOf(held)) {
                if (wanted != null && backend.pid() == wanted) {
                    held.remove(backend);
                    holds.release(backend);
                }
            }
            return work.run();
        });
    }

    /** What runs while these backends are held; what it takes out of the list is its own to release. */
    private interface Holding<T extends @Nullable Object, X extends Exception> {
        T run(List<HeldBackend> held) throws X;
    }

    private <T extends @Nullable Object, X extends Exception> T whileHeld(Holding<T, X> work) throws X {
        if (holding) {
            throw new IllegalStateException(
                    "The backends are held already: this cannot be called from inside the work");
        }
        holding = true;
        List<HeldBackend> held = new ArrayList<>();
        try {
            hold(held);
            return work.run(held);
        } finally {
            held.forEach(holds::release);
            holding = false;
        }
    }

    private void hold(List<HeldBackend> held) {
        // What ran on those that only others know is none of this object's business, but covered up from now on.
        Set<Integer> unknown = use.known();
        unknown.removeAll(known);
        noteUse(activity(unknown));
        List<BackendActivity.Entry> ran = latestOfOthers();
        if (!ran.isEmpty()) {
            lastSubject = ran.get(0).pid();
        }
        ran.forEach(entry -> others.add(entry.pid()));
        List<Integer> inUse = inUse();
        while (held.size() + inUse.size() < pooler.poolSize()) {
            held.add(holds.take(held, inUse, known));
        }
        known.clear();
        known.addAll(inUse);
        held.forEach(backend -> known.add(backend.pid()));
        use.know(known);
    }

    private List<Integer> inUse() {
        return activity(known).stream()
                .filter(entry -> !entry.isIdle() && !holds.isReset(entry))
                .map(BackendActivity.Entry::pid)
                .toList();
    }

    private List<BackendActivity.Entry> activity(Collection<Integer> pids) {
        return pids.isEmpty() ? List.of() : activity.of(pids);
    }

    private static <X extends Exception> Work<Boolean, X> asWork(Action<X> action) {
        return () -> {
            action.run();
            return true;
        };
    }
}
