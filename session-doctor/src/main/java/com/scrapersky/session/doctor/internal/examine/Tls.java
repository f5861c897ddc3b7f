package com.scrapersky.session.doctor.internal.examine;

import com.scrapersky.session.doctor.internal.report.Finding;
import com.scrapersky.session.doctor.internal.report.FindingKind;
import com.scrapersky.session.doctor.internal.report.Report;
import com.scrapersky.session.doctor.internal.report.Section;
import com.scrapersky.session.doctor.internal.report.Severity;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.postgresql.ssl.PGjdbcHostnameVerifier;

/**
 * Asks for TLS on a connection of its own and judges what is shown, whatever the URL says about looking at it. No login is
 * begun.
 */
final class Tls {

    private static final int SSL_REQUEST = 80877103;
    private static final int PATIENCE_MILLISECONDS = 2000;
    private static final Duration SOON = Duration.ofDays(21);

    private final Target target;
    private final Reached reached;
    private final Report report;
    private final Section section;
    private final String sslmode;

    private Tls(Target target, Reached reached, Report report) {
        this.target = target;
        this.reached = reached;
        this.report = report;
        this.section = report.section("Encryption");
        this.sslmode = target.property("sslmode");
    }

    /** With which sslmode to log in, or null where no login can succeed or none should be tried. */
    static @Nullable String examine(Target target, Reached reached, Report report) {
        return new Tls(target, reached, report).examine();
    }

    private boolean isDemanded() {
        return sslmode.equals("require") || isVerified();
    }

    private boolean isVerified() {
        return sslmode.startsWith("verify");
    }

    private @Nullable String examine() {
        section.fact("sslmode", sslmode.isEmpty() ? "not set" : sslmode);
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(reached.address(), reached.host().port()), PATIENCE_MILLISECONDS);
            socket.setSoTimeout(PATIENCE_MILLISECONDS);
            DataOutputStream request = new DataOutputStream(socket.getOutputStream());
            request.writeInt(8);
            request.writeInt(SSL_REQUEST);
            request.flush();
            int answer = socket.getInputStream().read();
            if (answer == 'N') {
                return notOffered();
            }
            if (answer != 'S') {
                report.add(
                        FindingKind.NOT_POSTGRESQL,
                        answer < 0
                                ? "the question for TLS was answered by closing the connection"
                                : "the question for TLS was answered by byte " + answer);
                return null;
            }
            return offered(socket);
        } catch (IOException failure) {
            report.add(FindingKind.NOT_POSTGRESQL, "the question for TLS was not answered: " + failure.getMessage());
            return null;
        }
    }

    private @Nullable String notOffered() {
        section.fact("offered", "no");
        if (isDemanded()) {
            report.add(FindingKind.TLS_REFUSED, "sslmode=" + sslmode + ", and TLS is not offered");
            return null;
        }
        if (!reached.address().isLoopbackAddress()) {
            report.add(FindingKind.TLS_MISSING, reached.host().name() + " does not offer TLS");
        }
        return "disable";
    }

    private @Nullable String offered(Socket socket) throws IOException {
        Shown shown = new Shown();
        try (SSLSocket tls = handshake(socket, shown)) {
            SSLSession session = tls.getSession();
            section.fact("offered", "yes");
            section.fact("protocol", session.getProtocol() + ", " + session.getCipherSuite());
            if (!session.getProtocol().equals("TLSv1.2")
                    && !session.getProtocol().equals("TLSv1.3")) {
                report.add(FindingKind.TLS_OLD_PROTOCOL, session.getProtocol());
            }
            return judge(session, shown.chain);
        } catch (SSLException | GeneralSecurityException failure) {
            Finding finding = Finding.of(FindingKind.TLS_HANDSHAKE_FAILED, String.valueOf(failure.getMessage()));
            report.add(isDemanded() ? finding : finding.as(Severity.WARNING));
            return isDemanded() ? null : "disable";
        }
    }

    private SSLSocket handshake(Socket socket, Shown shown) throws IOException, GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {shown}, null);
        SSLSocket tls = (SSLSocket) context.getSocketFactory()
                .createSocket(socket, reached.host().name(), reached.host().port(), true);
        tls.startHandshake();
        return tls;
    }

    private @Nullable String judge(SSLSession session, List<X509Certificate> chain) {
        if (chain.isEmpty()) {
            report.add(FindingKind.TLS_HANDSHAKE_FAILED, "the server showed no certificate");
            return null;
        }
        X509Certificate own = chain.get(0);
        section.fact(
                "certificate",
                own.getSubjectX500Principal().getName() + ", signed by "
                        + (own.getSubjectX500Principal().equals(own.getIssuerX500Principal())
                                ? "itself"
                                : own.getIssuerX500Principal().getName()));
        Instant end = own.getNotAfter().toInstant();
        section.fact("valid until", date(end));
        List<Finding> problems = new ArrayList<>();
        boolean inTime = Instant.now().isBefore(end)
                && Instant.now().isAfter(own.getNotBefore().toInstant());
        if (!inTime) {
            problems.add(Finding.of(
                    FindingKind.TLS_EXPIRED,
                    "valid from " + date(own.getNotBefore().toInstant()) + " to " + date(end)));
        } else if (Instant.now().plus(SOON).isAfter(end)) {
            report.add(FindingKind.TLS_EXPIRES_SOON, "valid until " + date(end));
        }
        String authority = inTime ? doubt(chain) : null;
        if (authority != null) {
            problems.add(Finding.of(FindingKind.TLS_UNKNOWN_AUTHORITY, authority));
        }
        boolean named = PGjdbcHostnameVerifier.INSTANCE.verify(reached.host().name(), session);
        section.fact("for this host", named ? "yes" : "no");
        if (!named && !sslmode.equals("verify-ca")) {
            problems.add(Finding.of(
                    FindingKind.TLS_WRONG_NAME,
                    "the URL says " + reached.host().name() + ", the certificate is for " + names(own)));
        }
        if (isVerified()) {
            problems.forEach(report::add);
            if (problems.isEmpty()) {
                section.fact("looked at", "yes, and it is right");
            }
            return problems.isEmpty() ? sslmode : null;
        }
        boolean local = reached.address().isLoopbackAddress();
        // Nobody would be stopped by it as the URL is; verify-full would be.
        problems.forEach(problem -> report.add(problem.as(local ? Severity.INFO : Severity.WARNING)));
        if (!local) {
            report.add(
                    FindingKind.TLS_NOT_VERIFIED,
                    sslmode.isEmpty()
                            ? "sslmode is not set, which means prefer to libpq and pgjdbc"
                            : "sslmode=" + sslmode);
        }
        return sslmode.equals("disable") ? "disable" : "require";
    }

    /** Why the chain leads to nobody who is trusted, or null where it does. */
    private @Nullable String doubt(List<X509Certificate> chain) {
        String file = target.property("sslrootcert");
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(file.isEmpty() || file.equals("system") ? null : roots(file));
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509TrustManager trust) {
                    trust.checkServerTrusted(
                            chain.toArray(X509Certificate[]::new),
                            chain.get(0).getPublicKey().getAlgorithm());
                }
            }
            section.fact("trusted by", file.isEmpty() || file.equals("system") ? "this Java's authorities" : file);
            return null;
        } catch (CertificateException untrusted) {
            return file.isEmpty() || file.equals("system")
                    ? "none of this Java's authorities has signed it"
                    : "the authorities in sslrootcert have not signed it";
        } catch (IOException | GeneralSecurityException | InvalidPathException unreadable) {
            return "sslrootcert cannot be read as certificates in PEM";
        }
    }

    private static KeyStore roots(String file) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            for (Certificate root : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("root-" + store.size(), root);
            }
        } catch (CertificateException unreadable) {
            throw new IOException(unreadable);
        }
        return store;
    }

    private static String names(X509Certificate certificate) {
        try {
            if (certificate.getSubjectAlternativeNames() != null) {
                return String.join(
                        ", ",
                        certificate.getSubjectAlternativeNames().stream()
                                .map(name -> String.valueOf(name.get(1)))
                                .toList());
            }
        } catch (CertificateException malformed) {
            // Its subject is all that it has to say.
        }
        return certificate.getSubjectX500Principal().getName();
    }

    private static String date(Instant time) {
        return DateTimeFormatter.ISO_LOCAL_DATE.format(time.atOffset(ZoneOffset.UTC));
    }

    /** Accepts whatever is shown, and keeps it to be judged. No password goes over this connection. */
    private static final class Shown implements X509TrustManager {

        private List<X509Certificate> chain = List.of();

        @Override
        public void checkClientTrusted(X509Certificate[] clients, String method) throws CertificateException {
            throw new CertificateException("no client is asked here");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] shown, String method) {
            chain = List.of(shown);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
