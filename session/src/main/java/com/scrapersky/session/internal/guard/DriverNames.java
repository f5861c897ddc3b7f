package com.scrapersky.session.internal.guard;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.QueryExecutor;

/**
 * The names that the driver gives to statements of one connection. By itself it counts from {@code S_1} on, as every other
 * client does; where a pooler hands names through, one client then executes another one's statement. Reached through handles
 * which the compiler folds; with another driver that lacks them {@link #isKnown()} is false and nothing is named.
 *
 * <p>Source: pgjdbc 42.7.14, {@code QueryExecutorImpl.sendParse}, whose {@code nextUniqueID} is the next name and whose {@code
 * deallocateEpoch} tells which names still hold; {@code sendQueryPreamble}, which sends {@code BEGIN} by its name, once it has one.
 */
final class DriverNames {

    /** Twelve digits at the most: a name travels with each execution. */
    private static final long NAMES = 1L << 39;

    private static final Handles HANDLES = Handles.find();

    private DriverNames() {}

    private record Handles(
            @Nullable VarHandle epoch,
            @Nullable VarHandle next,
            @Nullable VarHandle begin,
            @Nullable VarHandle beginReadOnly,
            @Nullable MethodHandle unprepare) {

        static Handles find() {
            try {
                Class<?> executor = Class.forName("org.postgresql.core.v3.QueryExecutorImpl");
                Class<?> query = Class.forName("org.postgresql.core.v3.SimpleQuery");
                Lookup inExecutor = MethodHandles.privateLookupIn(executor, MethodHandles.lookup());
                Lookup inQuery = MethodHandles.privateLookupIn(query, MethodHandles.lookup());
                return new Handles(
                        inExecutor.findVarHandle(executor, "deallocateEpoch", short.class),
                        inExecutor.findVarHandle(executor, "nextUniqueID", long.class),
                        inExecutor.findVarHandle(executor, "beginTransactionQuery", query),
                        inExecutor.findVarHandle(executor, "beginReadOnlyTransactionQuery", query),
                        inQuery.findVirtual(query, "unprepare", MethodType.methodType(void.class))
                                .asType(MethodType.methodType(void.class, Object.class)));
            } catch (ReflectiveOperationException | RuntimeException otherDriver) {
                return new Handles(null, null, null, null, null);
            }
        }
    }

    /** Whether this driver is one whose names can be looked after. */
    static boolean isKnown() {
        return HANDLES.unprepare() != null;
    }

    /** Changes when the driver takes names for lost. */
    static short epoch(BaseConnection driver) {
        VarHandle epoch = HANDLES.epoch();
        return epoch == null ? 0 : (short) epoch.get(driver.getQueryExecutor());
    }

    /** Names nothing from now on, and uses no name that was given. */
    static void forget(BaseConnection driver) {
        driver.setPrepareThreshold(0);
        VarHandle epoch = HANDLES.epoch();
        if (epoch != null) {
            QueryExecutor executor = driver.getQueryExecutor();
            epoch.set(executor, (short) ((short) epoch.get(executor) + 1));
        }
    }

    /** Lets the connection go on with names that no other client has. */
    static void makeUnique(BaseConnection driver) {
        VarHandle next = HANDLES.next();
        if (next != null) {
            next.set(driver.getQueryExecutor(), ThreadLocalRandom.current().nextLong(NAMES / 2, NAMES));
        }
    }

    /** BEGIN, which the driver puts in front of the next statement, goes without a name if that one does. */
    static void forgetBegin(BaseConnection driver) {
        forgetBegin(HANDLES.begin(), driver);
        forgetBegin(HANDLES.beginReadOnly(), driver);
    }

    private static void forgetBegin(@Nullable VarHandle begin, BaseConnection driver) {
        MethodHandle unprepare = HANDLES.unprepare();
        if (begin == null || unprepare == null) {
            return;
        }
        try {
            Object query = begin.get(driver.getQueryExecutor());
            unprepare.invokeExact(query);
        } catch (RuntimeException | Error failed) {
            throw failed;
        } catch (Throwable impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
