package com.scrapersky.session.testkit.internal.protocol;

import java.util.Arrays;
import java.util.Map;

/** The messages that a pooler writes itself. */
public final class Messages {

    public static final int PROTOCOL_3_0 = 196608;
    public static final int SSL_REQUEST = 80877103;
    public static final int GSS_ENCRYPTION_REQUEST = 80877104;
    public static final int CANCEL_REQUEST = 80877102;

    public static final int AUTHENTICATION_OK = 0;
    public static final int AUTHENTICATION_CLEARTEXT = 3;
    public static final int AUTHENTICATION_MD5 = 5;
    public static final int AUTHENTICATION_SASL = 10;
    public static final int AUTHENTICATION_SASL_CONTINUE = 11;
    public static final int AUTHENTICATION_SASL_FINAL = 12;

    public static final byte[] PARSE_COMPLETE = MessageWriter.of('1').toBytes();
    public static final byte[] CLOSE_COMPLETE = MessageWriter.of('3').toBytes();
    public static final byte[] SYNC = MessageWriter.of('S').toBytes();
    public static final byte[] TERMINATE = MessageWriter.of('X').toBytes();

    private Messages() {}

    public static byte[] authentication(int kind, byte[] data) {
        return MessageWriter.of('R').int32(kind).raw(data).toBytes();
    }

    public static byte[] authenticationOk() {
        return authentication(AUTHENTICATION_OK, new byte[0]);
    }

    public static byte[] parameterStatus(String name, String value) {
        return MessageWriter.of('S').text(name).text(value).toBytes();
    }

    public static byte[] backendKeyData(int pid, int secret) {
        return MessageWriter.of('K').int32(pid).int32(secret).toBytes();
    }

    public static byte[] readyForQuery(char status) {
        return MessageWriter.of('Z').int8(status).toBytes();
    }

    public static byte[] query(String sql) {
        return MessageWriter.of('Q').text(sql).toBytes();
    }

    public static byte[] password(byte[] data) {
        return MessageWriter.of('p').raw(data).toBytes();
    }

    public static byte[] close(char kind, String name) {
        return MessageWriter.of('C').int8(kind).text(name).toBytes();
    }

    public static byte[] sslRequest() {
        return MessageWriter.untyped().int32(SSL_REQUEST).toBytes();
    }

    public static byte[] cancelRequest(int pid, byte[] secret) {
        return MessageWriter.untyped()
                .int32(CANCEL_REQUEST)
                .int32(pid)
                .raw(secret)
                .toBytes();
    }

    /** Says that only protocol 3.0 is spoken, and none of the options which the client asked for. */
    public static byte[] negotiateProtocolVersion(Iterable<String> refusedOptions) {
        MessageWriter options = MessageWriter.untyped();
        int count = 0;
        for (String option : refusedOptions) {
            options.text(option);
            count++;
        }
        byte[] names = options.toBytes();
        return MessageWriter.of('v')
                .int32(PROTOCOL_3_0)
                .int32(count)
                .raw(Arrays.copyOfRange(names, Integer.BYTES, names.length))
                .toBytes();
    }

    public static byte[] startup(Map<String, String> parameters) {
        MessageWriter writer = MessageWriter.untyped().int32(PROTOCOL_3_0);
        parameters.forEach((name, value) -> writer.text(name).text(value));
        return writer.int8(0).toBytes();
    }
}
