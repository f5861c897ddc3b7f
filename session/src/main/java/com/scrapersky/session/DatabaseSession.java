package com.scrapersky.session;

import com.scrapersky.session.internal.sql.NamedSql;
import java.sql.Connection;
import java.sql.Savepoint;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One transaction on one connection, for one thread.
 *
 * <p>{@link DatabaseSessionFactory#read} and {@link DatabaseSessionFactory#write} hand one to their work and end it;
 * {@link DatabaseSessionFactory#openSession()} gives one that its owner ends:
 *
 * <pre>{@code
 * try (DatabaseSession session = sessions.openSession()) {
 *     session.sql("update accounts set balance = balance - :amount where id = :id").params(debit).update();
 *     session.commit();
 * } // rolled back unless committed
 * }</pre>
 *
 * <p><b>Thread safety.</b> None: every use from a thread other than the one that opened it, and every use while one of its
 * own statements is still delivering rows to a constructor or setter, is a {@link SessionUsageException}.
 *
 * <p><b>Round trips.</b> BEGIN travels with the first statement, so a transaction of n statements takes n + 1; a session
 * that executes nothing takes none and holds no backend. Savepoint, release and rollback to a savepoint take one each.
 */
public final class DatabaseSession implements AutoCloseable {

    private final SessionTransaction transaction;
    private final Function<String, NamedSql> scanner;
    private final boolean endedByFactory;

    DatabaseSession(
            FactoryTarget factory, Function<String, NamedSql> scanner, boolean readOnly, boolean endedByFactory) {
        this.transaction = new SessionTransaction(factory, readOnly);
        this.scanner = scanner;
        this.endedByFactory = endedByFactory;
    }

    /** A statement in this transaction. Costs no round trip until one of its methods executes it. */
    public SqlStatement sql(String text) {
        transaction.check();
        return new SqlStatement(transaction, scanner.apply(text));
    }

    /**
     * Begins a pipeline in this transaction: statements that are sent together by {@link Pipeline#execute()}, in one round
     * trip. A session that ends before a pipeline with statements is executed is rolled back, with an error.
     */
    public Pipeline pipeline() {
        transaction.check();
        return new Pipeline(transaction, scanner);
    }

    /**
     * Lets {@code work} put statements into a pipeline in this transaction, executes it, and returns what the work returned:
     * a {@link Result}, or something made of several.
     */
    public <T extends @Nullable Object> T pipeline(Function<Pipeline, T> work) {
        Pipeline pipeline = pipeline();
        return pipeline.executeAfter(work);
    }

    /** A COPY in this transaction, to load rows or to unload them. Costs nothing until one of its methods executes it. */
    public Copy copy(String text) {
        transaction.check();
        return new Copy(transaction, scanner.apply(text));
    }

    /**
     * Does {@code work} under a savepoint: when it throws, what it did is undone and the rest of the transaction goes on as
     * if it had not been. Two round trips beside those of the work.
     *
     * @throws TransactionRolledBackException if the work returns normally although one of its statements failed; its
     *     effects are undone
     */
    public <T extends @Nullable Object, X extends Exception> T savepoint(SessionWork<T, X> work) throws X {
        Savepoint savepoint = transaction.setSavepoint();
        DatabaseException failureBefore = transaction.firstFailure();
        boolean done = false;
        try {
            T result = work.run(this);
            if (transaction.isFailed()) {
                throw Errors.commitOfFailedTransaction(transaction.firstFailure());
            }
            done = true;
            transaction.release(savepoint);
            return result;
        } catch (Throwable failure) {
            if (!done) {
                transaction.rollbackTo(savepoint, failureBefore, failure);
            }
            throw failure;
        }
    }

    /** Lets the work go on, and rolls back instead of committing at its end. No round trip. */
    public void setRollbackOnly() {
        transaction.setRollbackOnly();
    }

    /** Whether the transaction will be rolled back at its end because {@link #setRollbackOnly()} was called. */
    public boolean isRollbackOnly() {
        return transaction.isRollbackOnly();
    }

    /**
     * The JDBC connection of this transaction, for what takes one. Its transaction stays this session's: {@code commit},
     * {@code rollback} without a savepoint, {@code setAutoCommit} and {@code abort} are refused with an
     * {@link java.sql.SQLNonTransientException}, and {@code close} does nothing.
     */
    public Connection connection() {
        return transaction.connection();
    }

    /**
     * Commits. The session is over then. One round trip where statements were executed, else none.
     *
     * @throws TransactionRolledBackException if a statement had failed before, or the server would not commit
     * @throws TransactionOutcomeUnknownException if the connection was lost while the answer was awaited
     */
    public void commit() {
        refuseEndingByWork("commit");
        transaction.end(true, null);
    }

    /** Rolls back. The session is over then. One round trip where statements were executed, else none. */
    public void rollback() {
        refuseEndingByWork("rollback");
        transaction.end(false, null);
    }

    /** Rolls back unless the session was committed, and gives the connection back. */
    @Override
    public void close() {
        if (!transaction.isOver()) {
            refuseEndingByWork("close");
            transaction.end(false, null);
        }
    }

    /** Ends the transaction of work that returned normally. */
    void finish() {
        transaction.end(true, null);
    }

    /** Ends the transaction of work that failed; whatever goes wrong now is told with {@code failure}. */
    void abandon(Throwable failure) {
        try {
            transaction.end(false, failure);
        } catch (DatabaseException second) {
            failure.addSuppressed(second);
        }
    }

    private void refuseEndingByWork(String what) {
        if (endedByFactory) {
            throw Errors.usage(
                    what + " in the work of read(…) or write(…), which end the transaction themselves",
                    "return to commit, throw or call setRollbackOnly() to roll back; or use openSession()");
        }
    }
}
