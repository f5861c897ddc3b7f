package com.scrapersky.session.internal.guard;

import com.scrapersky.session.internal.guard.NamedExecution.Remedy;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.CachedQuery;
import org.postgresql.core.Field;
import org.postgresql.core.ParameterList;
import org.postgresql.core.Query;
import org.postgresql.core.QueryExecutor;
import org.postgresql.core.ResultCursor;
import org.postgresql.core.ResultHandlerBase;
import org.postgresql.core.TransactionState;
import org.postgresql.core.Tuple;
import org.postgresql.jdbc.PgConnection;
import org.postgresql.jdbc.PreferQueryMode;

/**
 * One execution of a text that needs nothing from the guard, and its answer as it came: goes to the driver's executor without
 * the statement, the result set and the pool's proxies of both that JDBC has for it. What the driver's own statement does around an
 * execution is done here, too (pgjdbc 42.7.14, {@code PgStatement.execute} and {@code executeInternal}); what is out of the
 * ordinary is left to that.
 */
public final class StraightQuery extends ResultHandlerBase {

    private final BaseConnection driver;
    private @Nullable ArrivedRows rows;
    private long count;

    /** How many answers are still to come that are not the caller's. */
    private int before;

    private StraightQuery(BaseConnection driver, int before) {
        this.driver = driver;
        this.before = before;
    }

    /** The values of one execution. */
    public interface Values {

        /** Binds them to the driver's list, or says that there is one among them that only a statement can bind. */
        boolean bind(BaseConnection connection, ParameterList list) throws SQLException;

        /** Binds them to a statement. */
        void bind(PreparedStatement statement) throws SQLException;
    }

    /** Executes a text, or gives null, having done nothing, where it takes a statement to do it. */
    static @Nullable StraightQuery execute(VirtualSession session, String sql, Values values) throws SQLException {
        Guard guard = session.guard();
        if (!guard.isPoolOurs()) {
            return null;
        }
        boolean unnamed = guard.names().isUnnamed(sql);
        KnownText text = session.know(sql);
        Settings start = session.isStraight(text) ? null : startInFrontOf(session, text);
        if (start == null && (unnamed || !session.isStraight(text))) {
            return null;
        }
        BaseConnection driver = session.driver();
        if (!(driver instanceof PgConnection connection) || !isOrdinary(connection)) {
            return null;
        }
        return start == null
                ? alone(session, connection, sql, text, values)
                : behindSettings(session, connection, text, start, values);
    }

    private static @Nullable StraightQuery alone(
            VirtualSession session, PgConnection connection, String sql, KnownText text, Values values)
            throws SQLException {
        QueryExecutor executor = connection.getQueryExecutor();
        CachedQuery cached = executor.borrowQuery(sql);
        try {
            Query query = cached.query;
            if (cached.isFunction || query.getSubqueries() != null || query.isEmpty()) {
                return null;
            }
            ParameterList list = query.createParameterList();
            if (!values.bind(connection, list)) {
                return null;
            }
            session.drew(text);
            int mark = NamedExecution.begin(session);
            session.executes(isNamed(connection, cached.getExecuteCount() + 1));
            try {
                StraightQuery arrived = execute(
                        connection, executor, cached, list, session.areNamesCarried(), mayBeRepeated(connection, text));
                NamedExecution.succeeded(session, mark);
                return arrived;
            } catch (SQLException failed) {
                return without(session, connection, sql, mark, failed);
            }
        } finally {
            executor.releaseQuery(cached);
        }
    }

    /** The settings that have to be told in front of one harmless query; null where they cannot simply be. */
    private static @Nullable Settings startInFrontOf(VirtualSession session, KnownText text) throws SQLException {
        boolean harmless = text.clean()
                && text.features().isEmpty()
                && text.sql().parts().size() == 1
                && FlightDispatch.isOfQueries(text.sql());
        return harmless ? FlightDispatch.untoldStart(session) : null;
    }

    /**
     * Under one Sync with the statement that tells the settings, which keeps its own name among all texts. Once more where nothing was
     * wrong but a name or its plan.
     */
    private static @Nullable StraightQuery behindSettings(
            VirtualSession session, PgConnection connection, KnownText text, Settings start, Values values)
            throws SQLException {
        if (!DriverQueries.isKnown()) {
            return null;
        }
        int mark = NamedExecution.begin(session);
        try {
            StraightQuery arrived = onceBehindSettings(session, connection, text, start, values);
            NamedExecution.succeeded(session, mark);
            return arrived;
        } catch (SQLException failed) {
            closeIfLost(session, connection, failed);
            session.failedTogether();
            if (NamedExecution.failed(session, failed, text.sql().text(), mark) == Remedy.NOTHING) {
                throw failed;
            }
            return onceBehindSettings(session, connection, text, start, values);
        }
    }

    private static @Nullable StraightQuery onceBehindSettings(
            VirtualSession session, PgConnection connection, KnownText text, Settings start, Values values)
            throws SQLException {
        StatementNames names = session.guard().names();
        String sql = text.sql().text();
        boolean unnamed = names.isUnnamed(sql);
        QueryExecutor executor = connection.getQueryExecutor();
        List<String> told = start.missingFrom(Settings.NONE);
        CachedQuery settings = executor.borrowQuery(session.guard().texts().settingsText(told));
        CachedQuery cached = executor.borrowQuery(unnamed ? names.unnamed(sql) : sql);
        try {
            Query query = cached.query;
            if (cached.isFunction
                    || query.getSubqueries() != null
                    || query.isEmpty()
                    || settings.query.getSubqueries() != null) {
                return null;
            }
            ParameterList front = settings.query.createParameterList();
            start.bind(told, connection, front);
            ParameterList list = query.createParameterList();
            if (!values.bind(connection, list)) {
                return null;
            }
            session.happened();
            session.drew(text);
            settings.increaseExecuteCount();
            cached.increaseExecuteCount();
            boolean named = !unnamed && isNamed(connection, cached.getExecuteCount());
            session.executesInContext(named);
            int flags = flags(connection, named);
            boolean done = false;
            try {
                Field[] recalled = named || !text.sql().isPure() ? null : RecalledColumns.of(executor, query, list);
                StraightQuery answer = exchange(connection, settings.query, front, query, list, flags, recalled);
                done = true;
                return answer;
            } finally {
                if (!done) {
                    // What was not executed was perhaps not described, which the driver takes it for.
                    settings.query.close();
                    query.close();
                }
            }
        } finally {
            executor.releaseQuery(cached);
            executor.releaseQuery(settings);
        }
    }

    /** Gives null where nothing was wrong but a name or its plan, and nothing was done: a statement does it without. */
    private static @Nullable StraightQuery without(
            VirtualSession session, PgConnection connection, String sql, int mark, SQLException failed)
            throws SQLException {
        closeIfLost(session, connection, failed);
        if (NamedExecution.failed(session, failed, sql, mark) == Remedy.NOTHING) {
            throw failed;
        }
        return null;
    }

    /** Whether nothing is set for the connection that its statements would do more for. */
    private static boolean isOrdinary(PgConnection connection) throws SQLException {
        return connection.getPreferQueryMode() == PreferQueryMode.EXTENDED
                && connection.getQueryTimeout() == 0
                && connection.getDefaultFetchSize() == 0
                && !connection.getForceBinary()
                && !connection.isClosed();
    }

    /** Whether it is a whole transaction, and only reads. */
    private static boolean mayBeRepeated(PgConnection connection, KnownText text) throws SQLException {
        return text.sql().isPure()
                && connection.getAutoCommit()
                && connection.getTransactionState() == TransactionState.IDLE;
    }

    private static StraightQuery execute(
            PgConnection connection,
            QueryExecutor executor,
            CachedQuery cached,
            ParameterList list,
            boolean carried,
            boolean mayBeRepeated)
            throws SQLException {
        try {
            return once(connection, executor, cached, list, mayBeRepeated);
        } catch (SQLException failure) {
            // A pooler's statement keeps its stale plan by whatever name, and no name was lost.
            if (!executor.willHealOnRetry(failure) || (carried && StatementNames.isOfPlan(failure))) {
                throw failure;
            }
            cached.query.close();
            return once(connection, executor, cached, list, mayBeRepeated);
        }
    }

    private static StraightQuery once(
            PgConnection connection,
            QueryExecutor executor,
            CachedQuery cached,
            ParameterList list,
            boolean mayBeRepeated)
            throws SQLException {
        cached.increaseExecuteCount();
        boolean named = isNamed(connection, cached.getExecuteCount());
        Field[] recalled = named || !mayBeRepeated ? null : RecalledColumns.of(executor, cached.query, list);
        return exchange(connection, null, null, cached.query, list, flags(connection, named), recalled);
    }

    /**
     * One flush, and its answer; a second one, for an answer in text, where the columns are others than those {@code recalled}.
     *
     * @param settings what goes in front, or null
     * @param told the values of that
     */
    private static StraightQuery exchange(
            PgConnection connection,
            @Nullable Query settings,
            @Nullable ParameterList told,
            Query query,
            ParameterList list,
            int flags,
            Field @Nullable [] recalled)
            throws SQLException {
        QueryExecutor executor = connection.getQueryExecutor();
        StraightQuery answer = new StraightQuery(connection, settings == null ? 0 : 1);
        if (settings != null && told != null) {
            // The settings' answer is short, and the other is awaited by then: nobody waits on full buffers.
            DriverQueries.send(executor, settings, told, flags);
        }
        if (recalled == null) {
            executor.execute(query, list, answer, 0, 0, flags);
            return answer;
        }
        return RecalledColumns.execute(executor, query, list, answer, flags, recalled)
                ? answer
                : exchange(connection, settings, told, query, list, flags, null);
    }

    private static boolean isNamed(PgConnection connection, int executions) {
        int threshold = connection.getPrepareThreshold();
        return threshold != 0 && executions >= threshold;
    }

    private static int flags(PgConnection connection, boolean named) throws SQLException {
        return (named ? 0 : QueryExecutor.QUERY_ONESHOT)
                | (connection.getAutoCommit() ? QueryExecutor.QUERY_SUPPRESS_BEGIN : 0)
                | (connection.hintReadOnly() ? QueryExecutor.QUERY_READ_ONLY_HINT : 0);
    }

    /**
     * The pool learns by its own proxies that a server has said good-bye, which this went past. A connection that it finds closed
     * when it is asked something it does not keep.
     */
    private static void closeIfLost(VirtualSession session, PgConnection connection, SQLException failure)
            throws SQLException {
        String state = failure.getSQLState();
        if (state != null && (state.startsWith("08") || state.startsWith("57P"))) {
            connection.close();
            StatementNames.tellPool(session.connection());
        }
    }

    /** The rows; null where none were returned. */
    public @Nullable ArrivedRows rows() {
        return rows;
    }

    /** How many rows were changed, where none were returned. */
    public long count() {
        return count;
    }

    @Override
    public void handleResultRows(Query query, Field[] fields, List<Tuple> tuples, @Nullable ResultCursor cursor) {
        if (before > 0) {
            before--;
            return;
        }
        rows = new ArrivedRows(driver, query, fields, tuples, cursor);
    }

    @Override
    public void handleWarning(SQLWarning warning) {
        // They are asked of a statement, which nobody has here.
    }

    @Override
    public void handleCommandStatus(String status, long updateCount, long insertOid) {
        count += updateCount;
    }
}
