package com.scrapersky.session;

import com.scrapersky.session.SessionStatistics.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * Is told when an operation of a factory begins and ends: for tracing, and for durations with their outcomes. What only has to be
 * counted is in {@link DatabaseSessionFactory#statistics()}.
 *
 * <p>An operation is a session with its transaction ({@link DatabaseSessionFactory#read}, {@link DatabaseSessionFactory#write}, each
 * attempt of {@link DatabaseSessionFactory#repeatable()}, {@link DatabaseSessionFactory#openSession()}), or what the factory
 * executes outside of one: a statement, a batch, a pipeline. Statements in a session belong to its operation; so does waiting for a
 * connection, and the retries of a statement. Streams, which are read for as long as their readers like, are not told, nor is what goes
 * through {@link DatabaseSessionFactory#dataSource()}.
 *
 * <pre>{@code
 * DatabaseSessionFactory sessions = DatabaseSessionFactory.builder(url)
 *         .observer(operation -> {
 *             long begin = System.nanoTime();
 *             return (outcome, failure) -> log(operation.kind(), operation.keyword(), outcome, System.nanoTime() - begin);
 *         })
 *         .build();
 * }</pre>
 *
 * <p>Called on the thread of the caller, begin and end on the same one, so implementations are thread-safe and quick. What they throw is
 * logged, and changes nothing for the operation. Without an observer nothing is allocated or called for this; no round trip either way.
 */
@FunctionalInterface
public interface OperationObserver {

    /** Called before a connection is borrowed for the operation. */
    Observed begin(Operation operation);

    /**
     * What begins. Neither texts nor values: a keyword is one of the program's own statements' first words.
     *
     * @param kind what it is
     * @param keyword the first word of a statement's text in lower case ({@code select}), as of each in a batch; else empty
     * @param readOnly whether it is the read-only transaction of {@link DatabaseSessionFactory#read}
     */
    record Operation(Kind kind, String keyword, boolean readOnly) {}

    /** The kinds of operations. */
    enum Kind {
        /** A session with its transaction. */
        TRANSACTION,
        /** One statement outside of a session. */
        STATEMENT,
        /** One statement with several sets of values outside of a session. */
        BATCH,
        /** A pipeline outside of a session. */
        PIPELINE
    }

    /** An operation that has begun. */
    @FunctionalInterface
    interface Observed {

        /**
         * Called once, when all is over and the connection is given back.
         *
         * @param outcome what became of its transaction, also of one statement's
         * @param failure what the caller gets; what the work threw, where that is why it was rolled back
         */
        void end(Outcome outcome, @Nullable Throwable failure);
    }
}
