package com.scrapersky.session;

import com.scrapersky.session.Errors.Phase;
import com.scrapersky.session.Pipeline.Queued;
import com.scrapersky.session.StatementTarget.Need;
import com.scrapersky.session.internal.guard.Answers;
import com.scrapersky.session.internal.guard.PipelinedFlight;
import com.scrapersky.session.internal.guard.PipelinedFlight.Entry;
import com.scrapersky.session.internal.guard.PoolSafeConnection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.jdbc.PgStatement;

/** One execution of a pipeline: together where each of its statements lets itself be sent so, else one by one. */
final class PipelineExecution {

    private final StatementTarget target;
    private final List<Queued<?>> queue;
    private final long timeoutMillis;

    PipelineExecution(StatementTarget target, List<Queued<?>> queue, Duration timeout) {
        this.target = target;
        this.queue = queue;
        this.timeoutMillis = timeout.isZero() ? 0 : Math.max(1, timeout.toMillis());
    }

    void run() {
        if (!together()) {
            oneByOne();
        }
    }

    /** Sends them together; whether they could be sent so. Where not, nothing was. */
    boolean together() {
        Attempts attempts = null;
        while (true) {
            try {
                return togetherOnce();
            } catch (DatabaseException failure) {
                attempts = target.again(failure, attempts);
            }
        }
    }

    private boolean togetherOnce() {
        try (Lease lease = target.lease(Need.STATEMENT)) {
            List<Entry> entries = new ArrayList<>(queue.size());
            for (Queued<?> queued : queue) {
                entries.add(new Entry(queued.sql().driverText(), queued.sql().mayReturnRows(), queued.sets()));
            }
            boolean repeated = false;
            while (true) {
                try (PipelinedFlight flight = flight(lease, entries)) {
                    if (flight == null) {
                        return false;
                    }
                    try {
                        arrived(flight.send());
                        return true;
                    } catch (SQLException error) {
                        if (repeated || !flight.canBeRepeated()) {
                            throw failed(lease, flight, error);
                        }
                        repeated = true;
                    }
                } catch (SQLException error) {
                    throw failed(lease, error, phase(lease), null);
                }
            }
        }
    }

    private @Nullable PipelinedFlight flight(Lease lease, List<Entry> entries) throws SQLException {
        return lease.connection().pipeline(entries, lease.isAlone(), timeoutMillis);
    }

    private static Phase phase(Lease lease) {
        return lease.isAlone() ? Phase.WHOLE_TRANSACTION : lease.phase();
    }

    private void arrived(List<Answers> answers) throws SQLException {
        for (int i = 0; i < queue.size(); i++) {
            queue.get(i).arrived(answers.get(i));
        }
    }

    private DatabaseException failed(Lease lease, PipelinedFlight flight, SQLException error) {
        int statement = flight.failedEntry();
        return statement >= queue.size()
                ? failed(lease, Errors.transactionControl(error, phase(lease), "COMMIT of the pipeline"))
                : failed(lease, error, phase(lease), statement < 0 ? null : new Place(statement, flight.failedSet()));
    }

    private void oneByOne() {
        try (Lease lease = target.lease(Need.TRANSACTION)) {
            for (int i = 0; i < queue.size(); i++) {
                Queued<?> queued = queue.get(i);
                int set = 0;
                try (PreparedStatement statement = prepare(lease.connection(), queued)) {
                    Answers answers = new Answers(queued.sets().size());
                    for (; set < queued.sets().size(); set++) {
                        queued.sets().get(set).bind(statement);
                        answers.take(set, statement, statement.execute());
                    }
                    queued.arrived(answers);
                } catch (SQLException error) {
                    throw failed(
                            lease,
                            error,
                            lease.phase(),
                            new Place(i, Math.min(set, queued.sets().size() - 1)));
                }
            }
        }
    }

    private PreparedStatement prepare(PoolSafeConnection connection, Queued<?> queued) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(queued.sql().driverText());
        if (timeoutMillis > 0) {
            statement.unwrap(PgStatement.class).setQueryTimeoutMs(timeoutMillis);
        }
        return statement;
    }

    private DatabaseException failed(Lease lease, SQLException error, Phase phase, @Nullable Place place) {
        if (place == null) {
            return failed(lease, Errors.transactionControl(error, phase, "the pipeline"));
        }
        Queued<?> queued = queue.get(place.statement());
        String name;
        if (queued.result().number() == Result.OF_A_BATCH) {
            name = "entry " + place.set() + " of the batch: ";
        } else {
            name = "statement " + queued.result().number() + " of " + queue.size() + " in the pipeline"
                    + (queued.sets().size() > 1 ? ", entry " + place.set() + " of its batch: " : ": ");
        }
        return failed(
                lease,
                Errors.statement(
                        error,
                        phase,
                        name,
                        queued.sql(),
                        queued.sets().get(place.set()).byName()));
    }

    private static DatabaseException failed(Lease lease, DatabaseException failure) {
        lease.failed(failure);
        return failure;
    }

    /** Which execution of which statement an entry of the flight is. */
    private record Place(int statement, int set) {}
}
