package com.scrapersky.benchmarks.fake;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One backend: takes PostgreSQL's protocol, answers by the text alone. As cheap as it can be, since its work counts for
 * everybody's: an answer is copied, never made. Used by one thread at a time, as the connection is.
 */
final class FakeBackend {

    private static final byte[] PARSED = Answer.message('1', out -> {});
    private static final byte[] BOUND = Answer.message('2', out -> {});
    private static final byte[] CLOSED = Answer.message('3', out -> {});
    private static final byte[] READY = Answer.message('Z', out -> out.writeByte('I'));
    private static final byte[] READY_IN_TRANSACTION = Answer.message('Z', out -> out.writeByte('T'));
    private static final byte[] PARAMETERS = Answer.message('t', out -> out.writeShort(0));

    private static final Answers ANSWERS = new Answers();

    private boolean started;

    /** What came of a message so far, where a write ended in its middle. */
    private byte[] partial = new byte[0];

    private byte[] out = new byte[32 * 1024];
    private int readFrom;
    private int readTo;

    private byte[] ready = READY;
    private @Nullable Answer unnamed;
    private @Nullable Answer bound;
    private final Map<String, Answer> named = new HashMap<>();

    int available() {
        return readTo - readFrom;
    }

    int read(byte[] to, int offset, int length) {
        int count = Math.min(length, readTo - readFrom);
        System.arraycopy(out, readFrom, to, offset, count);
        readFrom += count;
        if (readFrom == readTo) {
            readFrom = 0;
            readTo = 0;
        }
        return count;
    }

    void write(byte[] from, int offset, int length) {
        if (partial.length > 0) {
            byte[] joined = Arrays.copyOf(partial, partial.length + length);
            System.arraycopy(from, offset, joined, partial.length, length);
            partial = new byte[0];
            take(joined, 0, joined.length);
        } else {
            take(from, offset, offset + length);
        }
    }

    private void take(byte[] buffer, int from, int to) {
        int at = from;
        while (at < to) {
            int header = started ? 1 : 0;
            if (to - at < header + 4 || to - at < header + number(buffer, at + header)) {
                partial = Arrays.copyOfRange(buffer, at, to);
                return;
            }
            int end = at + header + number(buffer, at + header);
            if (started) {
                message(buffer, at, end);
            } else {
                start(buffer, at + 8, end);
            }
            at = end;
        }
    }

    private static int number(byte[] buffer, int at) {
        return (buffer[at] & 0xff) << 24
                | (buffer[at + 1] & 0xff) << 16
                | (buffer[at + 2] & 0xff) << 8
                | (buffer[at + 3] & 0xff);
    }

    private void message(byte[] buffer, int at, int end) {
        int content = at + 5;
        switch (buffer[at]) {
            case 'P' -> {
                int name = zero(buffer, content);
                Answer answer = ANSWERS.to(buffer, name + 1, zero(buffer, name + 1));
                if (name == content) {
                    unnamed = answer;
                } else {
                    named.put(new String(buffer, content, name - content, UTF_8), answer);
                }
                say(PARSED);
            }
            case 'B' -> {
                int statement = zero(buffer, content) + 1;
                bound = statement(buffer, statement);
                say(BOUND);
            }
            case 'D' -> {
                if (buffer[content] == 'S') {
                    say(PARAMETERS);
                    say(statement(buffer, content + 1).description());
                } else {
                    say(known(bound).description());
                }
            }
            case 'E' -> execute(known(bound));
            case 'C' -> say(CLOSED);
            case 'S' -> say(ready);
            case 'Q' -> {
                Answer answer = ANSWERS.to(buffer, content, end - 1);
                if (answer.description()[0] == 'T') {
                    say(answer.description());
                }
                execute(answer);
                say(ready);
            }
            case 'H', 'X' -> {
                // Flush: everything is said at once anyway. Terminate: there is nobody to tell.
            }
            default -> throw new IllegalStateException("the fake server does not know message " + (char) buffer[at]);
        }
    }

    private void execute(Answer answer) {
        say(answer.rows());
        switch (answer.transaction()) {
            case BEGINS -> ready = READY_IN_TRANSACTION;
            case ENDS -> ready = READY;
            case GOES_ON -> {
                // As it was.
            }
        }
    }

    private Answer statement(byte[] buffer, int name) {
        int end = zero(buffer, name);
        return known(end == name ? unnamed : named.get(new String(buffer, name, end - name, UTF_8)));
    }

    private static Answer known(@Nullable Answer answer) {
        if (answer == null) {
            throw new IllegalStateException("the client uses a statement that it has not parsed");
        }
        return answer;
    }

    private static int zero(byte[] buffer, int from) {
        int at = from;
        while (buffer[at] != 0) {
            at++;
        }
        return at;
    }

    private void say(byte[] bytes) {
        if (out.length - readTo < bytes.length) {
            out = Arrays.copyOf(out, 2 * (out.length + bytes.length));
        }
        System.arraycopy(bytes, 0, out, readTo, bytes.length);
        readTo += bytes.length;
    }

    /** Takes the startup packet, and tells the client that it got what it asked for. */
    private void start(byte[] buffer, int from, int to) {
        started = true;
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(Answer.message('R', out -> out.writeInt(0)));
        Map<String, String> status = new HashMap<>(Map.of(
                "server_version", "18.6",
                "server_encoding", "UTF8",
                "client_encoding", "UTF8",
                "DateStyle", "ISO, MDY",
                "integer_datetimes", "on",
                "IntervalStyle", "postgres",
                "standard_conforming_strings", "on"));
        int at = from;
        while (at < to && buffer[at] != 0) {
            int name = zero(buffer, at);
            int value = zero(buffer, name + 1);
            String key = new String(buffer, at, name - at, UTF_8);
            if (key.equals("TimeZone") || key.equals("application_name")) {
                status.put(key, new String(buffer, name + 1, value - name - 1, UTF_8));
            }
            at = value + 1;
        }
        status.forEach((name, value) -> all.writeBytes(Answer.message('S', out -> {
            Answer.string(out, name);
            Answer.string(out, value);
        })));
        all.writeBytes(Answer.message('K', out -> {
            out.writeInt(4711);
            out.writeInt(1);
        }));
        all.writeBytes(READY);
        say(all.toByteArray());
    }
}
