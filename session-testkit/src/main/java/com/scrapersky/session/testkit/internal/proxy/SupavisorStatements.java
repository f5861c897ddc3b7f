package com.scrapersky.session.testkit.internal.proxy;

import com.scrapersky.session.testkit.internal.protocol.ErrorResponse;
import com.scrapersky.session.testkit.internal.protocol.Message;
import com.scrapersky.session.testkit.internal.protocol.MessageWriter;
import com.scrapersky.session.testkit.internal.protocol.Messages;
import com.scrapersky.session.testkit.internal.proxy.SupavisorAnswers.Action;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Named statements as Supavisor carries them with its flag {@code named_prepared_statements}, defects included: they are what
 * a client has to survive. Source: {@code lib/supavisor/protocol/prepared_statements.ex}.
 */
final class SupavisorStatements implements Statements {

    private static final int MAXIMUM_STATEMENTS = 100;
    private static final int MAXIMUM_BYTES = 1_000_000;
    private static final Pattern SQL_LEVEL = Pattern.compile(
            "(?:^|;)\\s*(?:prepare(?!\\s+transaction\\b)|execute|deallocate)\\b", Pattern.CASE_INSENSITIVE);

    private final ClientConnection client;
    private final int backendMaximum;
    private final Map<String, NamedStatement> statements = new HashMap<>();
    private int bytes;

    SupavisorStatements(ClientConnection client, int backendMaximum) {
        this.client = client;
        this.backendMaximum = backendMaximum;
    }

    @Override
    public void forward(Message message, BackendConnection backend) {
        switch (message.type()) {
            case 'P' -> parse(message, backend);
            case 'B' -> bind(message, backend);
            case 'D' -> describe(message, backend);
            case 'C' -> close(message, backend);
            case 'Q' -> query(message, backend);
            default -> AS_THEY_ARE.forward(message, backend);
        }
    }

    private void parse(Message message, BackendConnection backend) {
        String name = message.text(0);
        if (name.isEmpty()) {
            AS_THEY_ARE.forward(message, backend);
        } else if (statements.size() >= MAXIMUM_STATEMENTS) {
            client.fail(SupavisorEtiquette.error(
                    "EMAXPREPARED",
                    "max prepared statements limit reached. Limit: " + MAXIMUM_STATEMENTS + " per connection"));
        } else if (bytes > MAXIMUM_BYTES) {
            client.fail(SupavisorEtiquette.error(
                    "EMAXPREPAREDMEM", "max prepared statements memory limit reached. Limit: 1.0MB per connection"));
        } else if (statements.containsKey(name)) {
            client.fail(
                    ErrorResponse.fatal("42P05", "(EPREPAREDDUP) prepared statement \"" + name + "\" already exists"));
        } else {
            NamedStatement statement = NamedStatement.of(message, serverName(message));
            statements.put(name, statement);
            bytes += statement.parse().length;
            if (backend.statements().has(statement)) {
                backend.statements().supavisorAnswers().await(Action.INJECT_PARSE);
            } else {
                send(statement, backend, Action.FORWARD_PARSE);
            }
        }
    }

    private void bind(Message message, BackendConnection backend) {
        int statementAt = message.afterText(0);
        String name = message.text(statementAt);
        if (name.isEmpty()) {
            AS_THEY_ARE.forward(message, backend);
            return;
        }
        NamedStatement statement = statements.get(name);
        if (statement == null) {
            client.fail(ErrorResponse.fatal(
                    "26000", "(EPREPAREDNOTFOUND) prepared statement \"" + name + "\" does not exist"));
            return;
        }
        if (!backend.statements().has(statement)) {
            send(statement, backend, Action.INTERCEPT_PARSE);
        }
        // The portal's name is lost and its length is not: the server takes the missing bytes from the next message.
        int portalLength = message.text(0).getBytes(StandardCharsets.UTF_8).length;
        byte[] withoutPortal = MessageWriter.of('B')
                .text("")
                .text(statement.serverName())
                .raw(message.rest(message.afterText(statementAt)))
                .toBytes();
        byte[] bind = portalLength == 0
                ? withoutPortal
                : MessageWriter.of('B')
                        .raw(Arrays.copyOfRange(withoutPortal, Message.HEADER, withoutPortal.length))
                        .toBytesClaiming(withoutPortal.length - 1 + portalLength);
        backend.send(bind, Expected.BIND);
    }

    private void describe(Message message, BackendConnection backend) {
        NamedStatement statement = message.byteAt(0) == 'S' ? statements.get(message.text(1)) : null;
        if (statement == null) {
            AS_THEY_ARE.forward(message, backend);
        } else {
            backend.send(statement.describe(), Expected.DESCRIBE);
        }
    }

    private void close(Message message, BackendConnection backend) {
        if (message.byteAt(0) != 'S' || message.isEmptyText(1)) {
            AS_THEY_ARE.forward(message, backend);
            return;
        }
        NamedStatement statement = statements.remove(message.text(1));
        String serverName = "supavisor_none";
        if (statement != null) {
            serverName = statement.serverName();
            bytes -= statement.parse().length;
            backend.statements().forget(statement);
        }
        backend.statements().supavisorAnswers().await(Action.FORWARD_CLOSE);
        backend.send(Messages.close('S', serverName), Expected.CLOSE);
    }

    private void query(Message message, BackendConnection backend) {
        if (SQL_LEVEL.matcher(message.text(0)).find()) {
            client.fail(SupavisorEtiquette.error(
                    "EPSSIMPLEQUERY",
                    "transaction mode only supports prepared statements using the Extended Query Protocol"));
        } else {
            AS_THEY_ARE.forward(message, backend);
        }
    }

    /** Counts the statement as there from now on: nobody looks whether the server could parse it. */
    private void send(NamedStatement statement, BackendConnection backend, Action action) {
        backend.statements().supavisorAnswers().await(action);
        backend.statements().add(statement, Expected.PARSE, backendMaximum);
    }

    private static String serverName(Message parse) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(parse.rest(parse.afterText(0)));
            return "sv_" + Base64.getEncoder().withoutPadding().encodeToString(hash);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }
}
