package com.scrapersky.session.testkit.internal.proxy;

import com.scrapersky.session.testkit.internal.protocol.Messages;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * What Supavisor still has to do with one backend's answers: a queue which an error does not empty. So what a failed Parse or
 * Close leaves in it meets the answers of the backend's next clients: they lose a ParseComplete, or get one too many.
 *
 * <p>Source: {@code lib/supavisor/protocol/backend_message_handler.ex} with its {@code action_queue}, and
 * {@code handle_prepared_statement_pkt} of {@code lib/supavisor/db_handler.ex}. Versions after the one that was measured follow
 * the protocol instead.
 */
final class SupavisorAnswers {

    private final ArrayDeque<Action> actions = new ArrayDeque<>();
    private final Consumer<byte[]> replies;

    SupavisorAnswers(Consumer<byte[]> replies) {
        this.replies = replies;
    }

    void await(Action action) {
        actions.add(action);
    }

    /**
     * Whether the client is not to see this answer of the server; what awaited it is done. A ParseComplete of the pooler's own
     * goes ahead of it, but of four types only, so the client may get it late.
     */
    boolean swallows(byte type) {
        if (isHandled(type) && actions.peek() == Action.INJECT_PARSE) {
            actions.poll();
            replies.accept(Messages.PARSE_COMPLETE);
        }
        Action head = actions.peek();
        if (head == null || type != head.answer) {
            return false;
        }
        actions.poll();
        return head == Action.INTERCEPT_PARSE;
    }

    private static boolean isHandled(byte type) {
        return type == '1' || type == '3' || type == 't' || type == 'Z';
    }

    /** One thing to do when its turn and its answer have come. */
    enum Action {
        /** The client's own Parse. */
        FORWARD_PARSE('1'),
        /** The pooler's Parse ahead of a Bind, on a backend which did not have the statement. */
        INTERCEPT_PARSE('1'),
        /** A Parse that was not sent, since the backend is believed to have the statement. */
        INJECT_PARSE('-'),
        FORWARD_CLOSE('3');

        private final char answer;

        Action(char answer) {
            this.answer = answer;
        }
    }
}
