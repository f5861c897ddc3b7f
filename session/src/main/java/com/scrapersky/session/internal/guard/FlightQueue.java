package com.scrapersky.session.internal.guard;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.ParameterList;
import org.postgresql.core.Query;
import org.postgresql.core.QueryExecutor;
import org.postgresql.util.ByteStreamWriter;
import org.postgresql.util.StreamWrapper;

/** What the next flush of a pipeline consists of, and what of it fits into the buffers of both ends. Not thread-safe. */
final class FlightQueue {

    /** What certainly fits into the buffers of both ends while nobody reads: the driver's own bound. */
    private static final int BUFFERED_BYTES = 64_000;

    /** BindComplete and CommandComplete are 21 bytes, ParseComplete and NoData ten more; a trigger may send notices, too. */
    private static final int SHORT_ANSWER = 64;

    /** The headers of Parse, Bind, Describe and Execute. */
    private static final int MESSAGE_HEADERS = 60;

    private final List<Query> queries = new ArrayList<>();
    private final List<ParameterList> lists = new ArrayList<>();
    private final List<Place> places = new ArrayList<>();

    private int bytesBehindLongAnswer;
    private int shortAnswers;
    private boolean longAnswer;

    /** Whether executions of one text follow, and by what executor where they have no name. */
    private boolean batch;

    private @Nullable QueryExecutor unnamedBy;
    private @Nullable Query follower;
    private int @Nullable [] before;

    /**
     * Which execution of which statement a query is.
     *
     * @param entry of the statement, -1 for none of the caller's
     */
    record Place(int entry, int set) {}

    /**
     * What is added from now on is of another text.
     *
     * @param unnamedBy the executor of executions of one query without a name, each of which would be parsed by itself; or null
     * @param batch whether executions of one query follow
     */
    void beginText(@Nullable QueryExecutor unnamedBy, boolean batch) {
        this.unnamedBy = unnamedBy;
        this.batch = batch;
        follower = null;
        before = null;
    }

    void addFirst(Query query, ParameterList list, Place place) {
        queries.add(0, query);
        lists.add(0, list);
        places.add(0, place);
    }

    void add(Query query, ParameterList list, Place place) throws SQLException {
        queries.add(batch ? ofBatch(query, list) : query);
        lists.add(list);
        places.add(place);
        shortAnswers += SHORT_ANSWER;
    }

    /**
     * Statements of one text right behind each other are parsed once: all under one Sync run on one backend. Without a name they
     * are two of the driver's queries, of which it parses the first.
     */
    private Query ofBatch(Query query, ParameterList list) throws SQLException {
        int[] parsed = before;
        boolean fits = parsed != null && DriverQueries.fits(list, parsed);
        if (!fits) {
            before = list.getTypeOIDs().clone();
        }
        QueryExecutor executor = unnamedBy;
        if (executor == null) {
            return query;
        }
        Query next = follower;
        if (fits && next != null) {
            return next;
        }
        // Not the query itself: it may have got a name elsewhere, and would not be parsed then.
        follower = DriverQueries.follower(executor, query, list.getTypeOIDs());
        return DriverQueries.unparsed(query);
    }

    /** Whether one more goes out before anything has to be read. */
    boolean hasRoomFor(Query query, ParameterList list) {
        if (!longAnswer) {
            return true;
        }
        boolean repeated = batch && before != null;
        int bytes = MESSAGE_HEADERS + (repeated ? 0 : query.getNativeSql().length()) + lengthOf(list);
        if (bytesBehindLongAnswer + bytes > BUFFERED_BYTES) {
            return false;
        }
        bytesBehindLongAnswer += bytes;
        return true;
    }

    /** Whether what would be added to the batch has the types of what was added last. */
    boolean isLikeBefore(ParameterList list) throws SQLException {
        int[] parsed = before;
        return parsed == null || DriverQueries.fits(list, parsed);
    }

    /** Whether an answer to the caller is awaited. */
    boolean awaitsAnswer() {
        return !places.isEmpty() && places.get(places.size() - 1).entry() >= 0;
    }

    /** The answer to what was added last may be of any length. */
    void expect(boolean rows) {
        longAnswer = longAnswer || rows || shortAnswers > BUFFERED_BYTES;
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

    boolean isEmpty() {
        return queries.isEmpty();
    }

    int size() {
        return queries.size();
    }

    Place place(int query) {
        return places.get(query);
    }

    Query[] queries() {
        return queries.toArray(DriverQueries.queries(queries.size()));
    }

    ParameterList[] lists() {
        return lists.toArray(DriverQueries.lists(lists.size()));
    }

    void clear() {
        queries.clear();
        lists.clear();
        places.clear();
        bytesBehindLongAnswer = 0;
        shortAnswers = 0;
        longAnswer = false;
    }
}
