package com.scrapersky.benchmarks.peers;

import java.util.List;

/** One way to do the work, ready to be used by many threads. */
public interface Peer extends AutoCloseable {

    /** A row by its key. */
    Profile oneRow(int id) throws Exception;

    /** A hundred rows in the order of their keys. */
    List<Profile> page(int after) throws Exception;

    /** A row that is written, and the key that it got. */
    long insertReturning(int profile, String body) throws Exception;

    /** A row by its key, read as another role with claims that hold for this transaction alone. */
    Profile contextSelect(int id) throws Exception;

    /** Three rows read, one changed, one written, in one transaction. */
    int transaction(int id) throws Exception;

    /** A thousand rows written, all or none. */
    int batch(List<String> bodies) throws Exception;

    /** A hundred thousand rows read without holding them all; the sum of their numbers. */
    long stream() throws Exception;

    /** How the names of its own threads begin, whose work counts as the client's, too; "" where it has none. */
    default String threads() {
        return "";
    }

    @Override
    void close();
}
