package com.scrapersky.session.testkit.internal.proxy;

import com.scrapersky.session.testkit.internal.protocol.Message;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which text a client's Execute means: that was said in a Parse, perhaps long ago, and tied to a portal in a Bind. */
final class SpokenSql {

    private final Map<String, String> statements = new HashMap<>();
    private final Map<String, String> portals = new HashMap<>();

    /** Takes note of the message; returns the text if this one executes something. */
    @Nullable
    String heard(Message message, boolean watching) {
        switch (message.type()) {
            case 'Q' -> {
                return watching ? message.text(0) : null;
            }
            case 'P' -> {
                // Named statements outlive the moment; the texts of unnamed ones are only worth it while a trap is set.
                if (watching || !message.isEmptyText(0)) {
                    statements.put(message.text(0), message.text(message.afterText(0)));
                }
                return null;
            }
            case 'B' -> {
                if (watching) {
                    String statement = message.text(message.afterText(0));
                    portals.put(message.text(0), statements.getOrDefault(statement, ""));
                }
                return null;
            }
            case 'C' -> {
                if (message.byteAt(0) == 'S') {
                    statements.remove(message.text(1));
                }
                return null;
            }
            case 'E' -> {
                return watching ? portals.getOrDefault(message.text(0), "") : null;
            }
            default -> {
                return null;
            }
        }
    }
}
