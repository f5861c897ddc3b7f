package com.scrapersky.session.internal.pooler;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Begins a login with a startup parameter that nobody knows and a value of {@code replication} that nobody takes, and looks at
 * the first answer. PgBouncer refuses the parameter at once, before it looks for the user ({@code decide_startup_pool} in its
 * {@code client.c}); Odyssey the value, and puts its own name in front of that as of all its errors ({@code
 * od_frontend_error}; seen on 1.5). No password is sent and no login is attempted, so nothing counts as a failed one. Names of
 * user and database are made up, so that it tells nobody anything: where TLS is offered it is used, and the certificate does
 * not matter.
 */
final class StartupProbe {

    private static final int PROTOCOL_3_0 = 3 << 16;
    /** Of an SSLRequest, as the protocol has it. */
    private static final int TLS = 80877103;

    private static final int TIMEOUT_MILLISECONDS = 2000;
    private static final int LONGEST_ERROR = 8192;
    private static final String MADE_UP = "sky_session_probe";

    private StartupProbe() {}

    /** The text of the refusal, or null where the login went on or no answer came. */
    static @Nullable String refusal(Destination destination) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(destination.host(), destination.port()), TIMEOUT_MILLISECONDS);
            socket.setSoTimeout(TIMEOUT_MILLISECONDS);
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            out.writeLong((8L << 32) | TLS);
            if (new DataInputStream(socket.getInputStream()).readByte() != 'S') {
                return destination.tlsEnforced() ? null : answer(socket);
            }
            try (SSLSocket encrypted = (SSLSocket) unverified()
                    .getSocketFactory()
                    .createSocket(socket, destination.host(), destination.port(), true)) {
                return answer(encrypted);
            }
        } catch (IOException unanswered) {
            // This look is one piece of evidence among others; without it the pooler stays unnamed.
            return null;
        }
    }

    private static @Nullable String answer(Socket socket) throws IOException {
        new DataOutputStream(socket.getOutputStream()).write(startupMessage());
        DataInputStream in = new DataInputStream(socket.getInputStream());
        if (in.readByte() != 'E') {
            return null;
        }
        int length = in.readInt() - 4;
        return length < 0 || length > LONGEST_ERROR ? null : new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    private static byte[] startupMessage() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream body = new DataOutputStream(bytes);
        body.writeInt(PROTOCOL_3_0);
        for (String word :
                new String[] {"user", MADE_UP, "database", MADE_UP, MADE_UP, "1", "replication", MADE_UP, ""}) {
            body.write(word.getBytes(StandardCharsets.UTF_8));
            body.writeByte(0);
        }
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        DataOutputStream head = new DataOutputStream(message);
        head.writeInt(bytes.size() + 4);
        bytes.writeTo(head);
        return message.toByteArray();
    }

    private static SSLContext unverified() throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Everybody()}, new SecureRandom());
            return context;
        } catch (GeneralSecurityException missing) {
            throw new IOException(missing);
        }
    }

    /** Takes any certificate: nothing is told that anybody may not know. */
    private static final class Everybody extends X509ExtendedTrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authentication) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authentication) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authentication, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authentication, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authentication, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authentication, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
