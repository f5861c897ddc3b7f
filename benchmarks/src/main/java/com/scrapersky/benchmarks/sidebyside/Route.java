package com.scrapersky.benchmarks.sidebyside;

/**
 * A way to the database.
 *
 * @param isPooled whether a pooler in transaction mode is on it
 */
record Route(String name, String host, int port, String user, String password, String database, boolean isPooled) {

    Route through(DelayingRelay relay) {
        return new Route(name, "127.0.0.1", relay.port(), user, password, database, isPooled);
    }
}
