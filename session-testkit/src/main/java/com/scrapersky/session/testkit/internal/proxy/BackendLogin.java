package com.scrapersky.session.testkit.internal.proxy;

import com.scrapersky.session.testkit.internal.protocol.ErrorResponse;
import com.scrapersky.session.testkit.internal.protocol.Md5Password;
import com.scrapersky.session.testkit.internal.protocol.Message;
import com.scrapersky.session.testkit.internal.protocol.Messages;
import com.scrapersky.session.testkit.internal.protocol.ScramClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** The pooler's own login at the server. */
final class BackendLogin {

    private final BackendConnection backend;
    private final PoolKey key;
    private final String password;
    private final ScramClient scram;
    private int pid;
    private byte[] secret = new byte[0];

    BackendLogin(BackendConnection backend, Map<String, String> users, PoolKey key) {
        this.backend = backend;
        this.key = key;
        password = users.getOrDefault(key.user(), "");
        scram = new ScramClient(password);
    }

    void begin() {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("user", key.user());
        parameters.put("database", key.database());
        parameters.putAll(key.startupParameters());
        backend.send(Messages.startup(parameters));
    }

    void received(Message message) throws IOException {
        switch (message.type()) {
            case 'R' -> authenticate(message);
            case 'S' -> backend.reportedAtLogin(message.text(0), message.text(message.afterText(0)));
            case 'K' -> {
                pid = message.int32At(0);
                secret = message.rest(Integer.BYTES);
            }
            case 'E' -> {
                backend.loginFailed(OpenFailure.answered(ErrorResponse.read(message)));
            }
            case 'Z' -> backend.loggedIn(pid, secret);
            default -> {
                // A notice, or the negotiation of a protocol version that is not needed here.
            }
        }
    }

    private void authenticate(Message message) throws IOException {
        byte[] data = message.rest(Integer.BYTES);
        switch (message.int32At(0)) {
            case Messages.AUTHENTICATION_OK -> {
                // Nothing to do: the server goes on by itself.
            }
            case Messages.AUTHENTICATION_CLEARTEXT ->
                backend.send(Messages.password((password + "\0").getBytes(StandardCharsets.UTF_8)));
            case Messages.AUTHENTICATION_MD5 ->
                backend.send(Messages.password(Md5Password.answer(key.user(), password, data)));
            case Messages.AUTHENTICATION_SASL -> backend.send(scram.first());
            case Messages.AUTHENTICATION_SASL_CONTINUE -> backend.send(scram.last(data));
            case Messages.AUTHENTICATION_SASL_FINAL -> scram.verify(data);
            default ->
                throw new IOException("the server asks for a way to log in which the pooler does not know; use"
                        + " scram-sha-256, md5, password or trust for it");
        }
    }
}
