package com.scrapersky.session.spring;

import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.SessionFeature;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;

/**
 * Spring's transactions by their outcome and duration, connections that could not be had by their SQLSTATE, and what moved
 * to a session of its own. Names follow OpenTelemetry's {@code db.client.*} where it has one for the thing.
 */
final class SkySessionMetrics implements MeterBinder, TransactionExecutionListener {

    static final String TRANSACTIONS = "db.client.transaction.duration";
    static final String CONNECTION_ERRORS = "db.client.connection.errors";
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
            for (SessionFeature feature : SessionFeature.values()) {
                if (feature.treatment() == SessionFeature.Treatment.MOVE) {
                    FunctionCounter.builder(MOVES, dataSource, source -> moves(source, feature))
                            .description("Connections that went on with a backend of their own")
                            .tag("name", dataSource.name())
                            .tag("feature", feature.id())
                            .register(meters);
                }
            }
            dataSource.onFailure(state -> meters.counter(
                            CONNECTION_ERRORS, "name", dataSource.name(), "db.response.status_code", state)
                    .increment());
        }
    }

    private static double moves(GuardedDataSource dataSource, SessionFeature feature) {
        DatabaseSessionFactory sessions = dataSource.sessionsIfOpen();
        return sessions == null ? 0 : sessions.sessionMoves().getOrDefault(feature, 0L);
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
