package com.scrapersky.session;

import com.scrapersky.session.internal.guard.PoolSafeConnection;
import com.scrapersky.session.internal.guard.TransactionId;
import com.scrapersky.session.internal.guard.TransactionId.Status;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A COMMIT whose answer was lost: asks the server, over another connection, what became of the transaction. For one thread. */
final class LostCommit {

    private static final Logger LOG = LoggerFactory.getLogger(LostCommit.class);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(10);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);

    private final ConnectionSource connections;
    private final TransactionId id;
    private final TransactionOutcomeUnknownException unknown;
    private String reason = "nobody could be asked";

    LostCommit(ConnectionSource connections, TransactionId id, TransactionOutcomeUnknownException unknown) {
        this.connections = connections;
        this.id = id;
        this.unknown = unknown;
    }

    /**
     * Returns where the transaction was committed.
     *
     * @param limit for how long to ask while the server is away, or has not yet ended the transaction
     * @throws TransactionRolledBackException if it was rolled back
     * @throws TransactionOutcomeUnknownException if that cannot be found out
     */
    void findOut(Duration limit) {
        long begun = System.nanoTime();
        long pause = FIRST_PAUSE.toNanos();
        while (true) {
            Status status = ask();
            if (status == Status.COMMITTED) {
                LOG.info("the answer to a COMMIT was lost; the server says that its transaction was committed");
                return;
            } else if (status == Status.ROLLED_BACK) {
                throw Errors.rolledBackInCommit(unknown);
            } else if (status == Status.NUMBER_REUSED_PERHAPS || status == Status.FORGOTTEN) {
                break;
            }
            long left = limit.toNanos() - (System.nanoTime() - begun);
            if (left <= 0 || !slept(Math.min(pause, left))) {
                break;
            }
            pause = Math.min(pause * 2, LONGEST_PAUSE.toNanos());
        }
        throw Errors.stillUnknown(unknown, reason);
    }

    private @Nullable Status ask() {
        try (PoolSafeConnection connection = connections.borrow(null)) {
            connection.setAutoCommit(true);
            Status status = connection.status(id);
            reason = switch (status) {
                case COMMITTED, ROLLED_BACK -> "it is known";
                case IN_PROGRESS -> "the server has not ended the transaction yet";
                case STANDBY -> "only a standby answers";
                case FORGOTTEN -> "the server has forgotten so old a transaction";
                case NUMBER_REUSED_PERHAPS ->
                    "the server was restarted or replaced in the meantime, and the number of the transaction may have been"
                            + " given out once more";
            };
            return status;
        } catch (SQLException | DatabaseException away) {
            LOG.debug("the server could not be asked for the outcome of a transaction", away);
            reason = "the server could not be asked: "
                    + (away instanceof SQLException error ? error.getSQLState() : "no connection");
            return null;
        }
    }

    private static boolean slept(long nanos) {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
            return true;
        } catch (InterruptedException wanted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
