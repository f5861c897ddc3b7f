package com.scrapersky.session.internal.guard;

import com.scrapersky.session.SessionStatistics;
import com.scrapersky.session.internal.guard.FlightQueue.Place;
import com.scrapersky.session.internal.guard.NamedExecution.Remedy;
import com.scrapersky.session.internal.guard.StraightQuery.Values;
import com.scrapersky.session.internal.sql.GuardedSql;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.ParameterList;
import org.postgresql.core.Query;
import org.postgresql.core.QueryExecutor;
import org.postgresql.core.TransactionState;
import org.postgresql.jdbc.PreferQueryMode;

/**
 * Several statements that go to the server under one Sync, with the session's settings in front. Where they are a transaction of
 * their own, that Sync is all that they need to be one (PostgreSQL manual, 54.2.4: what is executed up to a Sync is one implicit
 * transaction); BEGIN and COMMIT go around them where they do not fit into one flush, and where one of them is more than a query.
 *
 * <p>Statements have names where the connection gives names and has executed each often enough. For one execution, by one thread.
 */
// Over 400 lines, because it is one order of sending: what may be added to a flush depends on all that waits in it.
public final class PipelinedFlight implements AutoCloseable {

    private static final String BEGIN = "BEGIN";
    private static final String BEGIN_READ_ONLY = "BEGIN READ ONLY";
    private static final String COMMIT = "COMMIT";

    /** Stands for what is none of the caller's statements. */
    static final int NONE = -1;

    private final VirtualSession session;
    private final BaseConnection driver;
    private final QueryExecutor executor;
    private final boolean wholeTransaction;
    private final List<Entry> entries;
    private final FlightTexts texts;
    private final List<PreparedStatement> binders = new ArrayList<>();
    private final List<Answers> answers = new ArrayList<>();
    private final FlightQueue queue = new FlightQueue();
    private final @Nullable FlightClock clock;

    /** What the backend is told in front of everything, where that has to be followed. */
    private @Nullable Flight settings;

    /** The number of the transaction, where the settings ask for it: their last question. */
    private @Nullable TransactionId transactionId;

    /** Whether the Sync is the transaction's end. */
    private boolean implicit;

    private boolean isContextTold;
    private boolean named;

    /** Whether names go through a pooler. */
    private boolean carried;

    /** Whether each text goes out by itself: a pooler that loses count of what the server skips is given nothing to skip. */
    private final boolean oneByOne;

    /** How many of those that wait are the BEGIN, which does not fail. */
    private int begins;

    private @Nullable Place failed;
    private boolean repeatable = true;

    /** How many statements the settings are. */
    private int told;

    private Remedy remedy = Remedy.NOTHING;

    /**
     * One statement.
     *
     * @param text for the driver, with a question mark for each parameter
     * @param returnsRows whether its answer may be of any length
     * @param sets the values of each execution
     */
    public record Entry(String text, boolean returnsRows, List<? extends Values> sets) {}

    private PipelinedFlight(
            VirtualSession session, List<Entry> entries, boolean wholeTransaction, @Nullable FlightClock clock)
            throws SQLException {
        this.session = session;
        this.driver = session.driver();
        this.executor = driver.getQueryExecutor();
        this.texts = new FlightTexts(executor);
        this.entries = entries;
        this.wholeTransaction = wholeTransaction;
        this.clock = clock;
        this.oneByOne = session.losesCount();
    }

    /**
     * A flight of these statements; null where one of them cannot travel with others, because something has to be asked or done
     * about it by itself.
     *
     * @param wholeTransaction whether the statements are a transaction of their own, on a connection in autocommit
     * @param timeoutMillis after which the driver cancels it, or 0 for the connection's own
     */
    static @Nullable PipelinedFlight of(
            VirtualSession session, List<Entry> entries, boolean wholeTransaction, long timeoutMillis)
            throws SQLException {
        BaseConnection driver = session.driver();
        if (!DriverQueries.isKnown() || driver.getPreferQueryMode() == PreferQueryMode.SIMPLE) {
            return null;
        }
        boolean plain = true;
        for (Entry entry : entries) {
            KnownText text = session.know(entry.text());
            if (!Boarding.travels(session, text)) {
                return null;
            }
            GuardedSql sql =
                    session.hasOwnBackend() ? session.guard().know(entry.text()).sql() : text.sql();
            plain = plain && FlightDispatch.isOfQueries(sql);
        }
        FlightClock clock = FlightClock.of(driver, timeoutMillis);
        PipelinedFlight flight = new PipelinedFlight(session, entries, wholeTransaction, clock);
        flight.implicit = plain && wholeTransaction && !driver.hintReadOnly();
        return flight;
    }

    /** Which statement failed, where one has: its index, the number of statements for COMMIT, or -1 for none of them. */
    public int failedEntry() {
        return failed == null ? NONE : failed.entry();
    }

    /** Which execution of it. */
    public int failedSet() {
        return failed == null ? 0 : failed.set();
    }

    /** Whether nothing was wrong but a name or its plan, and the same statements can go out once more. */
    public boolean canBeRepeated() {
        return repeatable && remedy != Remedy.NOTHING;
    }

    /**
     * Sends everything. When this fails a transaction of its own has been rolled back.
     *
     * @return the results of each statement
     */
    public List<Answers> send() throws SQLException {
        int mark = NamedExecution.begin(session);
        boolean sent = false;
        try {
            begin();
            for (int i = 0; i < entries.size(); i++) {
                add(i, entries.get(i));
            }
            if (wholeTransaction && !implicit) {
                queue.beginText(null, false);
                Query commit = texts.of(COMMIT).query();
                ParameterList none = commit.createParameterList();
                flushBeforeText(entries.size());
                flushBeforeName(commit, none, entries.size());
                queue.add(commit, none, new Place(entries.size(), 0));
            }
            count();
            flush(entries.size(), false);
            if (wholeTransaction) {
                session.released(SessionStatistics.Outcome.COMMITTED);
            }
            Landing.landedTogether(session, settings, transactionId);
            NamedExecution.succeeded(session, mark);
            sent = true;
            return answers;
        } catch (SQLException error) {
            Landing.crashedTogether(session, wholeTransaction);
            if (wholeTransaction) {
                session.released(SessionStatistics.Outcome.ROLLED_BACK);
            }
            sent = true;
            forgetDescriptions();
            remedy = NamedExecution.failed(session, error, failedText(), mark);
            throw session.failed(error);
        } finally {
            if (!sent) {
                if (wholeTransaction) {
                    session.released(SessionStatistics.Outcome.ROLLED_BACK);
                }
                Landing.crashedTogether(session, wholeTransaction);
            }
        }
    }

    private void count() {
        session.guard().counters().executed(entries.size(), named);
        if (isContextTold && session.context() != null) {
            session.guard().counters().toldContext();
        }
    }

    /** Null where it was none of the caller's. */
    private @Nullable String failedText() {
        int entry = failedEntry();
        return entry >= 0 && entry < entries.size() ? entries.get(entry).text() : null;
    }

    private void begin() throws SQLException {
        Settings start = wholeTransaction ? FlightDispatch.untoldStart(session) : null;
        if (start == null) {
            boolean idle = session.transactionState() == TransactionState.IDLE;
            settings = FlightDispatch.settingsInFront(session, idle);
            // Characteristics and questions are a transaction's that was begun.
            implicit = implicit && settings == null;
        }
        named = areAllNamed();
        carried = session.areNamesCarried();
        if (wholeTransaction) {
            session.happened();
            if (!implicit) {
                addBegin();
            }
            session.began();
        } else {
            session.holds();
        }
        isContextTold = start != null || settings != null;
        if (start != null) {
            List<String> names = start.missingFrom(Settings.NONE);
            Query told = texts.of(session.guard().texts().settingsText(names)).query();
            ParameterList values = told.createParameterList();
            start.bind(names, driver, values);
            queue.add(told, values, new Place(NONE, 0));
        } else if (settings != null) {
            tell(settings);
        }
    }

    /** Whether all of them are executed often enough for names; the texts are borrowed from the driver on the way. */
    private boolean areAllNamed() throws SQLException {
        StatementNames names = session.guard().names();
        int threshold = driver.getPrepareThreshold();
        boolean all = threshold > 0;
        for (Entry entry : entries) {
            boolean unnamed = names.isUnnamed(entry.text());
            FlightTexts.Text text = texts.borrow(unnamed ? names.unnamed(entry.text()) : entry.text(), entry.text());
            boolean often = text.executedOnceMore() >= threshold;
            all = all && often && !unnamed;
        }
        return all;
    }

    private void addBegin() throws SQLException {
        Query begin = texts.of(driver.hintReadOnly() ? BEGIN_READ_ONLY : BEGIN).query();
        queue.addFirst(begin, begin.createParameterList(), new Place(NONE, 0));
        begins = 1;
    }

    private void tell(Flight front) throws SQLException {
        FlightTexts.Text text = texts.of(front.sql());
        Query[] several = text.query().getSubqueries();
        told = several == null ? 1 : several.length;
        ParameterList values = text.query().createParameterList();
        int type = Settings.typeOfText(driver);
        for (int i = 0; i < front.bound().size(); i++) {
            values.setStringParameter(i + 1, front.bound().get(i), type);
        }
        add(text, values, new Place(NONE, 0));
    }

    private void add(int index, Entry entry) throws SQLException {
        session.drew(session.know(entry.text()));
        answers.add(new Answers(entry.sets().size()));
        FlightTexts.Text text = texts.of(entry.text());
        Query query = text.query();
        PreparedStatement binder = null;
        boolean batch = entry.sets().size() > 1 && query.getSubqueries() == null;
        queue.beginText(batch && !named ? executor : null, batch);
        for (int set = 0; set < entry.sets().size(); set++) {
            Place place = new Place(index, set);
            failed = place;
            Values values = entry.sets().get(set);
            ParameterList list = binder == null ? query.createParameterList() : null;
            if (list == null || !values.bind(driver, list)) {
                if (binder == null) {
                    binder = binder(entry.text());
                }
                list = bound(binder, values);
            }
            failed = null;
            if (!queue.hasRoomFor(query, list)) {
                // Both ends would wait for the other to read. In a transaction another flush changes nothing but the
                // time.
                becomeExplicit();
                flush(index, true);
                queue.beginText(batch && !named ? executor : null, batch);
            }
            if (batch) {
                addToBatch(text, list, place);
            } else {
                add(text, list, place);
            }
            queue.expect(entry.returnsRows());
        }
    }

    /** The Sync of another flush is not to be the end. */
    private void becomeExplicit() throws SQLException {
        if (implicit) {
            implicit = false;
            addBegin();
        }
    }

    private PreparedStatement binder(String text) throws SQLException {
        PreparedStatement statement = session.connection().prepareStatement(text);
        binders.add(statement);
        // What was read from a stream is not there again.
        repeatable = false;
        return statement;
    }

    private static ParameterList bound(PreparedStatement statement, Values values) throws SQLException {
        values.bind(statement);
        ParameterList list = DriverAccess.parameters(statement);
        if (list == null) {
            throw new IllegalStateException("asked for without isKnown()");
        }
        return list.copy();
    }

    private void add(FlightTexts.Text text, ParameterList values, Place whole) throws SQLException {
        Query[] several = text.query().getSubqueries();
        ParameterList[] lists = DriverQueries.split(values, several == null ? 1 : several.length);
        for (int i = 0; i < lists.length; i++) {
            Query query = several == null ? text.query() : several[i];
            flushBeforeText(whole.entry());
            Place place = whole.entry() == NONE ? new Place(NONE, i) : whole;
            if (text.isFirst(i, lists[i])) {
                flushBeforeName(query, lists[i], place.entry());
                queue.add(query, lists[i], place);
            } else if (text.isLikeFirst(i, lists[i])) {
                queue.add(query, lists[i], place);
            } else {
                // The driver gives up what it knows of a query when types change. An execution of it that is still to
                // be
                // answered would find no columns.
                if (named && carried) {
                    unnameTheRest(place.entry());
                }
                queue.add(DriverQueries.unparsed(query), lists[i], place);
            }
        }
    }

    /** One of several executions of the same query, one behind the other. */
    private void addToBatch(FlightTexts.Text text, ParameterList list, Place place) throws SQLException {
        Query query = text.query();
        if (place.set() == 0 || !queue.isLikeBefore(list)) {
            flushBeforeText(place.entry());
        }
        if (place.set() > 0) {
            if (named && !queue.isLikeBefore(list)) {
                unnameTheRest(place.entry());
                queue.beginText(executor, true);
            }
        } else if (text.isFirst(0, list) || text.isLikeFirst(0, list)) {
            flushBeforeName(query, list, place.entry());
        } else if (named) {
            unnameTheRest(place.entry());
            queue.beginText(executor, true);
        }
        queue.add(query, list, place);
    }

    /** Names would be given and given up with each change of types. */
    private void unnameTheRest(int entry) throws SQLException {
        if (!queue.isEmpty()) {
            becomeExplicit();
            flush(entry, true);
        }
        named = false;
    }

    /**
     * PgBouncer (1.26, seen here; prepare.c) answers a Parse itself where its backend has the statement already. It can put that
     * answer into the middle of another one that it has passed on in part, and client and pooler then lose each other. So a name
     * is given only where no answer of any length is awaited: once for each connection, at the price of a flush.
     */
    private void flushBeforeName(Query query, ParameterList list, int entry) throws SQLException {
        if (named && carried && queue.awaitsAnswer() && !DriverQueries.isNamed(executor, query, list)) {
            becomeExplicit();
            flush(entry, true);
        }
    }

    /**
     * @param next the statement whose part comes next
     * @param more whether another flush follows
     */
    private void flush(int next, boolean more) throws SQLException {
        if (queue.isEmpty()) {
            return;
        }
        int flags = (named ? 0 : QueryExecutor.QUERY_ONESHOT)
                | (driver.getAutoCommit() ? QueryExecutor.QUERY_SUPPRESS_BEGIN : 0)
                | (driver.hintReadOnly() ? QueryExecutor.QUERY_READ_ONLY_HINT : 0);
        FlightArrivals arrivals = new FlightArrivals(driver, queue, settings, told, answers, more);
        if (clock != null) {
            clock.start();
        }
        try {
            DriverQueries.execute(executor, queue.queries(), queue.lists(), arrivals, flags);
        } catch (SQLException error) {
            failed = arrivals.failed() < queue.size() ? queue.place(arrivals.failed()) : new Place(next, 0);
            throw error;
        } finally {
            if (arrivals.transactionId() != null) {
                transactionId = arrivals.transactionId();
            }
            if (clock != null) {
                clock.stop();
            }
        }
        queue.clear();
        begins = 0;
    }

    /** What is added next may have to be parsed. */
    private void flushBeforeText(int entry) throws SQLException {
        if (oneByOne && queue.size() > begins) {
            becomeExplicit();
            flush(entry, true);
        }
    }

    /** What was named, and not executed for another one's failure, the driver takes for described. */
    private void forgetDescriptions() {
        if (named) {
            texts.forget();
        }
    }

    @Override
    public void close() throws SQLException {
        texts.giveBack();
        SQLException failure = null;
        for (PreparedStatement statement : binders) {
            try {
                statement.close();
            } catch (SQLException lost) {
                failure = lost;
            }
        }
        if (clock != null) {
            clock.close();
        }
        if (failure != null) {
            throw failure;
        }
    }
}
