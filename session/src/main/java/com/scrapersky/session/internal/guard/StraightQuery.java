package com.scrapersky.session.internal.guard;

import com.scrapersky.session.internal.guard.NamedExecution.Remedy;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.CachedQuery;
import org.postgresql.core.Field;
import org.postgresql.core.Oid;
import org.postgresql.core.ParameterList;
import org.postgresql.core.Query;
import org.postgresql.core.QueryExecutor;
import org.postgresql.core.ResultCursor;
import org.postgresql.core.ResultHandlerBase;
import org.postgresql.core.Tuple;
import org.postgresql.jdbc.PgConnection;
import org.postgresql.jdbc.PgStatement;
import org.postgresql.jdbc.PreferQueryMode;

/**
 * One execution of a text that needs nothing from the guard, and its answer as it came: goes to the driver's executor without
 * the statement, the result set and the pool's proxies of both that JDBC has for it. What the driver's own statement does around an
 * execution is done here, too (pgjdbc 42.7.14, {@code PgStatement.execute} and {@code executeInternal}); what is out of the
 * ordinary is left to that.
 */
public final class StraightQuery extends ResultHandlerBase {

    private final BaseConnection driver;
    private final Query query;
    private Field @Nullable [] fields;
    private @Nullable List<Tuple> tuples;
    private @Nullable ResultCursor cursor;
    private long count;

    /** How many answers are still to come that are not the caller's. */
    private int before;

    private StraightQuery(BaseConnection driver, Query query, int before) {
        this.driver = driver;
        this.query = query;
        this.before = before;
    }

    /** The values of one execution. */
    public interface Values {

        /**
         * Binds them to the driver's list, behind {@code shift} others, or says that there is one among them that only a
         * statement can bind.
         */
        boolean bind(BaseConnection connection, ParameterList list, int shift) throws SQLException;
    }

    /** Executes a text, or gives null, having done nothing, where it takes a statement to do it. */
    static @Nullable StraightQuery execute(VirtualSession session, String sql, Values values) throws SQLException {
        Guard guard = session.guard();
        if (!guard.isPoolOurs() || guard.names().isUnnamed(sql)) {
            return null;
        }
        KnownText text = session.know(sql);
        Settings start = ContextText.startInFrontOf(session, text);
        ContextText withSettings = start == null ? null : ContextText.inContext(session, text, start);
        if (withSettings == null && !session.isStraight(text)) {
            return null;
        }
        BaseConnection driver = session.driver();
        if (!(driver instanceof PgConnection connection) || !isOrdinary(connection)) {
            return null;
        }
        QueryExecutor executor = driver.getQueryExecutor();
        CachedQuery cached = executor.borrowQuery(withSettings == null ? sql : withSettings.sql());
        try {
            Query query = cached.query;
            int statements = query.getSubqueries() == null ? 1 : query.getSubqueries().length;
            if (cached.isFunction || statements != (withSettings == null ? 1 : 2) || query.isEmpty()) {
                return null;
            }
            ParameterList list = query.createParameterList();
            int bound = 0;
            if (withSettings != null && start != null) {
                int type = driver.getStringVarcharFlag() ? Oid.VARCHAR : Oid.UNSPECIFIED;
                for (String name : withSettings.names()) {
                    list.setStringParameter(++bound, Objects.requireNonNull(start.get(name)), type);
                }
            }
            if (!values.bind(driver, list, bound)) {
                return null;
            }
            if (withSettings != null) {
                session.happened();
            }
            session.drew(text);
            int mark = NamedExecution.begin(session);
            count(session, connection, cached, withSettings != null);
            try {
                StraightQuery arrived = execute(connection, executor, cached, list);
                NamedExecution.succeeded(session, mark);
                return arrived;
            } catch (SQLException failed) {
                closeIfLost(session, connection, failed);
                // Nothing was wrong but a name or its plan, and nothing was done: a statement does it without.
                if (NamedExecution.failed(session, failed, sql, mark) == Remedy.NOTHING) {
                    throw failed;
                }
                return null;
            }
        } finally {
            executor.releaseQuery(cached);
        }
    }

    private static void count(
            VirtualSession session, PgConnection connection, CachedQuery cached, boolean behindSettings)
            throws SQLException {
        if (behindSettings && session.context() != null) {
            session.guard().counters().executedInContext();
            session.holds();
        } else {
            int threshold = connection.getPrepareThreshold();
            session.executes(!behindSettings && threshold != 0 && cached.getExecuteCount() + 1 >= threshold);
        }
    }

    /** Whether nothing is set for the connection that its statements would do more for. */
    private static boolean isOrdinary(PgConnection connection) throws SQLException {
        return connection.getPreferQueryMode() == PreferQueryMode.EXTENDED
                && connection.getQueryTimeout() == 0
                && connection.getDefaultFetchSize() == 0
                && !connection.getForceBinary()
                && !connection.isClosed();
    }

    private static StraightQuery execute(
            PgConnection connection, QueryExecutor executor, CachedQuery cached, ParameterList list)
            throws SQLException {
        try {
            return once(connection, executor, cached, list);
        } catch (SQLException failure) {
            if (cached.query.getSubqueries() != null || !executor.willHealOnRetry(failure)) {
                throw failure;
            }
            cached.query.close();
            return once(connection, executor, cached, list);
        }
    }

    private static StraightQuery once(
            PgConnection connection, QueryExecutor executor, CachedQuery cached, ParameterList list)
            throws SQLException {
        cached.increaseExecuteCount();
        int threshold = connection.getPrepareThreshold();
        // For a named statement with a text column the driver would put a Sync in front of it, behind which the
        // settings are
        // gone (QueryExecutorImpl.flushIfDeadlockRisk, 42.7.14).
        boolean behindSettings = cached.query.getSubqueries() != null;
        boolean unnamed = behindSettings || threshold == 0 || cached.getExecuteCount() < threshold;
        int flags = (unnamed ? QueryExecutor.QUERY_ONESHOT : 0)
                | (connection.getAutoCommit() ? QueryExecutor.QUERY_SUPPRESS_BEGIN : 0)
                | (connection.hintReadOnly() ? QueryExecutor.QUERY_READ_ONLY_HINT : 0);
        StraightQuery answer = new StraightQuery(connection, cached.query, behindSettings ? 1 : 0);
        executor.execute(cached.query, list, answer, 0, 0, flags);
        return answer;
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

    /** What describes the columns, or null where no rows were returned. */
    public Field @Nullable [] fields() {
        return fields;
    }

    /** The rows. */
    public List<Tuple> tuples() {
        List<Tuple> arrived = tuples;
        return arrived == null ? List.of() : arrived;
    }

    /** How many rows were changed, where none were returned. */
    public long count() {
        return count;
    }

    /** The driver's connection, which knows how to read the rows. */
    public BaseConnection driver() {
        return driver;
    }

    /** The rows as the driver would have given them, whose statement ends with them. */
    @SuppressWarnings("resource") // closed on completion
    public ResultSet resultSet() throws SQLException {
        Field[] columns = fields;
        if (columns == null) {
            throw new IllegalStateException("asked for without rows");
        }
        PgStatement statement = driver.createStatement().unwrap(PgStatement.class);
        statement.closeOnCompletion();
        return statement.createResultSet(query, columns, tuples(), cursor);
    }

    @Override
    public void handleResultRows(Query answered, Field[] columns, List<Tuple> rows, @Nullable ResultCursor portal) {
        if (before > 0) {
            before--;
            return;
        }
        fields = columns;
        tuples = rows;
        cursor = portal;
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
