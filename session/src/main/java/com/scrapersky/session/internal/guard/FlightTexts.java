package com.scrapersky.session.internal.guard;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.postgresql.core.CachedQuery;
import org.postgresql.core.ParameterList;
import org.postgresql.core.Query;
import org.postgresql.core.QueryExecutor;

/** The texts of a pipeline as the driver keeps them for the connection: borrowed for one flight, each once. Not thread-safe. */
final class FlightTexts {

    private final QueryExecutor executor;
    private final Map<String, Text> borrowed = new HashMap<>();

    FlightTexts(QueryExecutor executor) {
        this.executor = executor;
    }

    /** A text that goes out as it is, or as it was borrowed before. */
    Text of(String text) throws SQLException {
        return borrow(text, text);
    }

    /**
     * @param sent what goes out
     * @param text what it is asked for by
     */
    Text borrow(String sent, String text) throws SQLException {
        Text known = borrowed.get(text);
        if (known == null) {
            known = new Text(executor.borrowQuery(sent));
            borrowed.put(text, known);
        }
        return known;
    }

    /** Lets the driver parse and describe them anew. */
    void forget() {
        borrowed.values().forEach(text -> text.query().close());
    }

    void giveBack() {
        borrowed.values().forEach(text -> executor.releaseQuery(text.cached));
    }

    /** One of them. */
    static final class Text {

        private final CachedQuery cached;

        /** The types of what was bound to each of its statements in this flight the first time. */
        private final List<int[]> types = new ArrayList<>(1);

        private Text(CachedQuery cached) {
            this.cached = cached;
        }

        Query query() {
            return cached.query;
        }

        /** How often the connection has executed it, this time included. */
        int executedOnceMore() {
            cached.increaseExecuteCount();
            return cached.getExecuteCount();
        }

        /** Whether the statement at {@code index} of the text has not been executed in this flight yet. */
        boolean isFirst(int index, ParameterList list) {
            if (index < types.size()) {
                return false;
            }
            // A copy: the driver writes what the server makes of a type over it.
            types.add(list.getTypeOIDs().clone());
            return true;
        }

        boolean isLikeFirst(int index, ParameterList list) throws SQLException {
            return DriverQueries.fits(list, types.get(index));
        }
    }
}
