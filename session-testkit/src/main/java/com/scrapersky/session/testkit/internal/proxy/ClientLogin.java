package com.scrapersky.session.testkit.internal.proxy;

import com.scrapersky.session.testkit.internal.protocol.ByteQueue;
import com.scrapersky.session.testkit.internal.protocol.ErrorResponse;
import com.scrapersky.session.testkit.internal.protocol.Message;
import com.scrapersky.session.testkit.internal.protocol.Messages;
import com.scrapersky.session.testkit.internal.protocol.ScramServer;
import com.scrapersky.session.testkit.internal.protocol.StartupPacket;
import com.scrapersky.session.testkit.internal.proxy.Etiquette.Admission;
import com.scrapersky.session.testkit.internal.proxy.Etiquette.Refusal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/** The beginning of a client's connection: encryption requests, the startup packet, the password, the greeting. */
final class ClientLogin {

    private static final int MAXIMUM_STARTUP = 10_000;
    /** The letters "GET ", read as the length of a startup packet. */
    private static final int HTTP_GET = 0x47455420;

    private static final String HTTP_ANSWER = "HTTP/1.1 204 OK\r\nx-app-version: 2.9.7\r\n\r\n";

    private final Proxy proxy;
    private final ClientConnection client;
    private @Nullable Admission admission;
    private @Nullable ScramServer scram;
    private @Nullable BackendPool pool;
    private boolean proofExpected;
    private boolean busy;

    ClientLogin(Proxy proxy, ClientConnection client) {
        this.proxy = proxy;
        this.client = client;
    }

    void received(ByteQueue in) throws IOException {
        while (client.isOpen() && !busy && !in.isEmpty()) {
            if (admission == null) {
                if (in.size() < 2 * Integer.BYTES) {
                    return;
                }
                int size = in.int32At(0);
                if (size == HTTP_GET && proxy.etiquette().answersHttp()) {
                    client.deliver(HTTP_ANSWER.getBytes(StandardCharsets.US_ASCII));
                    client.closeAfterFlush();
                    return;
                }
                if (size < 2 * Integer.BYTES || size > MAXIMUM_STARTUP) {
                    client.fail(ErrorResponse.protocolViolation("invalid length of startup packet"));
                    return;
                }
                if (in.size() < size) {
                    return;
                }
                first(in, in.int32At(Integer.BYTES));
                in.skip(Math.min(size, in.size()));
            } else {
                if (in.size() < Message.HEADER || in.size() < in.int32At(1) + 1) {
                    return;
                }
                Message answer = new Message(in).at(in.byteAt(0), in.int32At(1) + 1);
                password(answer, admission);
                in.skip(answer.size());
            }
        }
    }

    private void first(ByteQueue in, int code) throws IOException {
        client.asked();
        switch (code) {
            case Messages.SSL_REQUEST -> encrypt();
            case Messages.GSS_ENCRYPTION_REQUEST -> {
                client.answered();
                client.deliver(new byte[] {'N'});
            }
            case Messages.CANCEL_REQUEST -> cancel(in);
            default -> startup(StartupPacket.read(in));
        }
    }

    private void encrypt() throws IOException {
        SSLContext tls = proxy.options().tls();
        client.answered();
        if (tls == null || client.isEncrypted()) {
            client.deliver(new byte[] {'N'});
        } else {
            SSLEngine engine = tls.createSSLEngine();
            engine.setUseClientMode(false);
            client.sayInTheClear((byte) 'S');
            client.startTls(engine);
        }
    }

    private void cancel(ByteQueue in) {
        busy = true;
        ClientConnection target = proxy.clientOf(in.int32At(2 * Integer.BYTES));
        BackendConnection backend = target == null ? null : target.backendToCancel(in.int32At(3 * Integer.BYTES));
        if (backend == null) {
            client.close();
        } else {
            CancelConnection.open(proxy, backend, client);
        }
    }

    private void startup(StartupPacket startup) {
        if (startup.majorVersion() < 3) {
            client.fail(ErrorResponse.protocolViolation("old V2 protocol not supported"));
            return;
        }
        ErrorResponse closed = proxy.faults().refusal();
        if (closed != null) {
            client.fail(closed);
            return;
        }
        if (proxy.options().requireTls() && !client.isEncrypted()) {
            client.fail(proxy.etiquette().tlsRequired(startup.user()));
            return;
        }
        if (proxy.clientCount() > proxy.options().maximumClients()) {
            client.fail(proxy.etiquette().tooManyClients(proxy.options().maximumClients()));
            return;
        }
        try {
            Admission admitted = proxy.etiquette().admit(startup, address());
            admission = admitted;
            if (startup.minorVersion() > 0 || !startup.protocolOptions().isEmpty()) {
                client.deliver(Messages.negotiateProtocolVersion(startup.protocolOptions()));
            }
            if (admitted.asksPassword()) {
                scram = new ScramServer(proxy.passwords().verifier(admitted.user()));
                client.answered();
                client.deliver(Messages.authentication(Messages.AUTHENTICATION_SASL, ScramServer.mechanisms()));
            } else {
                enter(admitted);
            }
        } catch (Refusal refusal) {
            refuse(refusal);
        }
    }

    private void password(Message answer, Admission admitted) {
        ScramServer exchange = scram;
        if (exchange == null || answer.type() != 'p') {
            client.fail(ErrorResponse.protocolViolation("broken login"));
            return;
        }
        client.asked();
        byte[] reply = proofExpected ? exchange.last(answer) : exchange.first(answer);
        if (reply == null) {
            refuse(proxy.etiquette().wrongPassword(admitted, address()));
        } else if (proofExpected) {
            client.deliver(Messages.authentication(Messages.AUTHENTICATION_SASL_FINAL, reply));
            enter(admitted);
        } else {
            proofExpected = true;
            client.answered();
            client.deliver(Messages.authentication(Messages.AUTHENTICATION_SASL_CONTINUE, reply));
        }
    }

    private void refuse(Refusal refusal) {
        busy = true;
        if (refusal.after().isZero()) {
            client.fail(refusal.error());
        } else {
            proxy.loop().after(refusal.after(), () -> client.fail(refusal.error()));
        }
    }

    private void enter(Admission admitted) {
        BackendPool backends = proxy.pool(admitted.pool());
        pool = backends;
        busy = true;
        ErrorResponse full = proxy.etiquette()
                .sessionsFull(proxy.clientsIn(backends), proxy.options().poolSize());
        if (full != null) {
            client.fail(full);
            return;
        }
        client.joined(backends);
        proxy.etiquette().admitted(admitted);
        if (backends.welcome().isEmpty()) {
            backends.awaitWelcome(client);
        } else {
            welcomed();
        }
    }

    /** What the server says of itself is known, so the client can be greeted. */
    void welcomed() {
        Admission admitted = admission;
        BackendPool backends = pool;
        if (admitted == null || backends == null) {
            return;
        }
        client.deliver(Messages.authenticationOk());
        proxy.etiquette()
                .greeting(admitted, backends.welcome())
                .forEach((name, value) -> client.deliver(Messages.parameterStatus(name, value)));
        int pid = proxy.register(client);
        int secret = proxy.inventSecret();
        client.loggedIn(admitted, pid, secret);
        client.answered();
        client.deliver(Messages.backendKeyData(pid, secret));
        client.deliver(Messages.readyForQuery('I'));
    }

    private String address() {
        return client.remoteAddress();
    }
}
