package com.scrapersky.session;

/** Hears how far a {@link Copy} has come, in the thread that does it. What it throws ends the copy, as an error of its source does. */
@FunctionalInterface
public interface CopyProgress {

    /**
     * Called after each block of about 64 kB, and at the end.
     *
     * @param rows how many rows have passed so far; of bytes that are sent as they are, 0 until the server has counted them
     * @param bytes how many bytes have passed so far
     */
    void report(long rows, long bytes);
}
