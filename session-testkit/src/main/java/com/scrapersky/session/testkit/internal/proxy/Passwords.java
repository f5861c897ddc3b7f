package com.scrapersky.session.testkit.internal.proxy;

import com.scrapersky.session.testkit.internal.protocol.ScramServer;
import java.util.HashMap;
import java.util.Map;

/** The passwords that clients may log in with, in the form that SCRAM needs, computed once each. */
final class Passwords {

    private final Map<String, String> users;
    private final Map<String, ScramServer.Verifier> verifiers = new HashMap<>();

    Passwords(Map<String, String> users) {
        this.users = users;
    }

    /** For a user that does not exist too, who learns so only after the exchange. */
    ScramServer.Verifier verifier(String user) {
        return verifiers.computeIfAbsent(
                user, name -> new ScramServer.Verifier(users.getOrDefault(name, "no such user " + System.nanoTime())));
    }
}
