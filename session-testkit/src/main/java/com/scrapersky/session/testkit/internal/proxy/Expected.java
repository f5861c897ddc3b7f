package com.scrapersky.session.testkit.internal.proxy;

import org.jspecify.annotations.Nullable;

/** Something sent to a backend whose answer is outstanding, or an answer of the pooler's own which waits for its turn. */
final class Expected {

    static final Expected PARSE = new Expected(Kind.PARSE, false, null, null);
    static final Expected BIND = new Expected(Kind.BIND, false, null, null);
    static final Expected DESCRIBE = new Expected(Kind.DESCRIBE, false, null, null);
    static final Expected EXECUTE = new Expected(Kind.EXECUTE, false, null, null);
    static final Expected CLOSE = new Expected(Kind.CLOSE, false, null, null);
    static final Expected SYNC = new Expected(Kind.SYNC, false, null, null);
    static final Expected QUERY = new Expected(Kind.QUERY, false, null, null);
    static final Expected FUNCTION_CALL = new Expected(Kind.FUNCTION_CALL, false, null, null);
    static final Expected FLUSH = new Expected(Kind.FLUSH, false, null, null);
    static final Expected COPY_END = new Expected(Kind.COPY_END, false, null, null);

    private final Kind kind;
    private final boolean swallowed;
    private final byte @Nullable [] reply;
    private final @Nullable Runnable undo;

    private Expected(Kind kind, boolean swallowed, byte @Nullable [] reply, @Nullable Runnable undo) {
        this.kind = kind;
        this.swallowed = swallowed;
        this.reply = reply;
        this.undo = undo;
    }

    /** The same, but its answer is for the pooler and not for the client. */
    Expected swallow() {
        return new Expected(kind, true, reply, undo);
    }

    /** The same, with something to take back when the server fails it, or skips it because of an earlier error. */
    Expected orElse(Runnable undone) {
        return new Expected(kind, swallowed, reply, undone);
    }

    /** The same, but the client hears this error in place of all that the server says up to ReadyForQuery. */
    Expected hiddenBehind(byte[] error) {
        return new Expected(kind, true, error, undo);
    }

    /** An answer that the pooler gives in the server's place, in its turn. */
    static Expected reply(byte[] message) {
        return new Expected(Kind.REPLY, false, message, null);
    }

    Kind kind() {
        return kind;
    }

    boolean isSwallowed() {
        return swallowed;
    }

    /** What the pooler says by itself, for {@link Kind#REPLY} without any answer of the server, else in place of its error. */
    byte @Nullable [] reply() {
        return reply;
    }

    void skipped() {
        if (undo != null) {
            undo.run();
        }
    }

    enum Kind {
        PARSE,
        BIND,
        DESCRIBE,
        EXECUTE,
        CLOSE,
        SYNC,
        QUERY,
        FUNCTION_CALL,
        FLUSH,
        COPY_END,
        REPLY
    }
}
