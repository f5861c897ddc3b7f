package com.scrapersky.session.spring;

import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.ErrorClass;
import com.scrapersky.session.SessionFeature;
import com.scrapersky.session.SessionStatistics;
import com.scrapersky.session.SessionStatistics.Outcome;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;

/**
 * Spring's transactions by their outcome and duration, connections that could not be had by their SQLSTATE, and all that the
 * library counts itself. Names follow OpenTelemetry's {@code db.client.*} where it has one for the thing.
 */
final class SkySessionMetrics implements MeterBinder, TransactionExecutionListener {

    static final String TRANSACTIONS = "db.client.transaction.duration";
    static final String CONNECTION_ERRORS = "db.client.connection.errors";
    static final String STATEMENTS = "sky.session.statements";
    static final String CONTEXTS = "sky.session.contexts";
    static final String ENDED = "sky.session.transactions";
    static final String HELD = "sky.session.backend.held";
    static final String RETRIES = "sky.session.retries";
    static final String POOLER_ERRORS = "sky.session.pooler.errors";
    static final String REFUSALS = "sky.session.refusals";
    static final String MOVES = "sky.session.moves";
    static final String OPENED = "sky.session.opened";

    private final DataSourceGuard guard;

    /** By identity: neither Spring's status objects nor its subclasses have an equality of their own. */
    private final Map<TransactionExecution, Long> begun = new ConcurrentHashMap<>();

    private volatile @Nullable MeterRegistry registry;

    SkySessionMetrics(DataSourceGuard guard) {
        this.guard = guard;
    }

    @Override
    public void bindTo(MeterRegistry meters) {
        registry = meters;
        for (GuardedDataSource dataSource : guard.guarded()) {
            Gauge.builder(OPENED, dataSource, source -> source.sessionsIfOpen() == null ? 0 : 1)
                    .description("Whether the DataSource has been opened, and found to be PostgreSQL's")
                    .tag("name", dataSource.name())
                    .register(meters);
            bindStatistics(meters, dataSource);
            dataSource.onFailure(state -> meters.counter(
                            CONNECTION_ERRORS, "name", dataSource.name(), "db.response.status_code", state)
                    .increment());
        }
    }

    /** All are there from the start, at zero: what appears with its first increment has no rate for it. */
    private static void bindStatistics(MeterRegistry meters, GuardedDataSource dataSource) {
        Counters counters = new Counters(meters, dataSource);
        String statements = "Statements that went to the database, by whether the driver had a name for them";
        counters.add(STATEMENTS, statements, "mode", "named", SessionStatistics::namedStatements);
        counters.add(STATEMENTS, statements, "mode", "unnamed", SessionStatistics::unnamedStatements);
        FunctionCounter.builder(CONTEXTS, dataSource, source -> count(source, SessionStatistics::contextsApplied))
                .description("Contexts that were told to a backend: once for each transaction")
                .tag("name", dataSource.name())
                .register(meters);
        for (Outcome outcome : Outcome.values()) {
            counters.add(
                    ENDED,
                    "Transactions that executed something, whoever began them",
                    "outcome",
                    outcome.name().toLowerCase(Locale.ROOT),
                    told -> told.transactions().getOrDefault(outcome, 0L));
        }
        FunctionTimer.builder(
                        HELD,
                        dataSource,
                        source -> count(source, SkySessionMetrics::ended),
                        source -> count(source, told -> told.backendHeld().toNanos()),
                        TimeUnit.NANOSECONDS)
                .description("How long transactions held a backend: its rate is how many were held at once")
                .tag("name", dataSource.name())
                .register(meters);
        for (ErrorClass cause : ErrorClass.values()) {
            counters.add(
                    RETRIES,
                    "What was tried again, by what had happened before",
                    "error.type",
                    cause.name().toLowerCase(Locale.ROOT),
                    told -> told.retries().getOrDefault(cause, 0L));
        }
        for (SessionFeature feature : SessionFeature.values()) {
            counters.add(
                    REFUSALS,
                    "What sessions asked for that was refused",
                    "feature",
                    feature.id(),
                    told -> told.refusals().getOrDefault(feature, 0L));
            if (feature.treatment() == SessionFeature.Treatment.MOVE) {
                counters.add(
                        MOVES,
                        "Connections that went on with a backend of their own",
                        "feature",
                        feature.id(),
                        told -> told.moves().getOrDefault(feature, 0L));
            }
        }
        // Which there are is known to a factory; one that is not open yet has told nothing.
        dataSource.onOpened(sessions -> sessions.statistics()
                .poolerErrors()
                .keySet()
                .forEach(code -> counters.add(
                        POOLER_ERRORS,
                        "What poolers answered, by its code in docs/errors.md",
                        "code",
                        code,
                        told -> told.poolerErrors().getOrDefault(code, 0L))));
    }

    private static long ended(SessionStatistics told) {
        return told.transactions().values().stream().mapToLong(Long::longValue).sum();
    }

    private static long count(GuardedDataSource dataSource, ToLongFunction<SessionStatistics> what) {
        DatabaseSessionFactory sessions = dataSource.sessionsIfOpen();
        return sessions == null ? 0 : what.applyAsLong(sessions.statistics());
    }

    /** Those of one DataSource. */
    private record Counters(MeterRegistry meters, GuardedDataSource dataSource) {
        void add(String name, String description, String tag, String value, ToLongFunction<SessionStatistics> what) {
            FunctionCounter.builder(name, dataSource, source -> count(source, what))
                    .description(description)
                    .tag("name", dataSource.name())
                    .tag(tag, value)
                    .register(meters);
        }
    }

    @Override
    public void afterBegin(TransactionExecution transaction, @Nullable Throwable failure) {
        if (failure == null && transaction.isNewTransaction()) {
            begun.put(transaction, System.nanoTime());
        }
    }

    @Override
    public void afterCommit(TransactionExecution transaction, @Nullable Throwable failure) {
        ended(transaction, failure == null ? "committed" : "failed");
    }

    @Override
    public void afterRollback(TransactionExecution transaction, @Nullable Throwable failure) {
        ended(transaction, "rolled_back");
    }

    private void ended(TransactionExecution transaction, String outcome) {
        Long since = begun.remove(transaction);
        MeterRegistry meters = registry;
        if (since != null && meters != null) {
            Timer.builder(TRANSACTIONS)
                    .description(
                            "From the begin of a transaction of Spring's to its end: as long it may hold a backend")
                    .tag("outcome", outcome)
                    .tag("read_only", Boolean.toString(transaction.isReadOnly()))
                    .publishPercentileHistogram()
                    .register(meters)
                    .record(Duration.ofNanos(System.nanoTime() - since));
        }
    }
}
