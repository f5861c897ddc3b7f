package com.scrapersky.session.internal.url;

/** What a connection string says to the pool or the factory rather than to the driver. */
public enum Hint {
    /** At most so many connections: a positive integer. */
    CONNECTION_LIMIT,
    /** Wait so many seconds for a connection of the pool: an integer, zero for no limit. */
    POOL_TIMEOUT,
    /** {@code true} where the user says that a transaction pooler is in front, {@code false} where none is. */
    TRANSACTION_POOLER
}
