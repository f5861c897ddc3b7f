package com.scrapersky.session.testkit.internal.protocol;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Bytes in the order in which they came, read and written at their two ends. Grows as needed, and gives back the memory of
 * an unusually large message. Not thread-safe: it belongs to the event loop.
 */
public final class ByteQueue {

    private static final int USUAL_CAPACITY = 8 * 1024;
    private static final int LARGE_CAPACITY = 256 * 1024;

    private byte[] bytes = new byte[USUAL_CAPACITY];
    private ByteBuffer view = ByteBuffer.wrap(bytes);
    private int start;
    private int end;

    public int size() {
        return end - start;
    }

    public boolean isEmpty() {
        return start == end;
    }

    public byte byteAt(int offset) {
        return bytes[start + offset];
    }

    public int int32At(int offset) {
        return view.getInt(start + offset);
    }

    public int int16At(int offset) {
        return view.getShort(start + offset);
    }

    /** The offset of the first zero byte at or after {@code from}, or {@code limit} when there is none before it. */
    public int zeroAt(int from, int limit) {
        int at = start + from;
        while (at < start + limit && bytes[at] != 0) {
            at++;
        }
        return at - start;
    }

    public String text(int from, int to) {
        return new String(bytes, start + from, to - from, StandardCharsets.UTF_8);
    }

    public byte[] copy(int from, int to) {
        return Arrays.copyOfRange(bytes, start + from, start + to);
    }

    public void skip(int count) {
        start += count;
        if (start == end) {
            start = 0;
            end = 0;
            if (bytes.length > LARGE_CAPACITY) {
                use(new byte[USUAL_CAPACITY]);
            }
        }
    }

    public void clear() {
        skip(size());
    }

    public void append(byte[] source) {
        append(source, 0, source.length);
    }

    public void append(byte[] source, int offset, int length) {
        reserve(length);
        System.arraycopy(source, offset, bytes, end, length);
        end += length;
    }

    /** Appends the bytes between two offsets of another queue. */
    public void append(ByteQueue source, int from, int to) {
        append(source.bytes, source.start + from, to - from);
    }

    /** Reads what is there, at most as much as fits; -1 at the end of the stream. */
    public int readFrom(ReadableByteChannel channel) throws IOException {
        reserve(Math.max(1, USUAL_CAPACITY / 2));
        view.limit(bytes.length).position(end);
        try {
            int count = channel.read(view);
            if (count > 0) {
                end += count;
            }
            return count;
        } finally {
            view.clear();
        }
    }

    /** Writes as much as the channel takes, at most {@code limit} bytes. */
    public int writeTo(WritableByteChannel channel, int limit) throws IOException {
        view.limit(start + Math.min(limit, size())).position(start);
        int count;
        try {
            count = channel.write(view);
        } finally {
            view.clear();
        }
        skip(count);
        return count;
    }

    /** A look at the first bytes, at most {@code limit} of them; they stay. */
    public ByteBuffer peek(int limit) {
        return ByteBuffer.wrap(bytes, start, Math.min(limit, size()));
    }

    /** Makes room for that many bytes more. */
    public void reserve(int room) {
        if (bytes.length - end >= room) {
            return;
        }
        int size = size();
        if (bytes.length - size >= room && start >= bytes.length / 2) {
            System.arraycopy(bytes, start, bytes, 0, size);
        } else {
            byte[] larger = new byte[Math.max(bytes.length * 2, Math.addExact(size, room))];
            System.arraycopy(bytes, start, larger, 0, size);
            use(larger);
        }
        start = 0;
        end = size;
    }

    private void use(byte[] replacement) {
        bytes = replacement;
        view = ByteBuffer.wrap(replacement);
    }
}
