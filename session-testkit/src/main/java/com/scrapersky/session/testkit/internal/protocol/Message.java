package com.scrapersky.session.testkit.internal.protocol;

/**
 * A complete message at the head of a queue: its type byte, its length, its fields. A view, valid until the queue changes;
 * one instance is used again for the next message, because a proxy that allocates for every message is slow.
 */
public final class Message {

    /** The type byte and the length. */
    public static final int HEADER = 5;

    private final ByteQueue queue;
    private byte type;
    private int size;

    public Message(ByteQueue queue) {
        this.queue = queue;
    }

    /** Looks at the message at the head of the queue, whose header has been checked to be there in full. */
    public Message at(byte type, int size) {
        this.type = type;
        this.size = size;
        return this;
    }

    public byte type() {
        return type;
    }

    /** The whole message in bytes, its type and length included. */
    public int size() {
        return size;
    }

    public ByteQueue queue() {
        return queue;
    }

    public byte byteAt(int offset) {
        return queue.byteAt(HEADER + offset);
    }

    public int int32At(int offset) {
        return queue.int32At(HEADER + offset);
    }

    public int int16At(int offset) {
        return queue.int16At(HEADER + offset);
    }

    /** So many bytes of the body. */
    public byte[] bytes(int offset, int length) {
        return queue.copy(HEADER + offset, HEADER + offset + length);
    }

    /** The zero-terminated text which begins at this offset of the body. */
    public String text(int offset) {
        return queue.text(HEADER + offset, queue.zeroAt(HEADER + offset, size));
    }

    /** The offset, within the body, behind the zero-terminated text which begins at {@code offset}. */
    public int afterText(int offset) {
        return queue.zeroAt(HEADER + offset, size) + 1 - HEADER;
    }

    public boolean isEmptyText(int offset) {
        return queue.byteAt(HEADER + offset) == 0;
    }

    /** The body from this offset to the end. */
    public byte[] rest(int offset) {
        return queue.copy(HEADER + offset, size);
    }

    /** The whole message. */
    public byte[] toBytes() {
        return queue.copy(0, size);
    }
}
