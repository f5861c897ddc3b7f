package com.scrapersky.session.testkit.internal.proxy;

import com.scrapersky.session.testkit.internal.protocol.Messages;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** The named statements that the pooler believes to be on one backend; looking one up counts as its use. */
final class ServerStatements {

    private final BackendConnection backend;
    private final Map<String, NamedStatement> byLastUse = new LinkedHashMap<>(16, 0.75f, true);

    private final SupavisorAnswers supavisorAnswers;

    ServerStatements(BackendConnection backend, Consumer<byte[]> replies) {
        this.backend = backend;
        supavisorAnswers = new SupavisorAnswers(replies);
    }

    boolean has(NamedStatement statement) {
        return byLastUse.get(statement.serverName()) != null;
    }

    /** Sends the statement's Parse, and closes the one that was not used for longest where there are more than so many. */
    void add(NamedStatement statement, Expected expected, int maximum) {
        byLastUse.put(statement.serverName(), statement);
        backend.send(statement.parse(), expected);
        if (byLastUse.size() > maximum) {
            Iterator<String> longestUnused = byLastUse.keySet().iterator();
            String evicted = longestUnused.next();
            longestUnused.remove();
            backend.send(Messages.close('S', evicted), Expected.CLOSE.swallow());
        }
    }

    SupavisorAnswers supavisorAnswers() {
        return supavisorAnswers;
    }

    void forget(NamedStatement statement) {
        byLastUse.remove(statement.serverName());
    }

    void clear() {
        byLastUse.clear();
    }
}
