package com.scrapersky.session.internal.guard;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.Field;
import org.postgresql.core.ParameterList;
import org.postgresql.core.Query;
import org.postgresql.core.QueryExecutor;
import org.postgresql.core.ResultHandler;
import org.postgresql.jdbc.PgStatement;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;

/**
 * Several queries of the driver's for one Sync, each with the name that it has or gets. What the driver's public types do not
 * offer is reached through handles which the compiler folds; with another driver that lacks it, {@link #isKnown()} is false:
 * pipelines go statement by statement, and what goes behind a context by the objects of JDBC.
 *
 * <p>Sources, all pgjdbc 42.7.14: {@code CompositeQuery} and {@code CompositeParameterList}, which a text of several statements
 * becomes; {@code QueryExecutorImpl.flushIfDeadlockRisk}, which sends a Sync of its own when it expects 64,000 bytes of
 * answers; {@code SimpleQuery.isPreparedFor}, which decides whether a statement is parsed again.
 */
final class DriverQueries {

    /** What {@code QueryExecutorImpl} expects as the answer to one statement at the most. */
    private static final int LONGEST_EXPECTED_ANSWER = 64_000;

    /** The name of the unnamed statement, which stays parsed until the next one is: PostgreSQL manual, 54.2.3. */
    private static final String UNNAMED = "";

    private static final @Nullable Handles HANDLES = Handles.find();

    private DriverQueries() {}

    private record Handles(
            MethodHandle newQueries,
            MethodHandle newLists,
            MethodHandle newQuery,
            MethodHandle newList,
            MethodHandle copyQuery,
            VarHandle listsOfSeveral,
            VarHandle expectedBytes,
            VarHandle epoch,
            MethodHandle nameStatement,
            MethodHandle typeStatement,
            MethodHandle isPrepared,
            MethodHandle sendQuery,
            MethodHandle sendParse,
            MethodHandle columns,
            MethodHandle setColumns,
            MethodHandle startTimer,
            MethodHandle endTimer) {

        static @Nullable Handles find() {
            try {
                Class<?> severalLists = Class.forName("org.postgresql.core.v3.CompositeParameterList");
                Class<?> list = Class.forName("org.postgresql.core.v3.SimpleParameterList");
                Class<?> severalQueries = Class.forName("org.postgresql.core.v3.CompositeQuery");
                Class<?> query = Class.forName("org.postgresql.core.v3.SimpleQuery");
                Class<?> executor = Class.forName("org.postgresql.core.v3.QueryExecutorImpl");
                Lookup inExecutor = inside(executor);
                Lookup inQuery = inside(query);
                Lookup inStatement = inside(PgStatement.class);
                MethodType nothing = MethodType.methodType(void.class);
                return new Handles(
                        MethodHandles.arrayConstructor(query.arrayType())
                                .asType(MethodType.methodType(Query[].class, int.class)),
                        MethodHandles.arrayConstructor(list.arrayType())
                                .asType(MethodType.methodType(ParameterList[].class, int.class)),
                        inside(severalQueries)
                                .findConstructor(
                                        severalQueries,
                                        MethodType.methodType(void.class, query.arrayType(), int[].class))
                                .asType(MethodType.methodType(Query.class, Query[].class, int[].class)),
                        inside(severalLists)
                                .findConstructor(
                                        severalLists, MethodType.methodType(void.class, list.arrayType(), int[].class))
                                .asType(MethodType.methodType(ParameterList.class, ParameterList[].class, int[].class)),
                        inQuery.findConstructor(query, MethodType.methodType(void.class, query))
                                .asType(MethodType.methodType(Query.class, Query.class)),
                        inside(severalLists).findVarHandle(severalLists, "subparams", list.arrayType()),
                        inExecutor.findVarHandle(executor, "estimatedReceiveBufferBytes", int.class),
                        inExecutor.findVarHandle(executor, "deallocateEpoch", short.class),
                        inQuery.findVirtual(
                                        query,
                                        "setStatementName",
                                        MethodType.methodType(void.class, String.class, short.class))
                                .asType(MethodType.methodType(void.class, Query.class, String.class, short.class)),
                        inQuery.findVirtual(query, "setPrepareTypes", MethodType.methodType(void.class, int[].class))
                                .asType(MethodType.methodType(void.class, Query.class, int[].class)),
                        inQuery.findVirtual(
                                        query,
                                        "isPreparedFor",
                                        MethodType.methodType(boolean.class, int[].class, short.class))
                                .asType(MethodType.methodType(boolean.class, Query.class, int[].class, short.class)),
                        inExecutor
                                .findVirtual(
                                        executor,
                                        "sendOneQuery",
                                        MethodType.methodType(void.class, query, list, int.class, int.class, int.class))
                                .asType(MethodType.methodType(
                                        void.class,
                                        QueryExecutor.class,
                                        Query.class,
                                        ParameterList.class,
                                        int.class,
                                        int.class,
                                        int.class)),
                        inExecutor
                                .findVirtual(
                                        executor,
                                        "sendParse",
                                        MethodType.methodType(void.class, query, list, boolean.class))
                                .asType(MethodType.methodType(
                                        void.class,
                                        QueryExecutor.class,
                                        Query.class,
                                        ParameterList.class,
                                        boolean.class)),
                        inQuery.findVirtual(query, "getFields", MethodType.methodType(Field[].class))
                                .asType(MethodType.methodType(Field[].class, Query.class)),
                        inQuery.findVirtual(query, "setFields", MethodType.methodType(void.class, Field[].class))
                                .asType(MethodType.methodType(void.class, Query.class, Field[].class)),
                        inStatement.findVirtual(PgStatement.class, "startTimer", nothing),
                        inStatement.findVirtual(PgStatement.class, "killTimerTask", nothing));
            } catch (ReflectiveOperationException | RuntimeException otherDriver) {
                return null;
            }
        }
    }

    private static Lookup inside(Class<?> type) throws IllegalAccessException {
        return MethodHandles.privateLookupIn(type, MethodHandles.lookup());
    }

    /** Whether this driver is one whose queries can be put together. */
    static boolean isKnown() {
        return HANDLES != null;
    }

    private static Handles known() {
        Handles handles = HANDLES;
        if (handles == null) {
            throw new IllegalStateException("asked for without isKnown()");
        }
        return handles;
    }

    /** Room for so many of the driver's queries, each of one statement. */
    static Query[] queries(int count) {
        try {
            return (Query[]) known().newQueries().invokeExact(count);
        } catch (Throwable failed) {
            throw unexpected(failed);
        }
    }

    /** Room for the values of so many. */
    static ParameterList[] lists(int count) {
        try {
            return (ParameterList[]) known().newLists().invokeExact(count);
        } catch (Throwable failed) {
            throw unexpected(failed);
        }
    }

    /** The values of a text, one list for each statement in it. */
    static ParameterList[] split(ParameterList list, int statements) {
        return statements == 1
                ? new ParameterList[] {list}
                : (ParameterList[]) known().listsOfSeveral().get(list);
    }

    /**
     * Sends all under one Sync and hands each answer to {@code handler}. That both sides may wait for each other on full
     * buffers is the caller's concern; some thousand queries at the most.
     *
     * @param queries made by {@link #queries}, full
     * @param lists made by {@link #lists}, one for each of them
     */
    static void execute(
            QueryExecutor executor, Query[] queries, ParameterList[] lists, ResultHandler handler, int flags)
            throws SQLException {
        if (queries.length == 1) {
            executor.execute(queries[0], lists[0], handler, 0, 0, flags);
            return;
        }
        int[] offsets = new int[lists.length];
        for (int i = 1; i < offsets.length; i++) {
            offsets[i] = offsets[i - 1] + lists[i - 1].getInParameterCount();
        }
        VarHandle expected = known().expectedBytes();
        Query query;
        ParameterList list;
        try {
            query = (Query) known().newQuery().invokeExact(queries, offsets);
            list = (ParameterList) known().newList().invokeExact(lists, offsets);
        } catch (Throwable failed) {
            throw unexpected(failed);
        }
        expected.set(executor, -LONGEST_EXPECTED_ANSWER * queries.length);
        try {
            executor.execute(query, list, handler, 0, 0, flags);
        } finally {
            expected.set(executor, 0);
        }
    }

    /** Whether {@code list} has the types {@code parsed}, once its nulls have taken theirs over. */
    static boolean fits(ParameterList list, int[] parsed) throws SQLException {
        int[] types = list.getTypeOIDs();
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

    /** A query of the same text of which the driver knows nothing. */
    static Query unparsed(Query query) {
        try {
            return (Query) known().copyQuery().invokeExact(query);
        } catch (Throwable failed) {
            throw unexpected(failed);
        }
    }

    /** A query of the same text which the driver takes for parsed without a name: right behind {@code query} it is. */
    static Query follower(QueryExecutor executor, Query query, int[] types) {
        try {
            Query copy = unparsed(query);
            known().nameStatement()
                    .invokeExact(copy, UNNAMED, (short) known().epoch().get(executor));
            known().typeStatement().invokeExact(copy, types);
            return copy;
        } catch (Throwable failed) {
            throw unexpected(failed);
        }
    }

    /** Whether the driver has a name for the query that holds for values of these types. */
    static boolean isNamed(QueryExecutor executor, Query query, ParameterList list) {
        try {
            return (boolean) known().isPrepared().invokeExact(query, list.getTypeOIDs(), (short)
                    known().epoch().get(executor));
        } catch (Throwable failed) {
            throw unexpected(failed);
        }
    }

    /**
     * Sends all of a statement but the Sync: it is executed with the one that the executor executes next, which must be at once,
     * outside of a transaction block. That one's handler gets its answer first.
     */
    static void send(QueryExecutor executor, Query query, ParameterList list, int flags) throws SQLException {
        try {
            known().sendQuery().invokeExact(executor, query, list, 0, 0, flags);
        } catch (IOException lost) {
            throw lost(executor, lost);
        } catch (Throwable failed) {
            throw unexpected(failed);
        }
    }

    /** What {@code QueryExecutorImpl.execute} does where it cannot send. */
    private static SQLException lost(QueryExecutor executor, IOException cause) {
        executor.abort();
        return new PSQLException(
                "An I/O error occurred while sending to the backend.", PSQLState.CONNECTION_FAILURE, cause);
    }

    /** The columns of its last answer, as far as the driver has kept them. */
    static Field @Nullable [] columns(Query query) {
        try {
            return (Field[]) known().columns().invokeExact(query);
        } catch (Throwable failed) {
            throw unexpected(failed);
        }
    }

    /**
     * Sends the Parse of a query without a name, which the driver takes for parsed then, and for one with {@code columns}: what it
     * does next is to bind. {@link #unname} has to follow.
     */
    static void parseUnnamed(QueryExecutor executor, Query query, ParameterList list, Field[] columns)
            throws SQLException {
        try {
            known().sendParse().invokeExact(executor, query, list, true);
            known().nameStatement()
                    .invokeExact(query, UNNAMED, (short) known().epoch().get(executor));
            known().typeStatement().invokeExact(query, list.getTypeOIDs());
            known().setColumns().invokeExact(query, columns);
        } catch (IOException lost) {
            throw lost(executor, lost);
        } catch (Throwable failed) {
            throw unexpected(failed);
        }
    }

    /** The driver takes the query for one that was never parsed, whose last answer had {@code columns}. */
    static void unname(Query query, Field @Nullable [] columns) {
        query.close();
        try {
            known().setColumns().invokeExact(query, columns);
        } catch (Throwable failed) {
            throw unexpected(failed);
        }
    }

    /** The driver's own clock, which cancels what takes too long. */
    static void startTimer(PgStatement clock) {
        timer(known().startTimer(), clock);
    }

    static void endTimer(PgStatement clock) {
        timer(known().endTimer(), clock);
    }

    private static void timer(MethodHandle call, PgStatement clock) {
        try {
            call.invokeExact(clock);
        } catch (Throwable failed) {
            throw unexpected(failed);
        }
    }

    private static RuntimeException unexpected(Throwable failed) {
        if (failed instanceof Error error) {
            throw error;
        }
        return failed instanceof RuntimeException known ? known : new IllegalStateException(failed);
    }
}
