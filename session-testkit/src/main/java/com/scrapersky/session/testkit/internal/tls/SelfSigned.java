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
import java.util.Arrays;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A certificate with its key, made on the spot, good for a day. A client that is to check it takes {@link #pem()} for its
 * root.
 */
public final class SelfSigned {

    private static final byte[] ECDSA_WITH_SHA256 = Der.sequence(Der.oid(1, 2, 840, 10045, 4, 3, 2));
    private static final Duration VALIDITY = Duration.ofDays(1);

    private final SSLContext context;
    private final String pem;
    private final String key;

    private SelfSigned(SSLContext context, String pem, String key) {
        this.context = context;
        this.pem = pem;
        this.key = key;
    }

    /** For {@code localhost} and 127.0.0.1. */
    public static SelfSigned create() {
        return create("localhost", "127.0.0.1");
    }

    /** For these host names and IPv4 addresses. */
    public static SelfSigned create(String... hosts) {
        Instant now = Instant.now();
        return create(now.minus(VALIDITY), now.plus(VALIDITY), hosts);
    }

    /** For {@code localhost} and 127.0.0.1, until yesterday. */
    public static SelfSigned expired() {
        Instant yesterday = Instant.now().minus(Duration.ofDays(1));
        return create(yesterday.minus(VALIDITY), yesterday, "localhost", "127.0.0.1");
    }

    private static SelfSigned create(Instant from, Instant until, String... hosts) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair keys = generator.generateKeyPair();
            byte[] encoded = certificate(keys, from, until, hosts);
            Certificate certificate =
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(encoded));

            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("pooler", keys.getPrivate(), new char[0], new Certificate[] {certificate});
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, new char[0]);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(factory.getKeyManagers(), null, null);

            return new SelfSigned(
                    context,
                    pem("CERTIFICATE", encoded),
                    pem("PRIVATE KEY", keys.getPrivate().getEncoded()));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("this Java cannot make a certificate for TLS: " + e.getMessage(), e);
        }
    }

    private static String pem(String what, byte[] content) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return "-----BEGIN " + what + "-----\n" + body + "\n-----END " + what + "-----\n";
    }

    private static byte[] certificate(KeyPair keys, Instant from, Instant until, String... hosts)
            throws GeneralSecurityException {
        byte[] name = Der.sequence(Der.set(Der.sequence(Der.oid(2, 5, 4, 3), Der.utf8(hosts[0]))));
        byte[] alternatives =
                Der.sequence(Arrays.stream(hosts).map(SelfSigned::alternative).toArray(byte[][]::new));
        byte[] extensions = Der.sequence(
                Der.sequence(Der.oid(2, 5, 29, 17), Der.octets(alternatives)),
                // Its own authority, or else it could not be a client's root.
                Der.sequence(Der.oid(2, 5, 29, 19), Der.bool(true), Der.octets(Der.sequence(Der.bool(true)))));
        byte[] signed = Der.sequence(
                Der.tagged(0xa0, Der.integer(BigInteger.TWO)),
                Der.integer(new BigInteger(64, new SecureRandom())),
                ECDSA_WITH_SHA256,
                name,
                Der.sequence(Der.time(from), Der.time(until)),
                name,
                keys.getPublic().getEncoded(),
                Der.tagged(0xa3, extensions));
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(keys.getPrivate());
        signature.update(signed);
        return Der.sequence(signed, ECDSA_WITH_SHA256, Der.bits(signature.sign()));
    }

    /** A name, or the four bytes of an address (RFC 5280, section 4.2.1.6). */
    private static byte[] alternative(String host) {
        if (!host.matches("[0-9.]+")) {
            return Der.tagged(0x82, host.getBytes(StandardCharsets.US_ASCII));
        }
        String[] parts = host.split("\\.", -1);
        byte[] address = new byte[parts.length];
        for (int i = 0; i < parts.length; i++) {
            address[i] = (byte) Integer.parseInt(parts[i]);
        }
        return Der.tagged(0x87, address);
    }

    public SSLContext context() {
        return context;
    }

    /** The certificate as a file for pgjdbc's {@code sslrootcert}. */
    public String pem() {
        return pem;
    }

    /** The private key as a file for a server. */
    public String privateKey() {
        return key;
    }
}
