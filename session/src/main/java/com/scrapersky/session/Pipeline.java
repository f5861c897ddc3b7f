package com.scrapersky.session;

import com.scrapersky.session.OperationObserver.Kind;
import com.scrapersky.session.internal.guard.Answers;
import com.scrapersky.session.internal.jdbc.MappingException;
import com.scrapersky.session.internal.sql.NamedSql;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Several statements that are sent together and answered together: the round trips of one. Made by
 * {@link DatabaseSessionFactory#pipeline()}, where it is a whole transaction, and by {@link DatabaseSession#pipeline()}, where
 * it is part of the session's.
 *
 * <pre>{@code
 * Pipeline pipeline = sessions.pipeline();
 * Result<Integer> debited = pipeline.sql("update accounts set balance = balance - :amount where id = :id")
 *         .params(debit)
 *         .update();
 * Result<List<Row>> entries = pipeline.sql("select * from entries where account = :id")
 *         .param("id", debit.id())
 *         .rows();
 * pipeline.execute(); // both statements, one transaction
 * report(debited.get(), entries.get());
 * }</pre>
 *
 * <p><b>All or nothing.</b> A statement that fails undoes those before it, and those behind it are not executed. No statement
 * can use the result of an earlier one in Java; in SQL it sees its changes, as in any transaction.
 *
 * <p><b>Round trips.</b> One, whatever the number of statements: of the factory's form that includes the transaction and the
 * session's settings; a session's COMMIT comes later. More only where the answers to some statements and the rest of the
 * others might both exceed what the buffers of a connection hold (64,000 bytes sent behind a statement that returns rows, or
 * behind a thousand that do not), and for a statement that changes the session's state or may do so unseen: then each of the
 * statements takes one. The transaction is the same in either case. Behind a pooler that carries named statements the pipeline
 * that gives them their names, once on each connection, takes one for each. Behind Odyssey with
 * {@code pool_reserve_prepared_statement}, its default, each text takes one, and so do settings and the COMMIT: Odyssey 1.5 does
 * not answer a client any more of which the server has skipped a statement ({@code OdysseyReservedTest}). An error takes one more,
 * for the ROLLBACK, where there is anything but queries among the statements. The driver by itself would break a flush after 255
 * statements ({@code QueryExecutorImpl.flushIfDeadlockRisk}, pgjdbc 42.7.14).
 *
 * <p><b>Errors</b> are those of {@link SqlStatement}, and name the statement by its number, counted from 1, and its text. A
 * connection that is lost with COMMIT under way is a {@link TransactionOutcomeUnknownException}. What a {@link Result} makes of
 * its rows is told when it is read.
 *
 * <p>Not thread-safe. Executed once.
 */
public final class Pipeline {

    private final PipelineTarget target;
    private final Function<String, NamedSql> scanner;
    private final List<Queued<?>> queue = new ArrayList<>();
    private Duration timeout = Duration.ZERO;
    private boolean executed;

    Pipeline(PipelineTarget target, Function<String, NamedSql> scanner) {
        this.target = target;
        this.scanner = scanner;
    }

    /** A statement for this pipeline; one of its methods that say what is wanted puts it in. */
    public PipelinedStatement sql(String text) {
        refuseAfterExecution();
        target.check();
        NamedSql sql = scanner.apply(text);
        if (sql.isCopy()) {
            throw Errors.invalidStatement("COPY in a pipeline", "use session.copy(…)");
        }
        return new PipelinedStatement(this, sql);
    }

    /**
     * Ends the pipeline after this time with a {@link StatementCancelledException}, as {@link SqlStatement#timeout}; zero, the
     * default, means never.
     */
    public Pipeline timeout(Duration limit) {
        if (limit.isNegative()) {
            throw Errors.invalidStatement("a negative timeout", "give a positive one, or zero for none");
        }
        timeout = limit;
        return this;
    }

    /**
     * Sends the statements and waits for all answers. Nothing is sent where there are none.
     *
     * @throws StatementException if the server refuses a statement; none has had an effect then. Part of a session, its
     *     transaction has failed
     * @throws TransactionRolledBackException if the server rolled the transaction back to let another one pass
     * @throws ConnectionException if the connection was lost and certainly nothing was committed
     * @throws TransactionOutcomeUnknownException if it was lost while COMMIT was under way
     */
    public void execute() {
        refuseAfterExecution();
        target.check();
        executed = true;
        target.left(this);
        if (queue.isEmpty()) {
            return;
        }
        boolean done = false;
        try {
            PipelineExecution execution = new PipelineExecution(target, queue, timeout);
            OperationObserver observer = target.observer();
            if (observer == null) {
                execution.run();
            } else {
                OperationWatch.watch(observer, Kind.PIPELINE, "", () -> {
                    execution.run();
                    return this;
                });
            }
            done = true;
        } finally {
            if (!done) {
                queue.forEach(queued -> queued.result().none());
            }
        }
    }

    /** Executes what {@code work} puts in; nothing where the work fails. */
    <T extends @Nullable Object> T executeAfter(Function<Pipeline, T> work) {
        boolean done = false;
        T promised;
        try {
            promised = work.apply(this);
            done = true;
        } finally {
            if (!done) {
                executed = true;
                target.left(this);
                queue.forEach(queued -> queued.result().none());
            }
        }
        execute();
        return promised;
    }

    <T extends @Nullable Object> Result<T> add(NamedSql sql, List<ParameterSet> sets, Decoder<T> decoder) {
        refuseAfterExecution();
        target.check();
        if (queue.isEmpty()) {
            target.begun(this);
        }
        Result<T> result = new Result<>(queue.size() + 1);
        queue.add(new Queued<>(sql, sets, decoder, result));
        return result;
    }

    private void refuseAfterExecution() {
        if (executed) {
            throw Errors.usage("the pipeline was executed already", "begin another pipeline for further statements");
        }
    }

    /** Makes a result out of the answers to each execution of a statement. */
    @FunctionalInterface
    interface Decoder<T extends @Nullable Object> {
        T decode(Answers answers) throws SQLException;
    }

    /**
     * A statement that waits for its execution.
     *
     * @param sets the values of each execution, one where it is not a batch
     */
    record Queued<T extends @Nullable Object>(
            NamedSql sql, List<ParameterSet> sets, Decoder<T> decoder, Result<T> result) {

        /** Takes what has arrived. */
        void arrived(Answers answers) throws SQLException {
            try {
                result.set(decoder.decode(answers));
            } catch (MappingException unfit) {
                result.fail(Errors.unexpectedResult(sql, String.valueOf(unfit.getMessage())));
            } catch (RuntimeException thrownByUser) {
                // A constructor or setter of the caller's, whose error belongs to whoever reads the result.
                result.fail(thrownByUser);
            }
        }
    }
}
