package com.scrapersky.session.testkit.internal.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Builds one message, field by field; the length is filled in at the end. */
public final class MessageWriter {

    private final int lengthAt;
    private byte[] bytes = new byte[64];
    private int size;

    private MessageWriter(int lengthAt) {
        this.lengthAt = lengthAt;
        this.size = lengthAt + Integer.BYTES;
    }

    public static MessageWriter of(char type) {
        MessageWriter writer = new MessageWriter(1);
        writer.bytes[0] = (byte) type;
        return writer;
    }

    /** A message of the start of a connection, which has no type byte. */
    public static MessageWriter untyped() {
        return new MessageWriter(0);
    }

    public MessageWriter int8(int value) {
        room(1);
        bytes[size++] = (byte) value;
        return this;
    }

    public MessageWriter int16(int value) {
        return int8(value >>> 8).int8(value);
    }

    public MessageWriter int32(int value) {
        return int16(value >>> 16).int16(value);
    }

    public MessageWriter text(String value) {
        return raw(value.getBytes(StandardCharsets.UTF_8)).int8(0);
    }

    public MessageWriter raw(byte[] value) {
        room(value.length);
        System.arraycopy(value, 0, bytes, size, value.length);
        size += value.length;
        return this;
    }

    public byte[] toBytes() {
        return toBytesClaiming(size - lengthAt);
    }

    /** The message with a length of the caller's choice: Supavisor sends such a Bind for a named portal. */
    public byte[] toBytesClaiming(int length) {
        byte[] message = Arrays.copyOf(bytes, size);
        ByteBuffer.wrap(message).putInt(lengthAt, length);
        return message;
    }

    private void room(int count) {
        if (bytes.length - size < count) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + count));
        }
    }
}
