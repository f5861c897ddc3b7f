package com.scrapersky.session;

import com.scrapersky.session.Errors.Phase;
import com.scrapersky.session.Pipeline.Queued;
import com.scrapersky.session.StatementTarget.Need;
import com.scrapersky.session.internal.guard.PipelinedFlight;
import com.scrapersky.session.internal.guard.PipelinedFlight.Answer;
import com.scrapersky.session.internal.guard.PipelinedFlight.Entry;
import com.scrapersky.session.internal.guard.PoolSafeConnection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
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
            Phase phase = lease.isAlone() ? Phase.WHOLE_TRANSACTION : lease.phase();
            if (!areCarried(lease)) {
                return false;
            }
            List<Entry> entries = new ArrayList<>();
            List<Place> places = new ArrayList<>();
            for (int i = 0; i < queue.size(); i++) {
                Queued<?> queued = queue.get(i);
                for (int set = 0; set < queued.sets().size(); set++) {
                    ParameterSet values = queued.sets().get(set);
                    entries.add(
                            new Entry(queued.sql().driverText(), queued.sql().mayReturnRows(), values::bind));
                    places.add(new Place(i, set));
                }
            }
            try (PipelinedFlight flight = lease.connection().pipeline(lease.isAlone(), timeoutMillis)) {
                try {
                    List<List<Answer>> answers = flight.send(entries);
                    int at = 0;
                    for (Queued<?> queued : queue) {
                        int end = at + queued.sets().size();
                        queued.arrived(answers.subList(at, end));
                        at = end;
                    }
                } catch (SQLException error) {
                    int failed = flight.failedEntry();
                    throw failed >= places.size()
                            ? failed(lease, Errors.transactionControl(error, phase, "COMMIT of the pipeline"))
                            : failed(lease, error, phase, failed < 0 ? null : places.get(failed));
                }
            } catch (SQLException closing) {
                throw failed(lease, closing, phase, null);
            }
            return true;
        }
    }

    private boolean areCarried(Lease lease) {
        try {
            for (Queued<?> queued : queue) {
                if (!lease.connection().carries(queued.sql().driverText())) {
                    return false;
                }
            }
            return true;
        } catch (SQLException error) {
            throw failed(lease, error, lease.phase(), null);
        }
    }

    private void oneByOne() {
        try (Lease lease = target.lease(Need.TRANSACTION)) {
            for (int i = 0; i < queue.size(); i++) {
                Queued<?> queued = queue.get(i);
                int set = 0;
                try (PreparedStatement statement = prepare(lease.connection(), queued)) {
                    List<List<Answer>> answers = new ArrayList<>();
                    for (; set < queued.sets().size(); set++) {
                        queued.sets().get(set).bind(statement);
                        answers.add(execute(statement));
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

    private static List<Answer> execute(PreparedStatement statement) throws SQLException {
        List<Answer> answers = new ArrayList<>(1);
        boolean isResult = statement.execute();
        while (isResult || statement.getUpdateCount() >= 0) {
            ResultSet rows = isResult ? statement.getResultSet() : null;
            answers.add(new Answer(rows, isResult ? 0 : statement.getLargeUpdateCount()));
            isResult = statement.getMoreResults(Statement.KEEP_CURRENT_RESULT);
        }
        return answers;
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
