package com.scrapersky.session.testkit;

import com.scrapersky.session.testkit.internal.leak.BackendState;
import com.scrapersky.session.testkit.internal.leak.BackendState.Change;
import com.scrapersky.session.testkit.internal.leak.StateKey;
import com.scrapersky.session.testkit.internal.leak.StateReader;
import com.scrapersky.session.testkit.internal.proxy.Overheard;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds what a test leaves on the backends of a pooler, where the next client inherits it.
 *
 * <p>It looks at every backend before and after, and compares: settings of the session, role, prepared statements,
 * {@code WITH HOLD} cursors, temporary objects, session advisory locks, channels listened to, the state of sequences, and
 * transactions left open.
 *
 * <pre>{@code
 * try (LeakProbe probe = LeakProbe.before(pooler)) {
 *     probe.during("choose the tenant", () -> repository.chooseTenant("a"));
 *     probe.during("read", () -> repository.findAll());
 *     probe.assertNothingLeaked();
 * }
 * // backend 4711: setting search_path: ""$user", public" -> "tenant_a", in step "choose the tenant"
 * }</pre>
 *
 * <p><b>What the pooler itself takes care of is no leak.</b> The probe looks through the pooler, as any client: a setting
 * which the pooler sets anew for each client (PgBouncer: {@code client_encoding}, {@code DateStyle}, {@code TimeZone},
 * {@code standard_conforming_strings}, {@code application_name}) looks the same before and after, and is reported only
 * behind a pooler that does not. Where the pooler carries named statements over, those on the backends are its own.
 *
 * <p><b>What it cannot see:</b> PostgreSQL lists no custom settings ({@code app.tenant}) but those of extensions. The probe
 * asks for every name that the database itself mentions (in policies, functions, views, triggers, rules, constraints, defaults,
 * settings of roles), that the latest statement of a backend contained whenever it was looked at or held (behind a {@link
 * TransactionPooler} every statement and bound value), that PostgREST sets, and that {@link Builder#customSettings} adds.
 * Nothing tells of {@code setseed()}, of {@code LOAD}, and of a session lock that was taken once more.
 *
 * <p>Cost of a look: per backend, three round trips through the pooler; where sequences of the database have been used, one
 * more, and one for each of them on a backend that used any; and five to the server. The backends are as {@link Backends}
 * defines them. The probe leaves nothing behind itself. Not thread-safe.
 */
public final class LeakProbe implements AutoCloseable {

    private final Backends backends;
    private final boolean ownsBackends;
    private final StateReader reader;
    private final SequenceCheck sequences;
    private final Map<Integer, BackendState> before;
    private final Set<Integer> busyBefore;
    private final Map<Integer, BackendState> latest = new HashMap<>();
    private final Map<Integer, Map<StateKey, Origin>> origins = new HashMap<>();
    private final Map<Integer, Set<String>> unseenSteps = new HashMap<>();
    private final List<String> steps = new ArrayList<>();
    private final @Nullable Overheard overheard;
    private @Nullable Connection direct;

    /** How a difference came about, as far as it was seen. */
    private record Origin(List<String> steps, @Nullable String statement) {}

    private LeakProbe(Builder builder) {
        backends = builder.backends;
        ownsBackends = builder.ownsBackends;
        sequences = builder.sequences;
        reader = new StateReader(
                HeldBackend.MARK,
                backends.pooler().carriesNamedStatements(),
                builder.customSettings,
                sequences != SequenceCheck.OFF);
        overheard = backends.pooler() instanceof TransactionPooler pooler ? pooler.listen() : null;
        Backends.Inspected<BackendState> inspected = inspect();
        before = Map.copyOf(inspected.free());
        latest.putAll(before);
        busyBefore = pids(inspected);
    }

    /** Looks at all backends of the pooler now; the caller closes the probe. */
    public static LeakProbe before(PoolerLab pooler) {
        return builder(pooler).before();
    }

    /** As {@link #before(PoolerLab)}, with the {@link Backends} of the test, which the caller closes. */
    public static LeakProbe before(Backends backends) {
        return builder(backends).before();
    }

    public static Builder builder(PoolerLab pooler) {
        return new Builder(Backends.of(pooler), true);
    }

    public static Builder builder(Backends backends) {
        return new Builder(backends, false);
    }

    /** Runs one step of the test and looks again, so that a leak is told by the name of its step. */
    public <T extends @Nullable Object, X extends Exception> T during(String step, Backends.Work<T, X> work) throws X {
        look();
        // A step that fails is remembered all the same: the next look finds what it did.
        steps.add(step);
        T result = work.run();
        look();
        return result;
    }

    /** As {@link #during(String, Backends.Work)}, without a result. */
    public <X extends Exception> void during(String step, Backends.Action<X> action) throws X {
        during(step, () -> {
            action.run();
            return true;
        });
    }

    /** Looks again, and gives what differs from the first look, by backend; empty if nothing does. */
    public List<Leak> leaks() {
        Backends.Inspected<BackendState> now = look();
        List<Leak> leaks = new ArrayList<>();
        now.free().forEach((pid, state) -> {
            Map<StateKey, Origin> known = origins.getOrDefault(pid, Map.of());
            changes(before.get(pid), state).forEach((key, change) -> {
                if (sequences == SequenceCheck.WHERE_READ && reader.isUnreadSequence(key)) {
                    return;
                }
                Origin origin = known.getOrDefault(key, new Origin(List.of(), null));
                leaks.add(new Leak(
                        pid,
                        LeakKind.valueOf(key.kind()),
                        key.name(),
                        change.before(),
                        change.after(),
                        origin.steps(),
                        origin.statement()));
            });
        });
        for (BackendActivity.Entry entry : now.busy()) {
            if (!busyBefore.contains(entry.pid())) {
                leaks.add(new Leak(
                        entry.pid(),
                        LeakKind.OPEN_TRANSACTION,
                        "(" + entry.state() + ")",
                        null,
                        "open",
                        List.copyOf(unseenSteps.getOrDefault(entry.pid(), Set.of())),
                        entry.query()));
            }
        }
        return List.copyOf(leaks);
    }

    /**
     * Looks again, and fails if anything differs from the first look.
     *
     * @throws AssertionError that names each leak, its step, and what to do instead
     */
    public void assertNothingLeaked() {
        List<Leak> leaks = leaks();
        if (!leaks.isEmpty()) {
            throw new AssertionError(message(leaks));
        }
    }

    /**
     * Fails if all that ran since the first look ran on one backend: there, nobody misses what stays behind, and a test that
     * found nothing has shown nothing. Call it behind {@link #leaks()} or {@link #assertNothingLeaked()}.
     */
    public void assertBackendChanged() {
        Set<Integer> ranOn = backends.noticeOthers();
        if (ranOn.size() < 2) {
            throw new AssertionError("All that ran through " + backends.pooler().name() + " ran on "
                    + (ranOn.isEmpty() ? "no backend of " : "backend " + ranOn + ", of ")
                    + backends.pooler().poolSize()
                    + ": a second transaction has to run on another one. Backends.onAnother sees to that");
        }
    }

    @Override
    public void close() {
        Connection current = direct;
        direct = null;
        if (current != null) {
            BackendHolds.discard(current);
        }
        if (overheard != null && backends.pooler() instanceof TransactionPooler pooler) {
            pooler.ignore(overheard);
        }
        if (ownsBackends) {
            backends.close();
        }
    }

    String message(List<Leak> leaks) {
        return "The next client that gets a backend of " + backends.pooler().name() + " inherits:"
                + leaks.stream().map(leak -> "\n  " + leak).collect(Collectors.joining())
                + "\nInstead:"
                + leaks.stream()
                        .map(Leak::kind)
                        .distinct()
                        .map(kind -> "\n  " + kind.words() + ": " + kind.remedy())
                        .collect(Collectors.joining());
    }

    private Backends.Inspected<BackendState> look() {
        Map<Integer, String> statements = new HashMap<>();
        // Where the pooler resets what it takes back, its own statement is the latest.
        List<String> resets = backends.pooler().resetStatements();
        backends.latestOfOthers().stream()
                .filter(entry -> !resets.contains(entry.query()))
                .forEach(entry -> statements.put(entry.pid(), entry.query()));
        Backends.Inspected<BackendState> inspected = inspect();
        inspected.free().forEach((pid, state) -> {
            Set<String> possible = new LinkedHashSet<>(unseenSteps.getOrDefault(pid, Set.of()));
            unseenSteps.remove(pid);
            possible.addAll(steps);
            Origin origin = new Origin(List.copyOf(possible), statements.get(pid));
            Map<StateKey, Origin> known = origins.computeIfAbsent(pid, any -> new HashMap<>());
            changes(latest.get(pid), state).keySet().forEach(key -> known.put(key, origin));
        });
        inspected
                .busy()
                .forEach(entry -> unseenSteps
                        .computeIfAbsent(entry.pid(), any -> new LinkedHashSet<>())
                        .addAll(steps));
        steps.clear();
        latest.keySet().retainAll(pids(inspected));
        latest.putAll(inspected.free());
        return inspected;
    }

    private Map<StateKey, Change> changes(@Nullable BackendState earlier, BackendState now) {
        return earlier == null ? now.changesSinceAnyOf(before.values()) : now.changesSince(earlier);
    }

    private Backends.Inspected<BackendState> inspect() {
        try {
            Connection current = direct;
            if (current == null || !current.isValid(1)) {
                current = backends.pooler().postgres().connect(Map.of("ApplicationName", "sky-leak-probe"));
                direct = current;
            }
            reader.prepare(statements(), current);
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot ask the server what its policies and functions read", e);
        }
        return backends.inspect(reader::read);
    }

    /** All that is known to have been said: behind a real pooler, the latest statement of each backend at each look or hold. */
    private Set<String> statements() {
        Set<String> statements = overheard == null ? new HashSet<>() : overheard.take();
        statements.removeIf(text -> text.startsWith(HeldBackend.MARK));
        statements.addAll(backends.heard());
        return statements;
    }

    private static Set<Integer> pids(Backends.Inspected<?> inspected) {
        return inspected.busy().stream().map(BackendActivity.Entry::pid).collect(Collectors.toSet());
    }

    /** What a {@link LeakProbe} looks for. Not thread-safe. */
    public static final class Builder {

        private final Backends backends;
        private final boolean ownsBackends;
        private final List<String> customSettings = new ArrayList<>();
        private SequenceCheck sequences = SequenceCheck.WHERE_READ;

        private Builder(Backends backends, boolean ownsBackends) {
            this.backends = backends;
            this.ownsBackends = ownsBackends;
        }

        /** Further custom settings to look at, such as {@code app.tenant}. */
        public Builder customSettings(String... names) {
            customSettings.addAll(List.of(names));
            return this;
        }

        /** Which states of sequences are reported; {@link SequenceCheck#WHERE_READ} unless told otherwise. */
        public Builder sequences(SequenceCheck reported) {
            sequences = reported;
            return this;
        }

        /** All states of sequences, or none. */
        public Builder sequences(boolean reported) {
            return sequences(reported ? SequenceCheck.ALL : SequenceCheck.OFF);
        }

        /** Looks at all backends now; the caller closes the probe. */
        public LeakProbe before() {
            return new LeakProbe(this);
        }
    }
}
