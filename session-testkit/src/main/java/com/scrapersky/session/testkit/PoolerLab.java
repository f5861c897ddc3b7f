package com.scrapersky.session.testkit;

import java.util.List;

/**
 * A running pooler in front of a PostgreSQL, whichever pooler it is. What {@link Backends} and the assertions need to
 * know of one. {@link #connect()} and the addresses go through the pooler.
 *
 * <p>Implementations are safe to use from several threads.
 */
public interface PoolerLab extends PostgresEndpoint, AutoCloseable {

    /** What it is, for a message and a test's name: {@code PgBouncer 1.26}. */
    String name();

    /** For how long a client keeps a backend. */
    PoolMode poolMode();

    /** The most transactions of {@link #user()} in {@link #database()} that the pooler runs at once. */
    int poolSize();

    /**
     * Whether the pooler carries a client's named statements over to any backend. It then keeps statements of its own on
     * the backends, under names of its own.
     */
    default boolean carriesNamedStatements() {
        return false;
    }

    /**
     * The statements that the pooler runs by itself, each as one text, on every backend that it takes back from a client;
     * empty if none.
     */
    default List<String> resetStatements() {
        return List.of();
    }

    /** The way to the same database past the pooler. */
    PostgresEndpoint postgres();

    @Override
    void close();
}
