package com.scrapersky.session.internal.guard;

import java.sql.SQLException;
import org.postgresql.core.BaseConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether a pooler still answers a connection on which one of several statements has failed ({@link Guard#losesCount}). */
final class AnswerCheck {

    private static final Logger LOG = LoggerFactory.getLogger("com.scrapersky.session.guard");

    /** A client that holds its backend is answered much sooner, and so is one whose backend has just become free. */
    private static final int LONGEST_WAIT_MILLISECONDS = 1000;

    private AnswerCheck() {}

    /**
     * Asks for an answer, where the connection is open; the driver closes it where none comes. Any answer is one: in a failed
     * transaction it is a refusal (25P02). One round trip.
     *
     * @return false where none came
     */
    static boolean isAnswered(BaseConnection driver) {
        try {
            if (driver.isClosed()) {
                return true;
            }
            int timeout = driver.getNetworkTimeout();
            driver.setNetworkTimeout(Runnable::run, LONGEST_WAIT_MILLISECONDS);
            ask(driver);
            if (!driver.isClosed()) {
                driver.setNetworkTimeout(Runnable::run, timeout);
                return true;
            }
        } catch (SQLException closed) {
            LOG.debug("the connection was closed", closed);
        }
        LOG.warn(
                "the pooler does not answer a connection any more on which one of several statements has failed; it is given up");
        return false;
    }

    /** Begins no transaction. */
    private static void ask(BaseConnection driver) {
        try {
            driver.execSQLUpdate("");
        } catch (SQLException refused) {
            LOG.debug("what the pooler answers after one of several statements has failed", refused);
        }
    }
}
