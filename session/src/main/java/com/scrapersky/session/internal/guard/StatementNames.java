package com.scrapersky.session.internal.guard;

import com.scrapersky.session.internal.pooler.StatementProbe;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the driver may name the statements of one pool behind a pooler in transaction mode, and what becomes of a statement
 * that failed for nothing but its name.
 *
 * <p>A connection begins with unnamed statements. When it is given back for the first time it is asked once (two round trips)
 * whether the pooler carries names; its driver's threshold is the mark that it does. So a pooler that was put in place of
 * another one, or stands beside it behind the same address, is found out before anything is named there. Where a connection
 * loses a name later, because the pooler was told to carry none any more, it goes on without names and is asked again when it is
 * given back; if the answer is no, the whole pool goes on without.
 *
 * <p>Thread-safe.
 */
public final class StatementNames {

    private static final Logger LOG = LoggerFactory.getLogger("com.scrapersky.session.guard");

    /** No statement has a name. */
    static final int UNUSED = -1;

    private static final int EPOCH = 0xFFFF;
    private static final int FIRST = 0x10000;
    private static final int UNNAMED = 0x20000;

    private static final String DOES_NOT_EXIST = "26000";
    private static final String EXISTS_ALREADY = "42P05";
    private static final String FEATURE_NOT_SUPPORTED = "0A000";

    /** Raises "cached plan must not change result type" ({@code plancache.c}); the text depends on the server's language. */
    private static final String OF_A_STALE_PLAN = "RevalidateCachedQuery";

    /** How long connections stay unnamed after one could not be asked. */
    private static final long PAUSE_NANOS = 60_000_000_000L;

    /** A pooler with all backends busy must not hold up who gives a connection back; the connection is given up instead. */
    private static final int LONGEST_WAIT_MILLISECONDS = 1000;

    /** A pooler that says it carries names, and loses one again and again, is not believed for ever. */
    private static final int DOUBTS_BORNE = 20;

    /** Texts are literals of the program, so this is reached only by SQL that is put together at run time. */
    private static final int TEXTS_KEPT = 1000;

    /** What ended the names of a pool, and when. */
    public record Loss(String observation, Instant since) {}

    /** The executions after which a statement is named on a connection that was asked, or 0 where names are not looked after. */
    private final int threshold;

    private final boolean used;
    private final boolean losesPortals;
    private final Runnable whenLost;

    private volatile @Nullable Loss loss;
    private volatile long askedInVainAt;
    private volatile boolean askedInVain;
    private final AtomicInteger doubts = new AtomicInteger();

    /** Texts whose statements at the pooler's backends have a stale plan, and what is put behind each of them instead. */
    private final Map<String, String> unnamed = new ConcurrentHashMap<>();

    private volatile boolean someUnnamed;

    /**
     * @param threshold the executions after which a statement is named behind a pooler, or 0 for never
     * @param ownBackends whether the pool's connections have backends of their own, where the driver names what it likes
     * @param losesPortals whether the pooler loses the cursor of a named statement
     */
    StatementNames(int threshold, boolean ownBackends, boolean losesPortals, Runnable whenLost) {
        this.threshold = DriverNames.isKnown() ? threshold : 0;
        this.used = ownBackends || this.threshold > 0;
        this.whenLost = whenLost;
        this.losesPortals = losesPortals && this.threshold > 0;
    }

    /** Whether a statement can fail for its name or its plan. */
    boolean areUsed() {
        return used;
    }

    /** Whether the pooler's names are looked after here. */
    boolean areLookedAfter() {
        return threshold > 0;
    }

    /** Whether a statement that is read page by page must go without a name. */
    boolean areLostByCursors() {
        return losesPortals;
    }

    /** What ended them, or null as long as nothing did. */
    @Nullable
    Loss loss() {
        return loss;
    }

    /** Where a connection stands before the next statement is executed. */
    static int mark(BaseConnection driver) {
        return (DriverNames.epoch(driver) & EPOCH)
                | (driver.getTransactionState() == TransactionState.IDLE ? FIRST : 0);
    }

    /** Whether the statement was the first of its transaction. */
    static boolean wasFirst(int mark) {
        return (mark & FIRST) != 0;
    }

    /** As if something had been executed before it in its transaction. */
    static int notFirst(int mark) {
        return mark == UNUSED ? UNUSED : mark & ~FIRST;
    }

    /** The statement has no name that could be lost; a pooler may keep a stale plan for it all the same. */
    static int withoutName(int mark) {
        return mark | UNNAMED;
    }

    /** Whether the driver has taken names for lost since, and has executed the statement again. */
    static boolean wasHealed(int mark, BaseConnection driver) {
        return (mark & UNNAMED) == 0 && (mark & EPOCH) != (DriverNames.epoch(driver) & EPOCH);
    }

    /** Whether a connection goes by names that are lost. */
    boolean isToForget(BaseConnection driver) {
        return loss != null && driver.getPrepareThreshold() != 0;
    }

    /** A name was lost: the connection goes on without names until it is asked again. */
    void doubt(BaseConnection driver, String observation) {
        DriverNames.forget(driver);
        if (doubts.incrementAndGet() >= DOUBTS_BORNE) {
            lost(observation + ", the last of " + DOUBTS_BORNE + " such losses");
        }
    }

    /** Whether {@link #confirm} has something to ask. */
    boolean isUnconfirmed(BaseConnection driver) {
        return loss == null
                && driver.getPrepareThreshold() == 0
                && !(askedInVain && System.nanoTime() - askedInVainAt < PAUSE_NANOS);
    }

    /**
     * Asks through a connection on which nothing is open.
     *
     * @param connection what the pool gave
     */
    void confirm(BaseConnection driver, Connection connection) {
        try {
            int timeout = driver.getNetworkTimeout();
            driver.setNetworkTimeout(Runnable::run, LONGEST_WAIT_MILLISECONDS);
            DriverNames.makeUnique(driver);
            if (StatementProbe.carries(driver)) {
                askedInVain = false;
                driver.setPrepareThreshold(threshold);
            } else {
                lost("a connection was asked whether names are carried from backend to backend, and they are not");
            }
            driver.setNetworkTimeout(Runnable::run, timeout);
        } catch (SQLException unanswered) {
            askedInVainAt = System.nanoTime();
            askedInVain = true;
            LOG.debug("a connection could not be asked whether the pooler carries named statements", unanswered);
            tellPool(connection);
        }
    }

    /** The pool learns from an exception of its own that a connection is broken, and drops it. */
    static void tellPool(Connection connection) {
        try {
            connection.clearWarnings();
        } catch (SQLException broken) {
            LOG.debug("the connection is given up", broken);
        }
    }

    /** Whether a statement failed because the pooler did not have the name that the driver gave it, or had it already. */
    static boolean isOfName(SQLException failed) {
        String state = failed.getSQLState();
        return (DOES_NOT_EXIST.equals(state) || EXISTS_ALREADY.equals(state)) && isOfTheDriver(failed);
    }

    /**
     * Whether a statement failed because of what the pooler's backends have for its text: a plan that returns other columns now, or
     * nothing where Odyssey takes it for prepared since the server skipped it ({@code OdysseyReservedStatementsTest}).
     */
    static boolean isOfPlan(SQLException failed) {
        ServerErrorMessage error = serverError(failed);
        String message = error == null ? null : error.getMessage();
        if (DOES_NOT_EXIST.equals(failed.getSQLState()) && message != null && message.contains("odyssey_pstmt_")) {
            return true;
        }
        return FEATURE_NOT_SUPPORTED.equals(failed.getSQLState())
                && error != null
                && OF_A_STALE_PLAN.equals(error.getRoutine());
    }

    /** A text's plan is stale at the pooler's backends, which share it among clients: it goes without a name from now on. */
    void unname(String text) {
        if (unnamed.size() >= TEXTS_KEPT) {
            unnamed.clear();
        }
        unnamed.merge(text, "\n", String::concat);
        someUnnamed = true;
    }

    /** Whether a text is executed without a name on every connection. */
    boolean isUnnamed(String text) {
        return someUnnamed && unnamed.containsKey(text);
    }

    /** A text as it goes out where it has no name. Odyssey keeps plans of unnamed statements, too, by their text. */
    String unnamed(String text) {
        return text + unnamed.getOrDefault(text, "\n");
    }

    /** The program may have named a statement itself, by SQL. */
    private static boolean isOfTheDriver(SQLException failed) {
        ServerErrorMessage error = serverError(failed);
        String message = error == null ? failed.getMessage() : error.getMessage();
        return message != null && (message.contains("\"S_") || message.contains("\"PGBOUNCER_"));
    }

    private static @Nullable ServerErrorMessage serverError(SQLException failed) {
        SQLException first = failed;
        while (!(first instanceof PSQLException) && first.getNextException() != null) {
            first = first.getNextException();
        }
        return first instanceof PSQLException error ? error.getServerErrorMessage() : null;
    }

    private void lost(String observation) {
        if (loss == null) {
            loss = new Loss(observation, Instant.now());
            whenLost.run();
            LOG.warn(
                    "named statements are not carried by the pooler any more, so they stay unnamed from now on: {}",
                    observation);
        }
    }
}
