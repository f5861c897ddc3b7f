package com.scrapersky.session.testkit.internal.protocol;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The pooler's side of a client's SCRAM-SHA-256 login, without channel binding, as the poolers do it. */
public final class ScramServer {

    private static final int ITERATIONS = 4096;

    private final Verifier verifier;
    private String firstBare = "";
    private String serverFirst = "";
    private String nonce = "";

    public ScramServer(Verifier verifier) {
        this.verifier = verifier;
    }

    /** The list of mechanisms, as AuthenticationSASL carries it. */
    public static byte[] mechanisms() {
        return (Scram.MECHANISM + "\0\0").getBytes(StandardCharsets.UTF_8);
    }

    /** Answers the client's first message; null when it is not one, or asks for channel binding. */
    public byte @Nullable [] first(Message initialResponse) {
        if (!initialResponse.text(0).equals(Scram.MECHANISM)) {
            return null;
        }
        int at = initialResponse.afterText(0) + Integer.BYTES;
        String message = new String(initialResponse.rest(at), StandardCharsets.UTF_8);
        if (!message.startsWith("n,") && !message.startsWith("y,")) {
            return null;
        }
        int bare = message.indexOf(',', 2) + 1;
        if (bare == 0) {
            return null;
        }
        firstBare = message.substring(bare);
        String clientNonce = Scram.attributes(firstBare).get('r');
        if (clientNonce == null) {
            return null;
        }
        nonce = clientNonce + Scram.nonce();
        serverFirst = "r=" + nonce + ",s=" + Scram.base64(verifier.salt) + ",i=" + ITERATIONS;
        return serverFirst.getBytes(StandardCharsets.UTF_8);
    }

    /** Answers the client's proof; null when the password is wrong. */
    public byte @Nullable [] last(Message response) {
        String message = new String(response.rest(0), StandardCharsets.UTF_8);
        Map<Character, String> attributes = Scram.attributes(message);
        String proof = attributes.get('p');
        int proofAt = message.lastIndexOf(",p=");
        if (proof == null || proofAt < 0 || !nonce.equals(attributes.get('r'))) {
            return null;
        }
        String signed = firstBare + "," + serverFirst + "," + message.substring(0, proofAt);
        byte[] clientKey = Scram.xor(Scram.hmac(verifier.storedKey, signed), Scram.fromBase64(proof));
        if (!MessageDigest.isEqual(Scram.hash(clientKey), verifier.storedKey)) {
            return null;
        }
        String signature = Scram.base64(Scram.hmac(verifier.serverKey, signed));
        return ("v=" + signature).getBytes(StandardCharsets.UTF_8);
    }

    /** What a server keeps of a password. Costly to compute, so it is computed once for each user. */
    public static final class Verifier {

        private final byte[] salt = Scram.random(16);
        private final byte[] storedKey;
        private final byte[] serverKey;

        public Verifier(String password) {
            byte[] salted = Scram.saltedPassword(password, salt, ITERATIONS);
            storedKey = Scram.hash(Scram.hmac(salted, "Client Key"));
            serverKey = Scram.hmac(salted, "Server Key");
        }
    }
}
