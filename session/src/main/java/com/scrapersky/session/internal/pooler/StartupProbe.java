package com.scrapersky.session.internal.pooler;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Begins a login with a startup parameter that nobody knows, and looks at the first answer. PgBouncer refuses it at once,
 * before it asks for a password ({@code decide_startup_pool} in its {@code client.c}); PostgreSQL asks for the password
 * first. No password is sent and no login is attempted, so nothing counts as a failed one.
 */
final class StartupProbe {

    private static final int PROTOCOL_3_0 = 3 << 16;
    private static final int TIMEOUT_MILLISECONDS = 2000;
    private static final int LONGEST_ERROR = 8192;

    private StartupProbe() {}

    /** The text of the refusal, or null where the login went on or no answer came. */
    static @Nullable String refusal(Destination destination) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(destination.host(), destination.port()), TIMEOUT_MILLISECONDS);
            socket.setSoTimeout(TIMEOUT_MILLISECONDS);
            new DataOutputStream(socket.getOutputStream()).write(startupMessage(destination));
            DataInputStream in = new DataInputStream(socket.getInputStream());
            if (in.readByte() != 'E') {
                return null;
            }
            int length = in.readInt() - 4;
            return length < 0 || length > LONGEST_ERROR
                    ? null
                    : new String(in.readNBytes(length), StandardCharsets.UTF_8);
        } catch (IOException unanswered) {
            // This look is one piece of evidence among others; without it the pooler stays unnamed.
            return null;
        }
    }

    private static byte[] startupMessage(Destination destination) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream body = new DataOutputStream(bytes);
        body.writeInt(PROTOCOL_3_0);
        for (String word : new String[] {
            "user", destination.user(), "database", destination.database(), "sky_session_probe", "1", ""
        }) {
            body.write(word.getBytes(StandardCharsets.UTF_8));
            body.writeByte(0);
        }
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        DataOutputStream head = new DataOutputStream(message);
        head.writeInt(bytes.size() + 4);
        bytes.writeTo(head);
        return message.toByteArray();
    }
}
