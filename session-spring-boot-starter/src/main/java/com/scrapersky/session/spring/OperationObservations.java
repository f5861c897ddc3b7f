package com.scrapersky.session.spring;

import com.scrapersky.session.DatabaseException;
import com.scrapersky.session.OperationObserver;
import com.scrapersky.session.SessionStatistics.Outcome;
import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes Micrometer's observations of a factory's operations: spans where there is a tracer, timers where there is a meter registry. Names
 * and keys are OpenTelemetry's (semantic conventions for database clients); it has none for a transaction. No SQL and no value is
 * among them. Thread-safe.
 */
final class OperationObservations implements OperationObserver {

    static final String OPERATIONS = "db.client.operation.duration";
    static final String TRANSACTIONS = "db.client.transaction";

    private static final Observed UNOBSERVED = (outcome, failure) -> {};

    /** What else a text may begin with is no keyword, and must not become a tag. */
    private static final Set<String> KEYWORDS = Set.of(
            "ALTER",
            "ANALYZE",
            "CALL",
            "COMMENT",
            "CREATE",
            "DELETE",
            "DO",
            "DROP",
            "EXPLAIN",
            "GRANT",
            "INSERT",
            "LOCK",
            "MERGE",
            "NOTIFY",
            "REFRESH",
            "REVOKE",
            "SELECT",
            "SET",
            "SHOW",
            "TABLE",
            "TRUNCATE",
            "UPDATE",
            "VALUES",
            "WITH");

    private final ObservationRegistry registry;
    private final String name;

    /** @param name of the DataSource's bean */
    OperationObservations(ObservationRegistry registry, String name) {
        this.registry = registry;
        this.name = name;
    }

    @Override
    public Observed begin(Operation operation) {
        if (registry.isNoop()) {
            return UNOBSERVED;
        }
        boolean transaction = operation.kind() == Kind.TRANSACTION;
        String what = name(operation);
        Observation observation = Observation.createNotStarted(transaction ? TRANSACTIONS : OPERATIONS, registry)
                .contextualName(what)
                .lowCardinalityKeyValue("db.system.name", "postgresql")
                .lowCardinalityKeyValue("name", name);
        if (transaction) {
            observation.lowCardinalityKeyValue("read_only", Boolean.toString(operation.readOnly()));
        } else {
            observation.lowCardinalityKeyValue("db.operation.name", what);
        }
        observation.start();
        Observation.Scope scope = observation.openScope();
        return (outcome, failure) -> end(observation, scope, outcome, failure);
    }

    private static String name(Operation operation) {
        String keyword = operation.keyword().toUpperCase(Locale.ROOT);
        String known = KEYWORDS.contains(keyword) ? keyword : "OTHER";
        return switch (operation.kind()) {
            case TRANSACTION -> operation.readOnly() ? "read-only transaction" : "transaction";
            case STATEMENT -> known;
            case BATCH -> "BATCH " + known;
            case PIPELINE -> "PIPELINE";
        };
    }

    private static void end(
            Observation observation, Observation.Scope scope, Outcome outcome, @Nullable Throwable failure) {
        scope.close();
        String state = KeyValue.NONE_VALUE;
        String type = KeyValue.NONE_VALUE;
        if (failure instanceof DatabaseException told) {
            state = told.sqlState().orElse(KeyValue.NONE_VALUE);
            type = told.errorClass().name().toLowerCase(Locale.ROOT);
        } else if (failure != null) {
            type = failure.getClass().getName();
        }
        if (failure != null) {
            observation.error(new FailedOperation(state, type));
        }
        observation
                .lowCardinalityKeyValue("outcome", outcome.name().toLowerCase(Locale.ROOT))
                .lowCardinalityKeyValue("db.response.status_code", state)
                .lowCardinalityKeyValue("error.type", type)
                .stop();
    }

    /**
     * In the place of the error itself, whose message holds the statement's text, and so what the program wrote into that. An error of
     * the program's own may have such a one as its cause.
     */
    private static final class FailedOperation extends Exception {

        private static final long serialVersionUID = 1L;

        FailedOperation(String state, String type) {
            super(state + " " + type, null, false, false);
        }
    }
}
