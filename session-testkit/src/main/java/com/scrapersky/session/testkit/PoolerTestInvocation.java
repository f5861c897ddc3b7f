package com.scrapersky.session.testkit;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;

/** One run of a {@link PoolerTest} behind one pooler. Used by one thread. */
final class PoolerTestInvocation
        implements TestTemplateInvocationContext,
                BeforeEachCallback,
                AfterTestExecutionCallback,
                AfterEachCallback,
                ParameterResolver {

    private static final Set<Class<?>> PARAMETERS =
            Set.of(PoolerLab.class, Pooler.class, Backends.class, LeakProbe.class, PostgresLab.class);

    private final Pooler pooler;
    private final PoolerTest wanted;
    private @Nullable Run run;

    /** What the test gets, while it runs. */
    private record Run(PoolerLab lab, Backends backends, LeakProbe probe) {}

    PoolerTestInvocation(Pooler pooler, PoolerTest wanted) {
        this.pooler = pooler;
        this.wanted = wanted;
    }

    @Override
    public String getDisplayName(int invocationIndex) {
        return "[" + invocationIndex + "] " + pooler;
    }

    @Override
    public List<Extension> getAdditionalExtensions() {
        return List.of(this);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        run();
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return PARAMETERS.contains(parameter.getParameter().getType());
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Run current = run();
        Class<?> type = parameter.getParameter().getType();
        if (type == PoolerLab.class) {
            return current.lab();
        }
        if (type == Backends.class) {
            return current.backends();
        }
        if (type == LeakProbe.class) {
            return current.probe();
        }
        return type == Pooler.class ? pooler : SharedLabs.postgres();
    }

    // Also for the parameters of a constructor, which come before anything else.
    private Run run() {
        Run current = run;
        if (current == null) {
            PoolerLab lab = SharedLabs.pooler(pooler, wanted.poolSize());
            Backends backends = Backends.of(lab);
            try {
                current = new Run(
                        lab,
                        backends,
                        LeakProbe.builder(backends)
                                .customSettings(wanted.customSettings())
                                .sequences(wanted.sequences())
                                .before());
            } catch (RuntimeException e) {
                backends.close();
                SharedLabs.discard(lab);
                throw e;
            }
            run = current;
        }
        return current;
    }

    // A pooler may end a backend whose client leaves in a transaction, as an @AfterEach method can: then nothing tells
    // of it.
    @Override
    public void afterTestExecution(ExtensionContext context) {
        Run current = run;
        if (current != null) {
            current.backends().noticeOthers();
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Run current = run;
        run = null;
        if (current == null) {
            return;
        }
        try (Backends backends = current.backends();
                LeakProbe probe = current.probe()) {
            check(backends, probe, context.getExecutionException().isPresent());
        } catch (RuntimeException e) {
            // Whatever the test did to the pooler, the next one gets a sound one.
            SharedLabs.discard(current.lab());
            throw e;
        }
    }

    private void check(Backends backends, LeakProbe probe, boolean failedAlready) {
        Set<Integer> ranOn = backends.noticeOthers();
        List<Leak> leaks = probe.leaks();
        if (!leaks.isEmpty()) {
            AssertionError leaked = new AssertionError(probe.message(leaks));
            try {
                // A leak that is there before the next test as well as after it would not be found.
                backends.replaceAll();
            } catch (RuntimeException e) {
                leaked.addSuppressed(e);
                SharedLabs.discard(backends.pooler());
            }
            if (wanted.mustNotLeak()) {
                throw leaked;
            }
        }
        if (wanted.mustChangeBackend() && !failedAlready && ranOn.size() < 2) {
            throw new AssertionError("The backend of "
                    + backends.pooler().name() + " never changed: "
                    + (ranOn.isEmpty()
                            ? "no statement of the test was seen on its backends"
                            : "every transaction ran on " + ranOn)
                    + ". Such a test passes on a direct connection as well. Run a later transaction inside"
                    + " Backends.onAnother, or say mustChangeBackend = false.");
        }
    }
}
