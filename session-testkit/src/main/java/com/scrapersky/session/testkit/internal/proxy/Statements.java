package com.scrapersky.session.testkit.internal.proxy;

import com.scrapersky.session.testkit.internal.protocol.Message;

/** How the statements of one client reach whichever backend it has: as they are, or translated. */
interface Statements {

    /** Passes one complete message of the extended protocol (Parse, Bind, Describe, Execute or Close) or a Query on. */
    void forward(Message message, BackendConnection backend);

    /** The server finished a statement with this tag. */
    default void completed(String tag, BackendConnection backend) {}

    /** What was sent is what the backend gets: named statements stay behind there, for whoever comes next. */
    Statements AS_THEY_ARE = (message, backend) -> backend.forward(message, expected(message.type()));

    static Expected expected(byte type) {
        return switch (type) {
            case 'P' -> Expected.PARSE;
            case 'B' -> Expected.BIND;
            case 'D' -> Expected.DESCRIBE;
            case 'E' -> Expected.EXECUTE;
            case 'C' -> Expected.CLOSE;
            case 'S' -> Expected.SYNC;
            case 'Q' -> Expected.QUERY;
            case 'F' -> Expected.FUNCTION_CALL;
            case 'H' -> Expected.FLUSH;
            case 'c', 'f' -> Expected.COPY_END;
            default -> throw new IllegalArgumentException("no answer is known to message type " + (char) type);
        };
    }
}
