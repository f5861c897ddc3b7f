package com.scrapersky.session.testkit.internal.proxy;

import com.scrapersky.session.testkit.internal.proxy.Expected.Kind;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What has been sent to one backend and is not answered yet. It decides which answers are the client's, when the pooler's own
 * answers have their turn, and when nothing is outstanding, which together with an idle server is the end of a transaction.
 *
 * <p>Rules of the protocol (PostgreSQL manual, "Message Flow"): after an error the server skips everything up to the next
 * Sync; during COPY IN it ignores Sync.
 */
final class Conversation {

    private final ArrayDeque<Expected> outstanding = new ArrayDeque<>();
    private final Consumer<byte[]> replies;
    private boolean unsynced;
    private boolean skipping;
    private boolean copyIn;

    Conversation(Consumer<byte[]> replies) {
        this.replies = replies;
    }

    void sent(Expected expected) {
        Kind kind = expected.kind();
        if (kind == Kind.SYNC) {
            if (copyIn) {
                return;
            }
            skipping = false;
        } else if (kind == Kind.COPY_END) {
            copyIn = false;
        } else if (skipping) {
            unsynced = true;
            expected.skipped();
            return;
        }
        if (kind != Kind.COPY_END) {
            unsynced = kind != Kind.SYNC && kind != Kind.QUERY && kind != Kind.FUNCTION_CALL;
        }
        outstanding.add(expected);
        settle();
    }

    /** Whether a message of this type, if the server sends it now, is for the pooler alone. */
    boolean swallows(byte type) {
        Expected head = outstanding.peek();
        // The client asked for what fails here, if in other words: the error is its own.
        if (head == null || !head.isSwallowed()) {
            return false;
        }
        return head.reply() == null ? type != 'E' || head.kind() == Kind.QUERY : type != 'Z';
    }

    /** What the client is to hear in place of the error which the server reports now. */
    byte @Nullable [] inPlaceOfError() {
        Expected head = outstanding.peek();
        return head == null ? null : head.reply();
    }

    /** Takes note of a message of the server, after it has been passed on. */
    void answered(byte type) {
        Expected head = outstanding.peek();
        if (head == null) {
            return;
        }
        switch (type) {
            case 'G' -> enterCopyIn();
            case 'E' -> failed(head);
            default -> {
                if (completes(type, head.kind())) {
                    if (head.kind() == Kind.EXECUTE) {
                        copyIn = false;
                    }
                    outstanding.poll();
                }
            }
        }
        settle();
    }

    private static boolean completes(byte type, Kind kind) {
        return switch (type) {
            case '1' -> kind == Kind.PARSE;
            case '2' -> kind == Kind.BIND;
            case '3' -> kind == Kind.CLOSE;
            case 'n', 'T' -> kind == Kind.DESCRIBE;
            case 'C', 'I', 's' -> kind == Kind.EXECUTE;
            case 'Z' -> kind == Kind.SYNC || kind == Kind.QUERY || kind == Kind.FUNCTION_CALL;
            default -> false;
        };
    }

    private void failed(Expected head) {
        copyIn = false;
        if (head.kind() == Kind.QUERY || head.kind() == Kind.SYNC || head.kind() == Kind.FUNCTION_CALL) {
            return;
        }
        Expected next;
        while ((next = outstanding.peek()) != null && next.kind() != Kind.SYNC) {
            next.skipped();
            outstanding.poll();
        }
        skipping = next == null;
    }

    private void enterCopyIn() {
        // The head is the COPY itself. Syncs sent right behind it, before the client knew, are ignored by the server.
        Iterator<Expected> behind = outstanding.iterator();
        behind.next();
        copyIn = true;
        while (behind.hasNext()) {
            Kind kind = behind.next().kind();
            if (kind == Kind.COPY_END) {
                copyIn = false;
                return;
            }
            if (kind == Kind.SYNC) {
                behind.remove();
                unsynced = true;
            }
        }
    }

    /** Gives the pooler's own answers whose turn has come. */
    private void settle() {
        Expected head;
        while ((head = outstanding.peek()) != null) {
            byte @Nullable [] reply = head.kind() == Kind.REPLY ? head.reply() : null;
            if (reply != null) {
                replies.accept(reply);
            } else if (head.kind() != Kind.FLUSH && head.kind() != Kind.COPY_END) {
                return;
            }
            outstanding.poll();
        }
    }

    /** Nothing is outstanding, and the server has been asked to finish what it got. */
    boolean isOver() {
        return outstanding.isEmpty() && !unsynced;
    }

    /** All that was asked for is answered; more of the same batch may follow. */
    boolean isAnswered() {
        return outstanding.isEmpty();
    }

    boolean isCopyingIn() {
        return copyIn;
    }

    void reset() {
        outstanding.clear();
        unsynced = false;
        skipping = false;
        copyIn = false;
    }
}
