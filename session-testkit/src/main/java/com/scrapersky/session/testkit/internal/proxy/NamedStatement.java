package com.scrapersky.session.testkit.internal.proxy;

import com.scrapersky.session.testkit.internal.protocol.Message;
import com.scrapersky.session.testkit.internal.protocol.MessageWriter;

/** A client's named statement under the name which the pooler gave it at the server. */
final class NamedStatement {

    private final String serverName;
    private final byte[] parse;

    private NamedStatement(String serverName, byte[] parse) {
        this.serverName = serverName;
        this.parse = parse;
    }

    /** @param client the client's Parse */
    static NamedStatement of(Message client, String serverName) {
        byte[] textAndTypes = client.rest(client.afterText(0));
        return new NamedStatement(
                serverName,
                MessageWriter.of('P').text(serverName).raw(textAndTypes).toBytes());
    }

    String serverName() {
        return serverName;
    }

    /** The Parse for the server. */
    byte[] parse() {
        return parse;
    }

    /** The client's Bind, aimed at the server's name. */
    byte[] bind(Message client) {
        int statement = client.afterText(0);
        return MessageWriter.of('B')
                .text(client.text(0))
                .text(serverName)
                .raw(client.rest(client.afterText(statement)))
                .toBytes();
    }

    byte[] describe() {
        return MessageWriter.of('D').int8('S').text(serverName).toBytes();
    }
}
