package com.scrapersky.session.testkit.internal.proxy;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Which certificates of a server the pooler accepts; tells an authority it does not know from a name that does not fit. */
final class ServerCertificates extends X509ExtendedTrustManager {

    private final @Nullable X509ExtendedTrustManager authorities;

    private ServerCertificates(@Nullable X509ExtendedTrustManager authorities) {
        this.authorities = authorities;
    }

    /** Whatever the server shows. */
    static ServerCertificates unchecked() {
        return new ServerCertificates(null);
    }

    /** What the authorities of this Java certify. */
    static ServerCertificates ofThisJava() {
        return of(null);
    }

    /** What the certificates in a PEM file certify. */
    static ServerCertificates ofFile(String name) {
        try (InputStream file = Files.newInputStream(Path.of(name))) {
            Collection<? extends Certificate> roots =
                    CertificateFactory.getInstance("X.509").generateCertificates(file);
            if (roots.isEmpty()) {
                throw new IllegalArgumentException("sslrootcert=" + name + " holds no certificate in PEM");
            }
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            for (Certificate root : roots) {
                store.setCertificateEntry("root-" + store.size(), root);
            }
            return of(store);
        } catch (IOException | InvalidPathException | GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "sslrootcert=" + name + " cannot be read as a file of certificates in PEM: " + e, e);
        }
    }

    /** The file that libpq takes when told none, if it is there. */
    static @Nullable String usualFile() {
        Path file = Path.of(System.getProperty("user.home"), ".postgresql", "root.crt");
        return Files.isReadable(file) ? file.toString() : null;
    }

    private static ServerCertificates of(@Nullable KeyStore store) {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509ExtendedTrustManager authorities) {
                    return new ServerCertificates(authorities);
                }
            }
            throw new IllegalStateException("this Java has no check of certificates");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java cannot check certificates: " + e.getMessage(), e);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        X509ExtendedTrustManager known = authorities;
        if (known == null) {
            return;
        }
        try {
            // Without the engine no name is looked at.
            known.checkServerTrusted(chain, type);
        } catch (CertificateException e) {
            throw new NotTrusted(e);
        }
        try {
            known.checkServerTrusted(chain, type, engine);
        } catch (CertificateException e) {
            throw new WrongName(chain[0], e);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        throw noEngine();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        throw noEngine();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        throw noEngine();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        throw noEngine();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        throw noEngine();
    }

    private static CertificateException noEngine() {
        return new CertificateException("only a server that the pooler connects to is checked here");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }

    /** No authority that is known has signed the certificate, or its time is over. */
    static final class NotTrusted extends CertificateException {

        private static final long serialVersionUID = 1L;

        NotTrusted(CertificateException cause) {
            super(cause.getMessage(), cause);
        }
    }

    /** The certificate is for another host. */
    static final class WrongName extends CertificateException {

        private static final long serialVersionUID = 1L;

        private final String names;

        WrongName(X509Certificate certificate, CertificateException cause) {
            super(cause.getMessage(), cause);
            names = namesIn(certificate);
        }

        String names() {
            return names;
        }

        private static String namesIn(X509Certificate certificate) {
            List<String> names = new ArrayList<>();
            try {
                Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
                if (alternatives != null) {
                    alternatives.forEach(entry -> names.add(String.valueOf(entry.get(1))));
                }
            } catch (CertificateParsingException e) {
                // The subject below has a name, too.
            }
            return names.isEmpty() ? certificate.getSubjectX500Principal().getName() : String.join(", ", names);
        }
    }
}
