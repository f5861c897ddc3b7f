package com.scrapersky.session.testkit.proxy;

import com.scrapersky.session.testkit.PostgresEndpoint;
import com.scrapersky.session.testkit.internal.protocol.MessageWriter;
import com.scrapersky.session.testkit.internal.protocol.Messages;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A client that speaks the bare protocol to a pooler which asks for no password: for what pgjdbc never sends. */
final class Wire implements AutoCloseable {

    private final Socket socket;
    private final DataInputStream in;
    final List<String> greeting = new ArrayList<>();

    private Wire(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(10_000);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
    }

    static Wire open(PostgresEndpoint endpoint, Map<String, String> parameters) throws IOException {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("user", endpoint.user());
        all.put("database", endpoint.database());
        all.putAll(parameters);
        Wire wire = raw(endpoint);
        wire.send(Messages.startup(all));
        wire.greeting.addAll(wire.untilReady());
        return wire;
    }

    static Wire open(PostgresEndpoint endpoint) throws IOException {
        return open(endpoint, Map.of());
    }

    /** Connected, and nothing said yet. */
    static Wire raw(PostgresEndpoint endpoint) throws IOException {
        return new Wire(new Socket(endpoint.host(), endpoint.port()));
    }

    /** Sends all of it as one segment. */
    void send(byte[]... messages) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] message : messages) {
            all.writeBytes(message);
        }
        socket.getOutputStream().write(all.toByteArray());
    }

    /** Reads up to a ReadyForQuery or the end: {@code Z:I}, {@code E:FATAL:08P01:text}, {@code D:value}, {@code EOF}. */
    List<String> untilReady() throws IOException {
        return until('Z');
    }

    List<String> until(char last) throws IOException {
        List<String> seen = new ArrayList<>();
        String next;
        do {
            next = next();
            seen.add(next);
        } while (!next.equals("EOF") && next.charAt(0) != last);
        return seen;
    }

    String next() throws IOException {
        try {
            char type = (char) in.readUnsignedByte();
            byte[] body = new byte[in.readInt() - 4];
            in.readFully(body);
            return switch (type) {
                case 'E', 'N' -> type + ":" + field(body, 'S') + ":" + field(body, 'C') + ":" + field(body, 'M');
                case 'Z' -> "Z:" + (char) body[0];
                case 'D' ->
                    "D:" + (body.length > 6 ? new String(body, 6, body.length - 6, StandardCharsets.UTF_8) : "");
                case 'S', 'C' ->
                    type + ":"
                            + new String(body, StandardCharsets.UTF_8)
                                    .replace("\0", " ")
                                    .strip();
                default -> String.valueOf(type);
            };
        } catch (EOFException | SocketException e) {
            return "EOF";
        }
    }

    /** For a pooler that is known not to answer. */
    void waitNoLongerThan(Duration patience) throws IOException {
        socket.setSoTimeout((int) patience.toMillis());
    }

    byte[] readRaw(int count) throws IOException {
        return in.readNBytes(count);
    }

    private static String field(byte[] body, char wanted) {
        for (String field : new String(body, StandardCharsets.UTF_8).split("\0")) {
            if (!field.isEmpty() && field.charAt(0) == wanted) {
                return field.substring(1);
            }
        }
        return "";
    }

    static byte[] query(String sql) {
        return Messages.query(sql);
    }

    static byte[] parse(String name, String sql) {
        return MessageWriter.of('P').text(name).text(sql).int16(0).toBytes();
    }

    static byte[] bind(String portal, String statement) {
        return MessageWriter.of('B')
                .text(portal)
                .text(statement)
                .int16(0)
                .int16(0)
                .int16(0)
                .toBytes();
    }

    static byte[] execute() {
        return MessageWriter.of('E').text("").int32(0).toBytes();
    }

    static byte[] describe(char kind, String name) {
        return MessageWriter.of('D').int8(kind).text(name).toBytes();
    }

    static byte[] close(char kind, String name) {
        return Messages.close(kind, name);
    }

    static byte[] sync() {
        return Messages.SYNC;
    }

    static byte[] flush() {
        return MessageWriter.of('H').toBytes();
    }

    static byte[] copyData(String data) {
        return MessageWriter.of('d').raw(data.getBytes(StandardCharsets.UTF_8)).toBytes();
    }

    static byte[] copyDone() {
        return MessageWriter.of('c').toBytes();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
