package com.scrapersky.session.internal.guard;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.NativeQuery;
import org.postgresql.core.ParameterList;
import org.postgresql.core.Query;
import org.postgresql.core.QueryExecutor;
import org.postgresql.core.ResultHandler;
import org.postgresql.core.SqlCommand;
import org.postgresql.jdbc.PgStatement;

/**
 * Several queries of the driver's for one Sync. What its public types do not offer is reached through handles which the
 * compiler folds; with another driver that lacks it, {@link #isKnown()} is false and pipelines go statement by statement.
 *
 * <p>Sources, all pgjdbc 42.7.14: {@code CompositeParameterList.subparams}; {@code QueryExecutorImpl.flushIfDeadlockRisk},
 * which sends a Sync of its own when it expects 64,000 bytes of answers at 250 for each statement;
 * {@code SimpleQuery.isPreparedFor}, which decides whether a statement is parsed again.
 */
final class DriverQueries {

    /** What {@code QueryExecutorImpl} expects as the answer to a statement that it has not described. */
    private static final int EXPECTED_ANSWER = 250;

    /** The name of the unnamed statement, which stays parsed until the next one is: PostgreSQL manual, 54.2.3. */
    private static final String UNNAMED = "";

    private static final Handles HANDLES = Handles.find();

    private DriverQueries() {}

    private record Handles(
            @Nullable VarHandle parametersOfSeveral,
            @Nullable VarHandle expectedBytes,
            @Nullable VarHandle epoch,
            @Nullable MethodHandle nameStatement,
            @Nullable MethodHandle typeStatement,
            @Nullable MethodHandle startTimer,
            @Nullable MethodHandle endTimer) {

        static Handles find() {
            try {
                Class<?> several = Class.forName("org.postgresql.core.v3.CompositeParameterList");
                Class<?> one = Class.forName("org.postgresql.core.v3.SimpleParameterList");
                Class<?> query = Class.forName("org.postgresql.core.v3.SimpleQuery");
                Class<?> executor = Class.forName("org.postgresql.core.v3.QueryExecutorImpl");
                Lookup inExecutor = inside(executor);
                Lookup inQuery = inside(query);
                Lookup inStatement = inside(PgStatement.class);
                MethodType nothing = MethodType.methodType(void.class);
                return new Handles(
                        inside(several).findVarHandle(several, "subparams", one.arrayType()),
                        inExecutor.findVarHandle(executor, "estimatedReceiveBufferBytes", int.class),
                        inExecutor.findVarHandle(executor, "deallocateEpoch", short.class),
                        inQuery.findVirtual(
                                        query,
                                        "setStatementName",
                                        MethodType.methodType(void.class, String.class, short.class))
                                .asType(MethodType.methodType(void.class, Query.class, String.class, short.class)),
                        inQuery.findVirtual(query, "setPrepareTypes", MethodType.methodType(void.class, int[].class))
                                .asType(MethodType.methodType(void.class, Query.class, int[].class)),
                        inStatement.findVirtual(PgStatement.class, "startTimer", nothing),
                        inStatement.findVirtual(PgStatement.class, "killTimerTask", nothing));
            } catch (ReflectiveOperationException | RuntimeException otherDriver) {
                return new Handles(null, null, null, null, null, null, null);
            }
        }
    }

    private static Lookup inside(Class<?> type) throws IllegalAccessException {
        return MethodHandles.privateLookupIn(type, MethodHandles.lookup());
    }

    /** Whether this driver is one whose queries can be put together. */
    static boolean isKnown() {
        return HANDLES.endTimer() != null;
    }

    /** A query that is parsed anew, whatever the driver knows of its text. */
    static NativeQuery unparsed(String sql, int parameters) {
        // Where the parameters stand is asked for in simple mode only, which pipelines are never sent in.
        return new NativeQuery(sql, new int[parameters], false, SqlCommand.BLANK);
    }

    /** The values of a text, one list for each statement in it. */
    static List<ParameterList> split(ParameterList list, int statements) {
        VarHandle several = HANDLES.parametersOfSeveral();
        if (statements == 1 || several == null) {
            return List.of(list.copy());
        }
        List<ParameterList> lists = new ArrayList<>(statements);
        for (Object one : (Object[]) several.get(list)) {
            lists.add(((ParameterList) one).copy());
        }
        return lists;
    }

    /** Sends all under one Sync and hands each answer to {@code handler}; the deadlock guard is left to the caller. */
    static void execute(
            QueryExecutor executor,
            PgStatement clock,
            List<NativeQuery> queries,
            List<@Nullable ParameterList> parameters,
            ResultHandler handler,
            int flags)
            throws SQLException {
        Query query = executor.wrap(queries);
        ParameterList list = queries.size() == 1 ? parameters.get(0) : null;
        VarHandle several = HANDLES.parametersOfSeveral();
        VarHandle expected = HANDLES.expectedBytes();
        if (several == null || expected == null) {
            throw new IllegalStateException("asked for without isKnown()");
        }
        Query[] each = query.getSubqueries();
        if (each != null) {
            list = query.createParameterList();
            Object[] lists = (Object[]) several.get(list);
            for (int i = 0; i < lists.length; i++) {
                ParameterList own = parameters.get(i);
                if (own != null) {
                    lists[i] = own;
                }
            }
            parseOnce(executor, queries, parameters, each);
            expected.set(executor, -EXPECTED_ANSWER * each.length);
        }
        try {
            timer(HANDLES.startTimer(), clock);
            try {
                executor.execute(query, list, handler, 0, 0, flags);
            } finally {
                timer(HANDLES.endTimer(), clock);
            }
        } finally {
            expected.set(executor, 0);
        }
    }

    /** Statements of one text right behind each other are parsed once: all under one Sync run on one backend. */
    private static void parseOnce(
            QueryExecutor executor, List<NativeQuery> queries, List<@Nullable ParameterList> parameters, Query[] each)
            throws SQLException {
        Query follower = null;
        for (int i = 1; i < each.length; i++) {
            ParameterList list = parameters.get(i);
            ParameterList before = parameters.get(i - 1);
            if (queries.get(i) != queries.get(i - 1) || list == null || before == null || !fits(list, before)) {
                follower = null;
            } else if (follower == null) {
                follower = each[i];
                asIfParsed(executor, follower, list.getTypeOIDs());
            } else {
                each[i] = follower;
            }
        }
    }

    /** Whether {@code list} has the types of {@code before}, once its nulls have taken theirs over. */
    private static boolean fits(ParameterList list, ParameterList before) throws SQLException {
        int[] types = list.getTypeOIDs();
        int[] parsed = before.getTypeOIDs();
        @Nullable Object[] values = list.getValues();
        for (int i = 0; i < types.length; i++) {
            if (types[i] != parsed[i]) {
                // The driver's mark for NULL is a bare object.
                if (values == null || values[i] == null || values[i].getClass() != Object.class) {
                    return false;
                }
                list.setNull(i + 1, parsed[i]);
            }
        }
        return true;
    }

    private static void asIfParsed(QueryExecutor executor, Query query, int[] types) {
        try {
            VarHandle epoch = HANDLES.epoch();
            MethodHandle nameStatement = HANDLES.nameStatement();
            MethodHandle typeStatement = HANDLES.typeStatement();
            if (epoch != null && nameStatement != null && typeStatement != null) {
                nameStatement.invokeExact(query, UNNAMED, (short) epoch.get(executor));
                typeStatement.invokeExact(query, types);
            }
        } catch (RuntimeException | Error failed) {
            throw failed;
        } catch (Throwable impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static void timer(@Nullable MethodHandle call, PgStatement clock) {
        try {
            if (call != null) {
                call.invokeExact(clock);
            }
        } catch (RuntimeException | Error failed) {
            throw failed;
        } catch (Throwable impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
