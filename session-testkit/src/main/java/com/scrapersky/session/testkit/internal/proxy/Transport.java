package com.scrapersky.session.testkit.internal.proxy;

import com.scrapersky.session.testkit.internal.protocol.ByteQueue;
import java.io.IOException;
import java.nio.channels.SocketChannel;

/** How bytes get on and off the wire: as they are, or through TLS. */
interface Transport {

    /** Reads what is there; -1 at the end of the stream. */
    int read(ByteQueue into) throws IOException;

    /** Writes what the socket takes now, at most {@code limit} of the bytes; returns how many it took. */
    int write(ByteQueue from, int limit) throws IOException;

    /** Whether bytes taken by {@link #write} still wait for the socket. */
    boolean hasUnwritten();

    /** Whether nothing can be said yet, because the two ends still negotiate. */
    boolean isShakingHands();

    /** The socket as it is. */
    record Plain(SocketChannel channel) implements Transport {

        @Override
        public int read(ByteQueue into) throws IOException {
            return into.readFrom(channel);
        }

        @Override
        public int write(ByteQueue from, int limit) throws IOException {
            return from.writeTo(channel, limit);
        }

        @Override
        public boolean hasUnwritten() {
            return false;
        }

        @Override
        public boolean isShakingHands() {
            return false;
        }
    }
}
