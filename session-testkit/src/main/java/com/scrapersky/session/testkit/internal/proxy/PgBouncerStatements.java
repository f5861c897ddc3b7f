package com.scrapersky.session.testkit.internal.proxy;

import com.scrapersky.session.testkit.internal.protocol.ErrorResponse;
import com.scrapersky.session.testkit.internal.protocol.Message;
import com.scrapersky.session.testkit.internal.protocol.Messages;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Named statements as PgBouncer carries them since 1.21: each text with its parameter types has one name at the server, which
 * all clients share; a backend that lacks it gets a Parse in front of the Bind.
 */
final class PgBouncerStatements implements Statements {

    private final ClientConnection client;
    private final Names names;
    private final int maximum;
    private final Map<String, NamedStatement> statements = new HashMap<>();

    PgBouncerStatements(ClientConnection client, Names names, int maximum) {
        this.client = client;
        this.names = names;
        this.maximum = maximum;
    }

    @Override
    public void forward(Message message, BackendConnection backend) {
        switch (message.type()) {
            case 'P' -> parse(message, backend);
            case 'B' -> bind(message, backend);
            case 'D' -> describe(message, backend);
            case 'C' -> close(message, backend);
            default -> AS_THEY_ARE.forward(message, backend);
        }
    }

    private void parse(Message message, BackendConnection backend) {
        String name = message.text(0);
        if (name.isEmpty()) {
            AS_THEY_ARE.forward(message, backend);
            return;
        }
        if (statements.containsKey(name)) {
            client.fail(ErrorResponse.protocolViolation("prepared statement name is already in use"));
            return;
        }
        NamedStatement statement = NamedStatement.of(message, names.of(message));
        statements.put(name, statement);
        if (backend.statements().has(statement)) {
            backend.answerInTurn(Messages.PARSE_COMPLETE);
        } else {
            send(statement, backend, Expected.PARSE);
        }
    }

    private void bind(Message message, BackendConnection backend) {
        String name = message.text(message.afterText(0));
        if (name.isEmpty()) {
            AS_THEY_ARE.forward(message, backend);
            return;
        }
        NamedStatement statement = onBackend(name, backend);
        if (statement != null) {
            backend.send(statement.bind(message), Expected.BIND);
        }
    }

    private void describe(Message message, BackendConnection backend) {
        if (message.byteAt(0) != 'S' || message.isEmptyText(1)) {
            AS_THEY_ARE.forward(message, backend);
            return;
        }
        NamedStatement statement = onBackend(message.text(1), backend);
        if (statement != null) {
            backend.send(statement.describe(), Expected.DESCRIBE);
        }
    }

    private void close(Message message, BackendConnection backend) {
        if (message.byteAt(0) != 'S' || message.isEmptyText(1)) {
            AS_THEY_ARE.forward(message, backend);
            return;
        }
        // The statement stays at the server, for the next client with the same text.
        statements.remove(message.text(1));
        backend.answerInTurn(Messages.CLOSE_COMPLETE);
    }

    private @Nullable NamedStatement onBackend(String name, BackendConnection backend) {
        NamedStatement statement = statements.get(name);
        if (statement == null) {
            client.fail(ErrorResponse.protocolViolation("prepared statement did not exist"));
            return null;
        }
        if (!backend.statements().has(statement)) {
            send(statement, backend, Expected.PARSE.swallow());
        }
        return statement;
    }

    private void send(NamedStatement statement, BackendConnection backend, Expected expected) {
        ServerStatements there = backend.statements();
        there.add(statement, expected.orElse(() -> there.forget(statement)), maximum);
    }

    @Override
    public void completed(String tag, BackendConnection backend) {
        if (tag.equals("DISCARD ALL") || tag.equals("DEALLOCATE ALL")) {
            statements.clear();
            backend.statements().clear();
        }
    }

    /** The names at the server, one for each text with its parameter types; shared by all clients. */
    static final class Names {

        private final Map<String, String> byText = new HashMap<>();

        String of(Message parse) {
            // Latin 1 keeps every byte apart: this is a key and never read as text.
            String text = new String(parse.rest(parse.afterText(0)), StandardCharsets.ISO_8859_1);
            return byText.computeIfAbsent(text, missing -> "PGBOUNCER_" + (byText.size() + 1));
        }
    }
}
