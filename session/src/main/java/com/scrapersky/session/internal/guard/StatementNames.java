package com.scrapersky.session.internal.guard;

import com.scrapersky.session.internal.pooler.StatementProbe;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
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
 * another one, or stands beside it behind the same address, is found out before anything is named there: even COMMIT has a
 * name, and could otherwise be another client's statement.
 *
 * <p>Thread-safe.
 */
final class StatementNames {

    private static final Logger LOG = LoggerFactory.getLogger("com.scrapersky.session.guard");

    private static final String DOES_NOT_EXIST = "26000";
    private static final String EXISTS_ALREADY = "42P05";
    private static final String FEATURE_NOT_SUPPORTED = "0A000";

    /** Raises "cached plan must not change result type" ({@code plancache.c}); the text depends on the server's language. */
    private static final String OF_A_STALE_PLAN = "RevalidateCachedQuery";

    /** How long a connection that could not be asked stays unnamed before the next one is. */
    private static final long PAUSE_NANOS = 60_000_000_000L;

    /** A pooler with all backends busy must not hold up who gives a connection back; the connection is given up instead. */
    private static final int LONGEST_WAIT_MILLISECONDS = 1000;

    /** Texts are literals of the program, so this is reached only by SQL that is put together at run time. */
    private static final int TEXTS_KEPT = 1000;

    /** Whether the threshold of the pool's connections is set by this; otherwise it is left as the driver was told. */
    private final boolean managed;

    private volatile int threshold;
    private volatile long askedInVainAt;
    private volatile boolean askedInVain;

    /** Texts whose statements at the pooler's backends have a stale plan. */
    private final Set<String> unnamed = ConcurrentHashMap.newKeySet();

    private volatile boolean someUnnamed;

    /** @param threshold the executions after which a statement is named, or 0 for never */
    StatementNames(int threshold) {
        this.managed = threshold > 0;
        this.threshold = threshold;
    }

    /** Makes a connection that was borrowed name nothing any more, where names turned out to be lost. */
    void apply(BaseConnection driver) {
        if (managed && threshold == 0 && driver.getPrepareThreshold() != 0) {
            driver.setPrepareThreshold(0);
        }
    }

    /** Whether {@link #confirm} has something to ask. A comparison or two where it has not. */
    boolean isUnconfirmed(BaseConnection driver) {
        return threshold > 0
                && driver.getPrepareThreshold() == 0
                && !(askedInVain && System.nanoTime() - askedInVainAt < PAUSE_NANOS);
    }

    /** Asks through a connection on which nothing is open. */
    void confirm(BaseConnection driver) {
        try {
            int timeout = driver.getNetworkTimeout();
            driver.setNetworkTimeout(Runnable::run, LONGEST_WAIT_MILLISECONDS);
            if (StatementProbe.carries(driver)) {
                askedInVain = false;
                driver.setPrepareThreshold(threshold);
            } else {
                lost("a connection was asked whether the pooler carries names, and it does not");
            }
            driver.setNetworkTimeout(Runnable::run, timeout);
        } catch (SQLException unanswered) {
            askedInVainAt = System.nanoTime();
            askedInVain = true;
            LOG.debug("a connection could not be asked whether the pooler carries named statements", unanswered);
        }
    }

    /**
     * Whether a statement failed for nothing but its name, so that nothing of it was executed, and would succeed without one.
     * What is learnt from it holds for all connections.
     */
    boolean isToBlame(SQLException failed, String text, boolean shared) {
        String state = failed.getSQLState();
        if (DOES_NOT_EXIST.equals(state) || EXISTS_ALREADY.equals(state)) {
            if (!shared || !isOfTheDriver(failed)) {
                return false;
            }
            lost("a statement failed with " + state);
            return true;
        }
        if (FEATURE_NOT_SUPPORTED.equals(state) && isStalePlan(failed)) {
            if (shared) {
                if (unnamed.size() >= TEXTS_KEPT) {
                    unnamed.clear();
                }
                unnamed.add(text);
                someUnnamed = true;
            }
            return true;
        }
        return false;
    }

    /** Whether a text is executed without a name on every connection. */
    boolean isUnnamed(String text) {
        return someUnnamed && unnamed.contains(text);
    }

    /** The program may have named a statement itself, by SQL. */
    private static boolean isOfTheDriver(SQLException failed) {
        ServerErrorMessage error = serverError(failed);
        String message = error == null ? failed.getMessage() : error.getMessage();
        return message != null && (message.contains("\"S_") || message.contains("\"PGBOUNCER_"));
    }

    private static boolean isStalePlan(SQLException failed) {
        ServerErrorMessage error = serverError(failed);
        return error != null && OF_A_STALE_PLAN.equals(error.getRoutine());
    }

    private static @Nullable ServerErrorMessage serverError(SQLException failed) {
        return failed instanceof PSQLException error ? error.getServerErrorMessage() : null;
    }

    private void lost(String observation) {
        if (threshold > 0) {
            threshold = 0;
            LOG.warn(
                    "{}: the pooler does not carry named statements any more, so they stay unnamed from now on",
                    observation);
        }
    }
}
