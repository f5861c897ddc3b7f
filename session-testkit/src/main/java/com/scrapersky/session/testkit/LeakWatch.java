package com.scrapersky.session.testkit;

import java.lang.annotation.Annotation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Looks after every test at the backends of each pooler that the test used, and fails it with what it left there for the
 * next client: a {@link LeakProbe} for a whole build, without a line in its tests.
 *
 * <p>On one class: {@code @ExtendWith(LeakWatch.class)}. On all classes of a module: JUnit's parameter
 * {@code junit.jupiter.extensions.autodetection.enabled=true}, and a file
 * {@code META-INF/services/org.junit.jupiter.api.extension.Extension} among the test resources, with the line
 * {@code com.scrapersky.session.testkit.LeakWatch}.
 *
 * <p>It knows all poolers in transaction mode that are started in this JVM, whenever that is, and looks at the backends of
 * their own user and database. The first look is when a pooler starts; one that is closed is looked at before. Backends with
 * a leak are replaced, so that the next test is not blamed. {@link MayLeak} lets a test pass. Tests that say {@link
 * MustChangeBackend} fail as well where all ran on one backend. Poolers of a {@link PoolerTest}
 * are not looked at again: it has its own probe. A {@link TransactionPooler} has to be started with
 * {@link HandOver#LONGEST_IDLE}, as with its default order nobody can hold all its backends.
 *
 * <p>Cost: after each test one round trip to the server for each pooler, and a look ({@link LeakProbe}) for each that was
 * used. For tests that run one after the other. JUnit Jupiter 5.9 and later, and 6.
 */
public final class LeakWatch implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {

    /** A transaction in the background of a program ends by itself; one that was left open does not. */
    private static final Duration SETTLING = Duration.ofSeconds(2);

    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(LeakWatch.class);

    /** For JUnit. */
    public LeakWatch() {}

    @Override
    public void beforeAll(ExtensionContext context) {
        watching(context);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        look(context);
    }

    /** What is done after the last test, poolers that are closed there among it. */
    @Override
    public void afterAll(ExtensionContext context) {
        look(context);
    }

    private static void look(ExtensionContext context) {
        Found all = watching(context).look();
        List<AssertionError> found = new ArrayList<>();
        if (!mayLeak(context)) {
            found.addAll(all.leaks());
        }
        // A test that failed may not have come to its second transaction.
        if (mustChangeBackend(context) && context.getExecutionException().isEmpty()) {
            found.addAll(all.unchanged());
        }
        if (found.isEmpty()) {
            return;
        }
        AssertionError first = found.get(0);
        found.subList(1, found.size()).forEach(first::addSuppressed);
        throw first;
    }

    private static boolean mayLeak(ExtensionContext context) {
        return says(context, MayLeak.class);
    }

    /** Whether the test says so, or its class, or one around that. */
    private static boolean says(ExtensionContext context, Class<? extends Annotation> what) {
        if (AnnotationSupport.isAnnotated(context.getTestMethod(), what)) {
            return true;
        }
        Optional<ExtensionContext> around = Optional.of(context);
        while (around.isPresent()) {
            if (AnnotationSupport.isAnnotated(around.get().getTestClass(), what)) {
                return true;
            }
            around = around.get().getParent();
        }
        return false;
    }

    /** What is done before the first test and after the last one is no test. */
    private static boolean mustChangeBackend(ExtensionContext context) {
        return context.getTestMethod().isPresent()
                && !AnnotationSupport.isAnnotated(context.getTestMethod(), MayKeepBackend.class)
                && says(context, MustChangeBackend.class);
    }

    /** What was found since the last look. */
    private record Found(List<AssertionError> leaks, List<AssertionError> unchanged) {

        static Found nothing() {
            return new Found(new ArrayList<>(), new ArrayList<>());
        }
    }

    /** One for a whole run of JUnit's. */
    @SuppressWarnings("deprecation") // Its successor came with JUnit 6.
    private static Watching watching(ExtensionContext context) {
        return Objects.requireNonNull(context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(Watching.class, begun -> Watching.begin(), Watching.class));
    }

    /** Keeps a probe on each pooler while it runs. JUnit closes it at the end of the run. */
    @SuppressWarnings("deprecation") // Before JUnit 5.13 nothing else is closed.
    private static final class Watching implements RunningPoolers.Watch, ExtensionContext.Store.CloseableResource {

        private final ReentrantLock lock = new ReentrantLock();
        private final Map<PoolerLab, Watched> poolers = new LinkedHashMap<>();
        private Found found = Found.nothing();

        static Watching begin() {
            Watching watching = new Watching();
            RunningPoolers.watchWith(watching);
            return watching;
        }

        @Override
        public void started(PoolerLab pooler) {
            if (pooler.poolMode() != PoolMode.TRANSACTION) {
                return;
            }
            lock.lock();
            try {
                poolers.computeIfAbsent(pooler, Watched::new);
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void closing(PoolerLab pooler) {
            lock.lock();
            try {
                Watched watched = poolers.remove(pooler);
                if (watched != null) {
                    if (pooler instanceof TransactionPooler hostile) {
                        hostile.faults().clear();
                    }
                    watched.look(found);
                    watched.close();
                }
            } finally {
                lock.unlock();
            }
        }

        Found look() {
            lock.lock();
            try {
                Found all = found;
                found = Found.nothing();
                poolers.values().forEach(watched -> watched.look(all));
                return all;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            RunningPoolers.watchNoMore(this);
            lock.lock();
            try {
                poolers.values().forEach(Watched::close);
                poolers.clear();
            } finally {
                lock.unlock();
            }
        }
    }

    /** What is looked with, since the backends were in order. */
    private record Probing(Backends backends, LeakProbe probe) {

        static Probing of(PoolerLab pooler) {
            Backends backends = Backends.of(pooler);
            return new Probing(backends, LeakProbe.before(backends));
        }

        void close() {
            probe.close();
            backends.close();
        }
    }

    /** One pooler. */
    private static final class Watched {

        private final PoolerLab pooler;
        private @Nullable Probing probing;

        Watched(PoolerLab pooler) {
            this.pooler = pooler;
            boolean canBeHeld =
                    !(pooler instanceof TransactionPooler hostile && hostile.handOver() == HandOver.ALWAYS_OTHER);
            probing = canBeHeld ? Probing.of(pooler) : null;
        }

        void look(Found found) {
            Probing current = probing;
            if (current == null) {
                found.leaks()
                        .add(new AssertionError(
                                pooler.name() + " keeps one backend free, so nobody can look at all of them:"
                                        + " start it with handOver(HandOver.LONGEST_IDLE), or say @MayLeak and why"));
                return;
            }
            try {
                Backends.Used used = current.backends().takeUsed();
                if (used.ranOn().isEmpty() && !used.someGone()) {
                    return;
                }
                if (used.ranOn().size() == 1 && !used.someGone()) {
                    found.unchanged().add(unchanged(used.ranOn()));
                }
                List<Leak> leaks = leaks(current.probe());
                // The look saw the same once more, on its way.
                current.backends().forgetUsed();
                if (!leaks.isEmpty()) {
                    found.leaks().add(new AssertionError(current.probe().message(leaks)));
                    current.backends().replaceAll();
                    current.close();
                    probing = Probing.of(pooler);
                }
            } catch (RuntimeException broken) {
                found.leaks()
                        .add(new AssertionError(
                                pooler.name() + " cannot be looked at; has the test left it in order? "
                                        + broken.getMessage(),
                                broken));
            }
        }

        private AssertionError unchanged(Set<Integer> used) {
            return new AssertionError(
                    "The backend of " + pooler.name() + " never changed: every transaction ran on " + used
                            + ". Such a test passes on a direct connection as well. Run a later transaction inside"
                            + " Backends.onAnother, or say @MayKeepBackend and why.");
        }

        private static List<Leak> leaks(LeakProbe probe) {
            List<Leak> leaks = probe.leaks();
            long deadline = System.nanoTime() + SETTLING.toNanos();
            while (leaks.stream().anyMatch(leak -> leak.kind() == LeakKind.OPEN_TRANSACTION)
                    && System.nanoTime() < deadline) {
                leaks = probe.leaks();
            }
            return leaks;
        }

        void close() {
            Probing current = probing;
            if (current != null) {
                current.close();
            }
        }
    }
}
