package com.scrapersky.session.internal.guard;

import com.scrapersky.session.SessionStatistics;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.CachedQuery;
import org.postgresql.core.Field;
import org.postgresql.core.NativeQuery;
import org.postgresql.core.ParameterList;
import org.postgresql.core.Query;
import org.postgresql.core.QueryExecutor;
import org.postgresql.core.ResultCursor;
import org.postgresql.core.ResultHandlerBase;
import org.postgresql.core.TransactionState;
import org.postgresql.core.Tuple;
import org.postgresql.jdbc.PgStatement;
import org.postgresql.jdbc.PreferQueryMode;
import org.postgresql.util.ByteStreamWriter;
import org.postgresql.util.StreamWrapper;

/**
 * Several statements that go to the server under one Sync, with the session's settings in front; with BEGIN and COMMIT around
 * them where they are a transaction of their own, so that they are one also where they do not fit into one flush.
 *
 * <p>Holds the results until it is closed. For one execution, by one thread.
 */
public final class PipelinedFlight implements AutoCloseable {

    /** What certainly fits into the buffers of both ends while nobody reads: the driver's own bound. */
    private static final int BUFFERED_BYTES = 64_000;

    /** BindComplete and CommandComplete are 21 bytes, ParseComplete and NoData ten more; a trigger may send notices, too. */
    private static final int SHORT_ANSWER = 64;

    /** The headers of Parse, Bind, Describe and Execute. */
    private static final int MESSAGE_HEADERS = 60;

    private static final NativeQuery BEGIN = DriverQueries.unparsed("BEGIN", 0);
    private static final NativeQuery BEGIN_READ_ONLY = DriverQueries.unparsed("BEGIN READ ONLY", 0);
    private static final NativeQuery COMMIT = DriverQueries.unparsed("COMMIT", 0);

    /** The failure came before any statement of the caller, or is not one of the server's. */
    private static final int NONE = -1;

    private final VirtualSession session;
    private final BaseConnection driver;
    private final boolean wholeTransaction;
    private final PgStatement results;
    private final Map<String, PreparedStatement> prepared = new HashMap<>();
    private final IdentityHashMap<Query, NativeQuery> queriesOfTexts = new IdentityHashMap<>();
    private final List<Statement> opened = new ArrayList<>();
    private final List<List<Answer>> answers = new ArrayList<>();

    /** What the next flush consists of, and which entry each query belongs to. */
    private final List<NativeQuery> queries = new ArrayList<>();

    private final List<@Nullable ParameterList> parameters = new ArrayList<>();
    private final List<Integer> owners = new ArrayList<>();
    private int bytesBehindLongAnswer;
    private int shortAnswers;
    private boolean longAnswer;

    /** What the backend is told in front of everything. */
    private @Nullable Flight settings;

    /** The number of the transaction, where the settings ask for it: their last question. */
    private @Nullable TransactionId transactionId;

    private int failed = NONE;

    /** Binds the values of one statement. */
    @FunctionalInterface
    public interface Binding {
        void bind(PreparedStatement statement) throws SQLException;
    }

    /**
     * One statement.
     *
     * @param text for the driver, with a question mark for each parameter
     * @param returnsRows whether its answer may be of any length
     * @param binding binds its values
     */
    public record Entry(String text, boolean returnsRows, Binding binding) {}

    /**
     * One result of a statement.
     *
     * @param rows the rows, or null where it returns none
     * @param count how many rows it changed, where it returns none
     */
    public record Answer(@Nullable ResultSet rows, long count) {}

    /**
     * @param wholeTransaction whether the statements are a transaction of their own, on a connection in autocommit
     * @param timeoutMillis after which the driver cancels a flush, or 0 for the connection's own
     */
    PipelinedFlight(VirtualSession session, boolean wholeTransaction, long timeoutMillis) throws SQLException {
        this.session = session;
        this.driver = session.driver();
        this.wholeTransaction = wholeTransaction;
        Statement statement = session.connection().createStatement();
        opened.add(statement);
        this.results = statement.unwrap(PgStatement.class);
        if (timeoutMillis > 0) {
            results.setQueryTimeoutMs(timeoutMillis);
        }
    }

    /** Whether a text can travel with others: not where something has to be asked or done about it by itself. */
    static boolean carries(VirtualSession session, String text) throws SQLException {
        if (!DriverQueries.isKnown() || session.driver().getPreferQueryMode() == PreferQueryMode.SIMPLE) {
            return false;
        }
        return Boarding.travels(session, session.know(text));
    }

    /** Which entry failed, where one has: its index, the number of entries for COMMIT, or -1 for none of them. */
    public int failedEntry() {
        return failed;
    }

    /**
     * Sends everything. When this fails a transaction of its own has been rolled back.
     *
     * @return the results of each entry
     */
    public List<List<Answer>> send(List<Entry> entries) throws SQLException {
        boolean sent = false;
        try {
            begin();
            for (int i = 0; i < entries.size(); i++) {
                answers.add(new ArrayList<>(1));
                failed = i;
                add(i, entries.get(i));
                failed = NONE;
            }
            if (wholeTransaction) {
                add(COMMIT, null, entries.size());
            }
            count(entries.size());
            flush(entries.size());
            if (wholeTransaction) {
                session.released(SessionStatistics.Outcome.COMMITTED);
            }
            Landing.landedTogether(session, settings, transactionId);
            sent = true;
            return answers;
        } catch (SQLException failed) {
            throw session.failed(failed);
        } finally {
            if (!sent) {
                if (wholeTransaction) {
                    session.released(SessionStatistics.Outcome.ROLLED_BACK);
                }
                Landing.crashedTogether(session, wholeTransaction);
            }
        }
    }

    private void count(int statements) throws SQLException {
        session.guard().counters().executed(statements);
        if (settings != null && session.context() != null) {
            session.guard().counters().toldContext();
        }
    }

    private void begin() throws SQLException {
        boolean idle = session.transactionState() == TransactionState.IDLE;
        if (wholeTransaction) {
            session.happened();
            add(driver.hintReadOnly() ? BEGIN_READ_ONLY : BEGIN, null, NONE);
        }
        if (wholeTransaction) {
            session.began();
        } else {
            session.holds();
        }
        settings = FlightDispatch.settingsInFront(session, idle);
        if (settings != null) {
            Flight told = settings;
            add(NONE, told.sql(), statement -> {
                for (int i = 0; i < told.bound().size(); i++) {
                    statement.setString(i + 1, told.bound().get(i));
                }
            });
        }
    }

    private void add(int index, Entry entry) throws SQLException {
        KnownText text = session.know(entry.text());
        session.drew(text);
        int from = queries.size();
        int bytes = add(index, entry.text(), entry.binding());
        int added = queries.size() - from;
        if (longAnswer && bytesBehindLongAnswer + bytes > BUFFERED_BYTES) {
            // Both ends would wait for the other to read. In a transaction another flush changes nothing but the time.
            flushUpTo(from, index);
        }
        if (longAnswer) {
            bytesBehindLongAnswer += bytes;
        }
        shortAnswers += SHORT_ANSWER * added;
        longAnswer |= entry.returnsRows() || shortAnswers > BUFFERED_BYTES;
    }

    /** Takes over what is bound to a text; returns about how long it is on the wire. */
    private int add(int owner, String text, Binding binding) throws SQLException {
        PreparedStatement statement = prepared.get(text);
        if (statement == null) {
            statement = session.connection().prepareStatement(text);
            opened.add(statement);
            prepared.put(text, statement);
        }
        binding.bind(statement);
        CachedQuery cached = DriverAccess.query(statement);
        ParameterList list = DriverAccess.parameters(statement);
        if (cached == null || list == null) {
            throw new IllegalStateException("asked for without isKnown()");
        }
        Query[] several = cached.query.getSubqueries();
        Query[] each = several == null ? new Query[] {cached.query} : several;
        List<ParameterList> lists = DriverQueries.split(list, each.length);
        int bytes = 0;
        for (int i = 0; i < each.length; i++) {
            ParameterList values = lists.get(i);
            NativeQuery query = queriesOfTexts.computeIfAbsent(
                    each[i], known -> DriverQueries.unparsed(known.getNativeSql(), values.getParameterCount()));
            boolean repeated = !queries.isEmpty() && queries.get(queries.size() - 1) == query;
            add(query, values, owner);
            bytes += MESSAGE_HEADERS + (repeated ? 0 : query.nativeSql.length()) + lengthOf(values);
        }
        return bytes;
    }

    private void add(NativeQuery query, @Nullable ParameterList values, int owner) {
        queries.add(query);
        parameters.add(values);
        owners.add(owner);
    }

    private static int lengthOf(ParameterList list) {
        @Nullable Object[] values = list.getValues();
        int length = 0;
        for (int i = 0; values != null && i < values.length; i++) {
            Object value = values[i];
            if (value instanceof String text) {
                length += text.length();
            } else if (value instanceof byte[] bytes) {
                length += bytes.length;
            } else if (value instanceof ByteStreamWriter writer) {
                length += writer.getLength();
            } else if (value instanceof StreamWrapper stream) {
                length += Math.min(stream.getLength(), BUFFERED_BYTES + 1);
            }
        }
        return length;
    }

    private void flushUpTo(int end, int entry) throws SQLException {
        List<NativeQuery> laterQueries = new ArrayList<>(queries.subList(end, queries.size()));
        List<@Nullable ParameterList> laterParameters = new ArrayList<>(parameters.subList(end, parameters.size()));
        queries.subList(end, queries.size()).clear();
        parameters.subList(end, parameters.size()).clear();
        owners.subList(end, owners.size()).clear();
        flush(entry);
        for (int i = 0; i < laterQueries.size(); i++) {
            add(laterQueries.get(i), laterParameters.get(i), entry);
        }
    }

    private void flush(int next) throws SQLException {
        if (queries.isEmpty()) {
            return;
        }
        boolean inAutoCommit = driver.getAutoCommit();
        int flags = QueryExecutor.QUERY_ONESHOT
                | (inAutoCommit ? QueryExecutor.QUERY_SUPPRESS_BEGIN : 0)
                | (driver.hintReadOnly() ? QueryExecutor.QUERY_READ_ONLY_HINT : 0);
        Arrivals arrivals = new Arrivals();
        failed = NONE;
        try {
            DriverQueries.execute(driver.getQueryExecutor(), results, queries, parameters, arrivals, flags);
        } catch (SQLException error) {
            failed = arrivals.failed < owners.size() ? owners.get(arrivals.failed) : next;
            throw error;
        }
        queries.clear();
        parameters.clear();
        owners.clear();
        bytesBehindLongAnswer = 0;
        shortAnswers = 0;
        longAnswer = false;
    }

    /** The question is the last of what goes in front of the statements. */
    private boolean asksForTransactionId(int query) {
        Flight told = settings;
        return told != null
                && told.steps().get(told.steps().size() - 1).purpose() == Flight.Purpose.FIRST_QUESTION
                && (query + 1 == owners.size() || owners.get(query + 1) != NONE);
    }

    @Override
    public void close() throws SQLException {
        SQLException failure = null;
        for (Statement statement : opened) {
            try {
                statement.close();
            } catch (SQLException lost) {
                failure = lost;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** The answers of one flush, in the order of its queries. */
    private final class Arrivals extends ResultHandlerBase {

        private int arrived;
        private int failed;

        @Override
        public void handleResultRows(Query query, Field[] fields, List<Tuple> tuples, @Nullable ResultCursor cursor) {
            try {
                answer(new Answer(results.createResultSet(query, fields, tuples, cursor), 0));
            } catch (SQLException error) {
                handleError(error);
            }
        }

        @Override
        public void handleCommandStatus(String status, long count, long oid) {
            try {
                answer(new Answer(null, count));
            } catch (SQLException error) {
                handleError(error);
            }
        }

        private void answer(Answer answer) throws SQLException {
            int query = arrived++;
            int owner = owners.get(query);
            if (owner >= 0 && owner < answers.size()) {
                answers.get(owner).add(answer);
            } else if (answer.rows() != null && asksForTransactionId(query)) {
                transactionId = TransactionId.read(answer.rows());
            }
        }

        @Override
        public void handleWarning(SQLWarning warning) {
            results.addWarning(warning);
        }

        @Override
        public void handleError(SQLException error) {
            if (getException() == null) {
                failed = arrived;
            }
            super.handleError(error);
        }
    }
}
