package com.scrapersky.session.testkit.internal.proxy;

import com.scrapersky.session.testkit.internal.protocol.Message;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The texts of the statements that clients send while somebody listens, each once; of bound values only those that could be the
 * name of a custom setting, as literals. Filled by the event loop, taken by any thread.
 */
public final class Overheard {

    /** Beyond that, texts are generated, and one more tells nothing new. */
    private static final int MAXIMUM = 10_000;

    /** NAMEDATALEN - 1 (PostgreSQL manual, "Identifiers and Key Words"). */
    private static final int LONGEST_NAME = 63;

    private final Set<String> texts = ConcurrentHashMap.newKeySet();

    Overheard() {}

    void hear(Message message) {
        if (texts.size() >= MAXIMUM) {
            return;
        }
        switch (message.type()) {
            case 'Q' -> texts.add(message.text(0));
            case 'P' -> texts.add(message.text(message.afterText(0)));
            case 'B' -> hearValues(message);
            default -> {
                // Says no SQL.
            }
        }
    }

    // Bind: portal, statement, n formats of 16 bits, n values with their lengths (PostgreSQL manual, "Message
    // Formats").
    private void hearValues(Message bind) {
        int at = bind.afterText(bind.afterText(0));
        at += Short.BYTES * (1 + bind.int16At(at));
        int values = bind.int16At(at);
        at += Short.BYTES;
        for (int i = 0; i < values; i++) {
            int length = bind.int32At(at);
            at += Integer.BYTES;
            if (length > 0 && length <= LONGEST_NAME) {
                byte[] value = bind.bytes(at, length);
                String text = new String(value, StandardCharsets.UTF_8);
                if (text.matches("[\\p{L}_][\\p{L}\\d_$]*(\\.[\\p{L}_][\\p{L}\\d_$]*)+")) {
                    texts.add("'" + text + "'");
                }
            }
            at += Math.max(0, length);
        }
    }

    /** What was said since the last time. */
    public Set<String> take() {
        Set<String> taken = new HashSet<>();
        for (Iterator<String> each = texts.iterator(); each.hasNext(); ) {
            taken.add(each.next());
            each.remove();
        }
        return taken;
    }
}
