package com.scrapersky.session.functional;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts a server's ReadyForQuery: one for each Sync or simple query, so for each flush that was waited for. */
final class ReadyCount extends FilterOutputStream {

    private final AtomicInteger count;

    /** Of the message that has begun: its type and its length. */
    private final byte[] head = new byte[5];

    private int read;
    private int left;

    ReadyCount(OutputStream to, AtomicInteger count) {
        super(to);
        this.count = count;
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        for (int i = from; i < from + length; i++) {
            follow(bytes[i]);
        }
        out.write(bytes, from, length);
    }

    private void follow(byte next) {
        if (left > 0) {
            left--;
            return;
        }
        head[read++] = next;
        if (read == head.length) {
            read = 0;
            left = ((head[1] & 0xff) << 24 | (head[2] & 0xff) << 16 | (head[3] & 0xff) << 8 | (head[4] & 0xff)) - 4;
            if (head[0] == 'Z') {
                count.incrementAndGet();
            }
        }
    }
}
