package com.scrapersky.session.testkit.internal.admin;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a pooler's admin database, which trusts its user. It speaks the simple query protocol by itself:
 * pgjdbc from 42.7.5 on cannot log in there, because its first statement after the login is one that the console does
 * not know. Not thread-safe.
 */
public final class AdminConsole implements AutoCloseable {

    private static final int PROTOCOL_3_0 = 196_608;
    private static final int CONNECT_LIMIT_MILLIS = 5_000;
    private static final int LARGEST_MESSAGE = 1 << 24;

    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;

    private AdminConsole(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        this.out = new DataOutputStream(socket.getOutputStream());
    }

    /** Connects as {@code user}; a read that takes longer than {@code limit} fails. */
    public static AdminConsole connect(String host, int port, String user, String database, Duration limit)
            throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(host, port), CONNECT_LIMIT_MILLIS);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(Math.toIntExact(limit.toMillis()));
            AdminConsole console = new AdminConsole(socket);
            console.logIn(user, database);
            return console;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private void logIn(String user, String database) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        DataOutputStream data = new DataOutputStream(body);
        data.writeInt(PROTOCOL_3_0);
        for (String text : List.of("user", user, "database", database)) {
            data.write(text.getBytes(StandardCharsets.UTF_8));
            data.writeByte(0);
        }
        data.writeByte(0);
        send(null, body.toByteArray());
        readUntilReady();
    }

    /** Runs one command and gives its rows, each by column name in column order; none for a command without a result. */
    public List<Map<String, @Nullable String>> run(String command) throws IOException {
        byte[] text = command.getBytes(StandardCharsets.UTF_8);
        byte[] body = new byte[text.length + 1];
        System.arraycopy(text, 0, body, 0, text.length);
        send('Q', body);
        return readUntilReady();
    }

    private void send(@Nullable Character type, byte[] body) throws IOException {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        DataOutputStream data = new DataOutputStream(message);
        if (type != null) {
            data.writeByte(type);
        }
        data.writeInt(body.length + 4);
        data.write(body);
        out.write(message.toByteArray());
        out.flush();
    }

    private List<Map<String, @Nullable String>> readUntilReady() throws IOException {
        List<Map<String, @Nullable String>> rows = new ArrayList<>();
        List<String> columns = List.of();
        String error = null;
        while (true) {
            byte type;
            try {
                type = in.readByte();
            } catch (EOFException e) {
                throw new IOException(error == null ? "the pooler closed the connection" : error, e);
            }
            int length = in.readInt() - 4;
            if (length < 0 || length > LARGEST_MESSAGE) {
                throw new IOException("not a PostgreSQL protocol message: length " + length);
            }
            ByteBuffer body = ByteBuffer.wrap(in.readNBytes(length));
            switch (type) {
                case 'R' -> requireTrust(body.getInt());
                case 'T' -> columns = columns(body);
                case 'D' -> rows.add(row(columns, body));
                case 'E' -> error = errorText(body);
                case 'Z' -> {
                    if (error != null) {
                        throw new IOException(error);
                    }
                    return rows;
                }
                default -> {
                    // Parameter statuses, notices and completions say nothing that the caller asked for.
                }
            }
        }
    }

    private static void requireTrust(int authentication) throws IOException {
        if (authentication != 0) {
            throw new IOException("the admin console asks for a password (authentication request " + authentication
                    + "), but its user should be trusted");
        }
    }

    private static List<String> columns(ByteBuffer body) {
        List<String> names = new ArrayList<>();
        int count = body.getShort();
        for (int i = 0; i < count; i++) {
            names.add(text(body));
            // Table, column, type, size, modifier and format of the column.
            body.position(body.position() + 18);
        }
        return names;
    }

    private static Map<String, @Nullable String> row(List<String> columns, ByteBuffer body) {
        Map<String, @Nullable String> row = new LinkedHashMap<>();
        int count = body.getShort();
        for (int i = 0; i < count; i++) {
            int length = body.getInt();
            row.put(columns.get(i), length < 0 ? null : text(body, length));
        }
        return Collections.unmodifiableMap(row);
    }

    private static String errorText(ByteBuffer body) {
        String code = "";
        String message = "";
        for (byte field = body.get(); field != 0; field = body.get()) {
            String value = text(body);
            if (field == 'C') {
                code = value;
            } else if (field == 'M') {
                message = value;
            }
        }
        return message + " (SQLSTATE " + code + ")";
    }

    private static String text(ByteBuffer body) {
        int end = body.position();
        while (body.get(end) != 0) {
            end++;
        }
        String text = text(body, end - body.position());
        body.get();
        return text;
    }

    private static String text(ByteBuffer body, int length) {
        byte[] bytes = new byte[length];
        body.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
