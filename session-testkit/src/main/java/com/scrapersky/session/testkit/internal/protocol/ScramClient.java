package com.scrapersky.session.testkit.internal.protocol;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;

/** The pooler's login at PostgreSQL with SCRAM-SHA-256. */
public final class ScramClient {

    private final String password;
    private final String firstBare = "n=,r=" + Scram.nonce();
    private byte[] expectedSignature = new byte[0];

    public ScramClient(String password) {
        this.password = password;
    }

    public byte[] first() {
        byte[] message = ("n,," + firstBare).getBytes(StandardCharsets.UTF_8);
        return MessageWriter.of('p')
                .text(Scram.MECHANISM)
                .int32(message.length)
                .raw(message)
                .toBytes();
    }

    public byte[] last(byte[] challenge) throws IOException {
        String serverFirst = new String(challenge, StandardCharsets.UTF_8);
        Map<Character, String> attributes = Scram.attributes(serverFirst);
        String nonce = attributes.get('r');
        String salt = attributes.get('s');
        String iterations = attributes.get('i');
        if (nonce == null || salt == null || iterations == null || !nonce.startsWith(firstBare.substring(5))) {
            throw new IOException("the server's SCRAM challenge makes no sense");
        }
        byte[] salted = Scram.saltedPassword(password, Scram.fromBase64(salt), Integer.parseInt(iterations));
        byte[] clientKey = Scram.hmac(salted, "Client Key");
        String withoutProof = "c=biws,r=" + nonce;
        String signed = firstBare + "," + serverFirst + "," + withoutProof;
        byte[] proof = Scram.xor(clientKey, Scram.hmac(Scram.hash(clientKey), signed));
        expectedSignature = Scram.hmac(Scram.hmac(salted, "Server Key"), signed);
        String message = withoutProof + ",p=" + Scram.base64(proof);
        return Messages.password(message.getBytes(StandardCharsets.UTF_8));
    }

    public void verify(byte[] answer) throws IOException {
        String signature =
                Scram.attributes(new String(answer, StandardCharsets.UTF_8)).get('v');
        if (signature == null || !MessageDigest.isEqual(Scram.fromBase64(signature), expectedSignature)) {
            throw new IOException("the server could not prove that it knows the password");
        }
    }
}
