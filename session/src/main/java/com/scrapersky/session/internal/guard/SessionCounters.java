package com.scrapersky.session.internal.guard;

import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.SessionStatistics.Outcome;
import com.scrapersky.session.internal.errors.ErrorTable;
import com.scrapersky.session.internal.errors.KnownError;
import com.scrapersky.session.internal.jdbc.DriverErrors;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What the sessions of one database have done, counted. A statement costs one increment, a transaction two more and two looks at
 * the clock. Thread-safe.
 */
public final class SessionCounters {

    private final LongAdder unnamed = new LongAdder();
    private final LongAdder named = new LongAdder();

    /** Statements that went out behind a context's settings. */
    private final LongAdder inContext = new LongAdder();

    private final LongAdder namedInContext = new LongAdder();

    /** Contexts that were told in a round trip of their own. */
    private final LongAdder contextsAlone = new LongAdder();

    private final LongAdder heldNanos = new LongAdder();
    private final Map<Outcome, LongAdder> outcomes = new EnumMap<>(Outcome.class);
    private final Map<SessionFeature, LongAdder> refusals = new EnumMap<>(SessionFeature.class);

    /** By the code of each that is known: none is added later. */
    private final Map<String, LongAdder> poolerErrors = new TreeMap<>();

    public SessionCounters() {
        for (Outcome outcome : Outcome.values()) {
            outcomes.put(outcome, new LongAdder());
        }
        for (SessionFeature feature : SessionFeature.values()) {
            refusals.put(feature, new LongAdder());
        }
        for (KnownError error : ErrorTable.all()) {
            if (error.speaker().isPooler()) {
                poolerErrors.put(error.code(), new LongAdder());
            }
        }
    }

    void executed(boolean byName) {
        (byName ? named : unnamed).increment();
    }

    void executedInContext(boolean byName) {
        (byName ? namedInContext : inContext).increment();
    }

    void executed(int statements, boolean byName) {
        (byName ? named : unnamed).add(statements);
    }

    void toldContext() {
        contextsAlone.increment();
    }

    void ended(Outcome outcome, long nanos) {
        increment(outcomes.get(outcome));
        heldNanos.add(nanos);
    }

    void refused(SessionFeature feature) {
        increment(refusals.get(feature));
    }

    /** Counts it where a pooler tells it. */
    void failed(SQLException error) {
        SQLException root = DriverErrors.rootOf(error);
        KnownError known = DriverErrors.of(root).known();
        if (known.speaker().isPooler()) {
            increment(poolerErrors.get(known.code()));
        }
    }

    private static void increment(@Nullable LongAdder adder) {
        if (adder != null) {
            adder.increment();
        }
    }

    public long unnamedStatements() {
        return unnamed.sum() + inContext.sum();
    }

    public long namedStatements() {
        return named.sum() + namedInContext.sum();
    }

    public long contextsApplied() {
        return inContext.sum() + namedInContext.sum() + contextsAlone.sum();
    }

    public long heldNanos() {
        return heldNanos.sum();
    }

    public Map<Outcome, Long> transactions() {
        Map<Outcome, Long> counts = new EnumMap<>(Outcome.class);
        outcomes.forEach((outcome, count) -> counts.put(outcome, count.sum()));
        return counts;
    }

    /** Of those features only that were refused. */
    public Map<SessionFeature, Long> refusals() {
        Map<SessionFeature, Long> counts = new EnumMap<>(SessionFeature.class);
        refusals.forEach((feature, count) -> {
            if (count.sum() > 0) {
                counts.put(feature, count.sum());
            }
        });
        return counts;
    }

    public Map<String, Long> poolerErrors() {
        Map<String, Long> counts = new TreeMap<>();
        poolerErrors.forEach((code, count) -> counts.put(code, count.sum()));
        return counts;
    }
}
