package com.scrapersky.session.testkit.internal.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A certificate for {@code localhost} and 127.0.0.1 with its key, made on the spot, good for a day. A client that is to check it
 * takes {@link #pem()} for its root.
 */
public final class SelfSigned {

    private static final byte[] ECDSA_WITH_SHA256 = Der.sequence(Der.oid(1, 2, 840, 10045, 4, 3, 2));
    private static final Duration VALIDITY = Duration.ofDays(1);

    private final SSLContext context;
    private final String pem;

    private SelfSigned(SSLContext context, String pem) {
        this.context = context;
        this.pem = pem;
    }

    public static SelfSigned create() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair keys = generator.generateKeyPair();
            byte[] encoded = certificate(keys);
            Certificate certificate =
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(encoded));

            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("pooler", keys.getPrivate(), new char[0], new Certificate[] {certificate});
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, new char[0]);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(factory.getKeyManagers(), null, null);

            String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
            return new SelfSigned(context, "-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n");
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("this Java cannot make a certificate for TLS: " + e.getMessage(), e);
        }
    }

    private static byte[] certificate(KeyPair keys) throws GeneralSecurityException {
        Instant now = Instant.now();
        byte[] name = Der.sequence(Der.set(Der.sequence(Der.oid(2, 5, 4, 3), Der.utf8("localhost"))));
        byte[] alternatives = Der.sequence(
                Der.tagged(0x82, "localhost".getBytes(StandardCharsets.US_ASCII)),
                Der.tagged(0x87, new byte[] {127, 0, 0, 1}));
        byte[] extensions = Der.sequence(
                Der.sequence(Der.oid(2, 5, 29, 17), Der.octets(alternatives)),
                // Its own authority, or else it could not be a client's root.
                Der.sequence(Der.oid(2, 5, 29, 19), Der.bool(true), Der.octets(Der.sequence(Der.bool(true)))));
        byte[] signed = Der.sequence(
                Der.tagged(0xa0, Der.integer(BigInteger.TWO)),
                Der.integer(new BigInteger(64, new SecureRandom())),
                ECDSA_WITH_SHA256,
                name,
                Der.sequence(Der.time(now.minus(VALIDITY)), Der.time(now.plus(VALIDITY))),
                name,
                keys.getPublic().getEncoded(),
                Der.tagged(0xa3, extensions));
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(keys.getPrivate());
        signature.update(signed);
        return Der.sequence(signed, ECDSA_WITH_SHA256, Der.bits(signature.sign()));
    }

    public SSLContext context() {
        return context;
    }

    /** The certificate as a file for pgjdbc's {@code sslrootcert}. */
    public String pem() {
        return pem;
    }
}
